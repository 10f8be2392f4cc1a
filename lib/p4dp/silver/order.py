"""order: care asked of others."""

from pyspark.sql import DataFrame

from p4dp.contracts.silver.order import TABLE
from p4dp.silver.columns import coded, conformed, day
from p4dp.silver.mappings import Mappings


def order(raw: DataFrame, mappings: Mappings) -> DataFrame:
    """One delivered order → one order."""
    raw, code = coded(raw, "order", ("LOINC", "CCAM", "CISP-2", "local"), mappings)
    return conformed(
        raw,
        TABLE,
        {
            "ordered_on": day(raw["ordered_on"]),
            "kind": mappings.word("order.kind", raw["kind"]),
            **code,
        },
    )
