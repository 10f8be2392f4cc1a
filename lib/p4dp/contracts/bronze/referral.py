"""Raw referrals to other professionals."""

from p4dp.contracts.bronze.base import bronze, raw

TABLE = bronze(
    "referral",
    "One letter to another professional, as delivered.",
    raw("encounter_record_id", "id", "The practice's number of the encounter."),
    raw("referred_on", "date", "Day of the letter."),
    raw("specialty_code", "code", "Claims-system code of the specialty."),
    raw("urgent", "flag", "Whether it is urgent."),
    texts={"referral_text": "the question asked"},
)
