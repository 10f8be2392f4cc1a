"""measurement: signs measured at the surgery."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.contracts.silver.measurement import TABLE
from p4dp.silver import units
from p4dp.silver.columns import coded, conformed, day, number, parsed
from p4dp.silver.mappings import Mappings


def measurement(raw: DataFrame, mappings: Mappings) -> DataFrame:
    """One delivered sign → one sign in its standard unit (units.STANDARD), the delivered value beside it."""
    raw = raw.withColumn("code_system", F.lit("LOINC"))
    code = coded(raw, "measurement", ("LOINC",), mappings)
    unit, delivered = units.ucum(raw["unit"]), number(raw["value"])
    return conformed(
        raw,
        TABLE,
        {
            "measured_on": day(raw["measured_on"]),
            **code,
            "value": parsed(
                raw["value"],
                F.when(
                    delivered.value.isNotNull(),
                    F.coalesce(units.convert(code["code"], unit, delivered.value), delivered.value),
                ),
            ),
            "unit": units.standard_unit(code["code"], unit),
            "source_value": delivered.value,
            "source_unit": raw["unit"],
        },
    )
