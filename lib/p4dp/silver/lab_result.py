"""lab_result: laboratory results."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.contracts.silver.lab_result import TABLE
from p4dp.silver import units
from p4dp.silver.columns import Parsed, coded, comparator, conformed, day, number, parsed
from p4dp.silver.mappings import Mappings


def lab_result(raw: DataFrame, mappings: Mappings) -> DataFrame:
    """One delivered result → one result in its standard unit (units.STANDARD); words stay in restricted."""
    code = coded(raw, "lab_result", ("LOINC", "local"), mappings)
    unit, delivered = units.ucum(raw["unit"]), number(raw["value"])

    def converted(text: str) -> Parsed:
        value = number(raw[text]).value
        return parsed(raw[text], F.when(value.isNotNull(), F.coalesce(units.convert(code["code"], unit, value), value)))

    return conformed(
        raw,
        TABLE,
        {
            "sampled_on": day(raw["sampled_on"]),
            **code,
            "value": converted("value"),
            "comparator": comparator(raw["value"]),
            "unit": units.standard_unit(code["code"], unit),
            "source_value": delivered.value,
            "source_unit": raw["unit"],
            "low": converted("low"),
            "high": converted("high"),
            "interpretation": raw["interpretation"],
        },
    )
