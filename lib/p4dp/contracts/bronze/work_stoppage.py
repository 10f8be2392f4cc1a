"""Raw sick leaves."""

from p4dp.contracts.bronze.base import bronze, raw

TABLE = bronze(
    "work_stoppage",
    "One sick leave or its extension, as delivered.",
    raw("encounter_record_id", "id", "The practice's number of the encounter."),
    raw("start_date", "date", "First day off work."),
    raw("end_date", "date", "Last day off work."),
    raw("code_system", "code", "Code system of the cause."),
    raw("code", "code", "Cause."),
    raw("is_extension", "flag", "Whether it extends an earlier one."),
    texts={"stoppage_text": "comment"},
)
