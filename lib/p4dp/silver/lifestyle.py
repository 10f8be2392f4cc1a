"""lifestyle: habits."""

from pyspark.sql import DataFrame

from p4dp.contracts.silver.lifestyle import TABLE
from p4dp.silver import units
from p4dp.silver.columns import conformed, day_or_part, number
from p4dp.silver.mappings import Mappings


def lifestyle(raw: DataFrame, mappings: Mappings) -> DataFrame:
    """One delivered statement → one statement on a named habit."""
    return conformed(
        raw,
        TABLE,
        {
            "topic": mappings.word("lifestyle.topic", raw["topic"]),
            "status": mappings.word("lifestyle.status", raw["status"]),
            "quantity": number(raw["quantity"]),
            "unit": units.ucum(raw["unit"]),
            "recorded_on": day_or_part(raw["recorded_on"]),
        },
    )
