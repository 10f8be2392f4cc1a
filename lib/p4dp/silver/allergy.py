"""allergy: statements about allergies."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.contracts.silver.allergy import TABLE
from p4dp.silver.columns import coded, conformed, day_or_part
from p4dp.silver.mappings import Mappings


def allergy(raw: DataFrame, mappings: Mappings) -> DataFrame:
    """One delivered statement → one statement; absent ("no known allergy") stays a row of its own."""
    raw, code = coded(raw, "allergy", ("ATC", "CIP13", "CIS", "CIM-10", "CISP-2", "SNOMED CT"), mappings)
    return conformed(
        raw,
        TABLE,
        {
            **code,
            "assertion": F.coalesce(mappings.word("allergy.assertion", raw["assertion"]), F.lit("present")),
            "status": mappings.word("allergy.status", raw["status"]),
            "recorded_on": day_or_part(raw["recorded_on"]),
        },
    )
