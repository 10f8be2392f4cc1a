"""care_protocol: long-term illness protocols (ALD)."""

from pyspark.sql import DataFrame

from p4dp.contracts.silver.care_protocol import TABLE
from p4dp.silver.columns import coded, conformed, day_or_part, number
from p4dp.silver.mappings import Mappings


def care_protocol(raw: DataFrame, mappings: Mappings) -> DataFrame:
    """One delivered protocol → one protocol."""
    raw, code = coded(raw, "care_protocol", ("CIM-10", "CISP-2"), mappings)
    return conformed(
        raw,
        TABLE,
        {
            "ald_number": number(raw["ald_number"]),
            **code,
            "start_date": day_or_part(raw["start_date"]),
            "end_date": day_or_part(raw["end_date"]),
        },
    )
