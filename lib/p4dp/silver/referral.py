"""referral: letters to other professionals."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.contracts.silver.referral import TABLE
from p4dp.silver.columns import conformed, day, yes_no
from p4dp.silver.mappings import Mappings


def referral(raw: DataFrame, mappings: Mappings) -> DataFrame:
    """One delivered letter → one letter; the specialty is two digits."""
    return conformed(
        raw,
        TABLE,
        {
            "referred_on": day(raw["referred_on"]),
            "specialty_code": F.when(F.length(raw["specialty_code"]) == 1, F.lpad(raw["specialty_code"], 2, "0")).otherwise(
                mappings.word("referral.specialty_code", raw["specialty_code"])
            ),
            "urgent": yes_no(raw["urgent"]),
        },
    )
