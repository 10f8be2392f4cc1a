"""Raw long-term illness protocols (ALD)."""

from p4dp.contracts.bronze.base import bronze, raw

TABLE = bronze(
    "care_protocol",
    "One long-term illness protocol known to the practice, as delivered.",
    raw("ald_number", "number", "Number in the list of long-term illnesses (31 and 32: outside the list)."),
    raw("code_system", "code", "Code system of the illness."),
    raw("code", "code", "Illness code."),
    raw("start_date", "date", "First day covered."),
    raw("end_date", "date", "Last day covered; empty while it lasts."),
)
