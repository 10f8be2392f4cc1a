"""Raw results of consultation."""

from p4dp.contracts.bronze.base import bronze, raw

TABLE = bronze(
    "diagnosis",
    "One result of a consultation, as delivered.",
    raw("encounter_record_id", "id", "The practice's number of the encounter."),
    raw("code_system", "code", "Code system, in the software's words."),
    raw("code", "code", "Code of the diagnosis."),
    raw("assertion", "flag", "Present, absent or not known, in the software's words."),
    texts={"diagnosis_text": "the diagnosis in the doctor's words"},
)
