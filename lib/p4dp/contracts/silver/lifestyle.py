"""Habits and exposures."""

from p4dp.contracts.core import Column
from p4dp.contracts.silver.base import number, past, silver

TABLE = silver(
    "lifestyle",
    "One statement about a habit.",
    Column(
        "topic",
        "string",
        "Which habit.",
        codes={
            "tobacco": "tobacco",
            "alcohol": "alcohol",
            "drugs": "other substances",
            "activity": "physical activity",
            "other": "another habit",
        },
        required=True,
    ),
    Column(
        "status",
        "string",
        "State of the habit.",
        codes={"current": "current", "former": "former", "never": "never", "unknown": "stated as not known"},
        required=True,
    ),
    number("quantity", "Amount.", "see unit", 0, 10000),
    Column("unit", "string", "Unit of the amount, UCUM.", example="{pack}/a"),
    past("recorded_on", "Day of the statement.", required=False),
)
