"""lab_result: laboratory results."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.contracts.silver.lab_result import TABLE
from p4dp.silver import units
from p4dp.silver.columns import Parsed, coded, comparator, conformed, day, number
from p4dp.silver.mappings import Mappings


def lab_result(raw: DataFrame, mappings: Mappings) -> DataFrame:
    """One delivered result → one result in its standard unit (units.STANDARD); words stay in restricted."""
    raw, code = coded(raw, "lab_result", ("LOINC", "local"), mappings)
    raw = units.standardised(raw, F.col("_standard"))
    raw = raw.withColumns({f"_{name}": number(F.col(name)).value for name in ("value", "low", "high")})

    def converted(name: str) -> Parsed:
        return Parsed(F.col(name), units.convert(F.col(f"_{name}")))

    return conformed(
        raw,
        TABLE,
        {
            "sampled_on": day(F.col("sampled_on")),
            **code,
            "value": converted("value"),
            "comparator": comparator(F.col("value")),
            "unit": F.col("_standard_unit"),
            "source_value": F.col("_value"),
            "source_unit": F.col("unit"),
            "low": converted("low"),
            "high": converted("high"),
            "interpretation": F.col("interpretation"),
        },
    )
