"""practitioner: who works in a practice."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from p4dp.contracts.silver.practitioner import TABLE
from p4dp.silver.columns import conformed, day_or_part
from p4dp.silver.mappings import Mappings


def _luhn(text: Column, length: int) -> Column:
    """Whether the last digit is the Luhn check digit of the others."""
    total: Column = F.lit(0)
    for place in range(1, length + 1):
        digit = F.ascii(F.substring(text, place, 1)) - 48
        if (length - place) % 2:
            digit = F.when(digit > 4, digit * 2 - 9).otherwise(digit * 2)
        total = total + digit
    return total % 10 == 0


def practitioner(raw: DataFrame, mappings: Mappings) -> DataFrame:
    """One delivered practitioner → one practitioner; the RPPS check digit is flagged, never a reason to drop."""
    return conformed(
        raw,
        TABLE,
        {
            "practitioner_key": raw["practitioner_key"],
            "am_number": raw["am_number"],
            "rpps": raw["rpps"],
            "rpps_valid": F.when(raw["rpps"].rlike("^[0-9]{11}$"), _luhn(raw["rpps"], 11)),
            "role": F.coalesce(mappings.word("practitioner.role", raw["role"]), F.lit("other")),
            "specialty_code": F.when(raw["specialty"].rlike("^[0-9]{1,2}$"), F.lpad(raw["specialty"], 2, "0")),
            "valid_from": day_or_part(raw["valid_from"]),
            "valid_to": day_or_part(raw["valid_to"]),
        },
    )
