"""diagnosis: what a consultation found."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.contracts.silver.diagnosis import TABLE
from p4dp.silver.columns import coded, conformed
from p4dp.silver.mappings import Mappings


def diagnosis(raw: DataFrame, mappings: Mappings) -> DataFrame:
    """One delivered result → one result; a result without an assertion is stated as present."""
    raw, code = coded(raw, "diagnosis", ("CISP-2", "CIM-10"), mappings)
    return conformed(
        raw,
        TABLE,
        {
            **code,
            "assertion": F.coalesce(mappings.word("diagnosis.assertion", raw["assertion"]), F.lit("present")),
        },
    )
