"""observation_period: when the practice answers for a patient."""

from pyspark.sql import DataFrame

from p4dp.contracts.silver.observation_period import TABLE
from p4dp.silver.columns import conformed, day_or_part
from p4dp.silver.mappings import Mappings


def observation_period(raw: DataFrame, mappings: Mappings) -> DataFrame:
    """One delivered period → one period with days and standard reasons."""
    return conformed(
        raw,
        TABLE,
        {
            "basis": mappings.word("observation_period.basis", raw["basis"]),
            "start_date": day_or_part(raw["start_date"]),
            "end_date": day_or_part(raw["end_date"]),
            "end_reason": mappings.word("observation_period.end_reason", raw["end_reason"]),
        },
    )
