"""certificate: certificates written."""

from pyspark.sql import DataFrame

from p4dp.contracts.silver.certificate import TABLE
from p4dp.silver.columns import conformed, day
from p4dp.silver.mappings import Mappings


def certificate(raw: DataFrame, mappings: Mappings) -> DataFrame:
    """One delivered certificate → one certificate."""
    return conformed(
        raw,
        TABLE,
        {
            "issued_on": day(raw["issued_on"]),
            "kind": mappings.word("certificate.kind", raw["kind"]),
        },
    )
