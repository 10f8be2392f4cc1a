"""measurement: signs measured at the surgery."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.contracts.silver.measurement import TABLE
from p4dp.silver import units
from p4dp.silver.columns import Parsed, coded, conformed, day, number
from p4dp.silver.mappings import Mappings


def measurement(raw: DataFrame, mappings: Mappings) -> DataFrame:
    """One delivered sign → one sign in its standard unit (units.STANDARD), the delivered value beside it."""
    raw = raw.withColumn("code_system", F.lit("LOINC"))
    raw, code = coded(raw, "measurement", ("LOINC",), mappings)
    raw = units.standardised(raw, F.col("_standard")).withColumn("_value", number(F.col("value")).value)
    return conformed(
        raw,
        TABLE,
        {
            "measured_on": day(F.col("measured_on")),
            **code,
            "value": Parsed(F.col("value"), units.convert(F.col("_value"))),
            "unit": F.col("_standard_unit"),
            "source_value": F.col("_value"),
            "source_unit": F.col("unit"),
        },
    )
