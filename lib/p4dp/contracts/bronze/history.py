"""Raw history: what a patient, or a relative, has or had."""

from p4dp.contracts.bronze.base import bronze, raw

TABLE = bronze(
    "history",
    "One entry of a patient's history or problem list, as delivered.",
    raw("kind", "flag", "Problem, medical, surgical, family or occupational."),
    raw("code_system", "code", "Code system, in the software's words."),
    raw("code", "code", "Code of the condition or procedure."),
    raw("assertion", "flag", "Present, absent or not known, in the software's words."),
    raw("relative", "flag", "For family history: which relative."),
    raw("start_date", "date", "Beginning, often only a year."),
    raw("end_date", "date", "End; empty while it lasts."),
    raw("status", "flag", "Active or resolved, in the software's words."),
    texts={"history_text": "the entry in the doctor's words"},
)
