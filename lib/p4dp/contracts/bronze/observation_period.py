"""Raw periods during which the practice followed a patient."""

from p4dp.contracts.bronze.base import bronze, raw

TABLE = bronze(
    "observation_period",
    "One period in which a patient belongs to the practice's active file, as delivered.",
    raw("basis", "flag", "Why the practice answers for the patient: active file or declared GP."),
    raw("start_date", "date", "First day of the period."),
    raw("end_date", "date", "Last day; empty while it lasts."),
    raw("end_reason", "flag", "Why it ended: moved, died, left, practice closed."),
)
