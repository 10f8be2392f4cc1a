"""Raw reasons for encounter."""

from p4dp.contracts.bronze.base import bronze, raw

TABLE = bronze(
    "reason",
    "One reason for an encounter, as delivered.",
    raw("encounter_record_id", "id", "The practice's number of the encounter."),
    raw("code_system", "code", "Code system, in the software's words."),
    raw("code", "code", "Code of the reason."),
    texts={"reason_text": "the reason in the words of doctor or patient"},
)
