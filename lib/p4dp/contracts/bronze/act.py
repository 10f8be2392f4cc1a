"""Raw billed acts."""

from p4dp.contracts.bronze.base import bronze, raw

TABLE = bronze(
    "act",
    "One act done or billed at an encounter, as delivered.",
    raw("encounter_record_id", "id", "The practice's number of the encounter."),
    raw("done_on", "date", "Day of the act."),
    raw("code_system", "code", "NGAP or CCAM, in the software's words."),
    raw("code", "code", "Act code."),
    raw("coefficient", "number", "NGAP coefficient."),
)
