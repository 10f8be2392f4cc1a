"""reason: why a patient came."""

from pyspark.sql import DataFrame

from p4dp.contracts.silver.reason import TABLE
from p4dp.silver.columns import coded, conformed
from p4dp.silver.mappings import Mappings


def reason(raw: DataFrame, mappings: Mappings) -> DataFrame:
    """One delivered reason → one reason, coded in CISP-2 or CIM-10."""
    raw, code = coded(raw, "reason", ("CISP-2", "CIM-10"), mappings)
    return conformed(raw, TABLE, code)
