"""Referrals to other professionals."""

from p4dp.contracts.core import Column
from p4dp.contracts.silver.base import encounter, flag, past, silver

TABLE = silver(
    "referral",
    "One letter to another professional.",
    encounter(),
    past("referred_on", "Day of the letter."),
    Column(
        "specialty_code",
        "string",
        "Claims-system code of the specialty, two digits.",
        source="SNDS IR_SPE_V",
        matches="[0-9]{2}",
        example="03",
        required=True,
    ),
    flag("urgent", "Whether it is urgent."),
)
