"""Periods of observation: without them no rate has a denominator."""

from p4dp.contracts.core import Column
from p4dp.contracts.silver.base import past, silver

TABLE = silver(
    "observation_period",
    "One period in which the practice answers for the patient.",
    Column(
        "basis",
        "string",
        "Why the practice answers for the patient.",
        codes={
            "active_file": "in the practice's active file",
            "declared_gp": "the patient declared a GP of the practice",
        },
        required=True,
    ),
    past("start_date", "First day of the period."),
    past("end_date", "Last day; null while it lasts.", required=False, not_before="start_date"),
    Column(
        "end_reason",
        "string",
        "Why it ended.",
        codes={"moved": "moved away", "died": "died", "left": "changed practice", "closed": "practice closed"},
    ),
)
