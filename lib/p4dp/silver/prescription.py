"""prescription: prescribed drugs."""

from pyspark.sql import DataFrame

from p4dp.contracts.silver.prescription import TABLE
from p4dp.silver import units
from p4dp.silver.columns import coded, conformed, day_or_part, icd10, number, yes_no
from p4dp.silver.drugs import atc_of
from p4dp.silver.mappings import Mappings


def prescription(raw: DataFrame, mappings: Mappings) -> DataFrame:
    """One delivered line → one line, with the ATC code of the drug referential when a CIP13 was delivered."""
    raw, code = coded(raw, "prescription", ("CIP13", "CIP7", "CIS", "UCD", "ATC"), mappings)
    typed = conformed(
        raw,
        TABLE,
        {
            "prescribed_on": day_or_part(raw["prescribed_on"]),
            **code,
            "dose": number(raw["dose"]),
            "dose_unit": units.ucum(raw["dose_unit"]),
            "intakes_per_day": number(raw["intakes_per_day"]),
            "duration_days": number(raw["duration_days"]),
            "renewals": number(raw["renewals"]),
            "ald_zone": yes_no(raw["ald_zone"]),
            "substitution": yes_no(raw["substitution"]),
            "long_term": yes_no(raw["long_term"]),
            "reason_code": icd10(raw["reason_code"]),
        },
    )
    return atc_of(typed, mappings)
