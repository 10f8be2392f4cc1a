"""vaccination: doses given or refused."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.contracts.silver.vaccination import TABLE
from p4dp.silver.columns import coded, conformed, day_or_part, icd10, number
from p4dp.silver.drugs import atc_of
from p4dp.silver.mappings import Mappings


def vaccination(raw: DataFrame, mappings: Mappings) -> DataFrame:
    """One delivered dose → one dose; a dose without an assertion was given."""
    raw, code = coded(raw, "vaccination", ("CIP13", "CIS", "ATC"), mappings)
    typed = conformed(
        raw,
        TABLE,
        {
            "given_on": day_or_part(raw["given_on"]),
            **code,
            "dose_rank": number(raw["dose_rank"]),
            "assertion": F.coalesce(mappings.word("vaccination.assertion", raw["assertion"]), F.lit("present")),
            "reaction_code": icd10(raw["reaction_code"]),
        },
    )
    return atc_of(typed, mappings)
