"""Practices that deliver, from the registry of the platform."""

from p4dp.contracts.core import Column
from p4dp.contracts.silver.base import silver

TABLE = silver(
    "practice",
    "One practice known to the registry.",
    Column("software", "string", "The practice's software, a file of conf/sources.", required=True, example="tabula"),
    Column(
        "commune_code",
        "string",
        "INSEE code of the practice's commune.",
        matches="[0-9][0-9AB][0-9]{3}",
        example="13055",
    ),
    Column("department", "string", "Department of the practice.", example="13"),
    Column("joined_on", "date", "Day from which it delivers.", required=True),
    Column("left_on", "date", "Day on which it left the platform.", not_before="joined_on"),
    patient=False,
)
