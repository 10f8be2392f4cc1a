"""History and problem list."""

from p4dp.contracts.core import Column
from p4dp.contracts.silver.base import assertion, coded, past, precision, silver

_CODED, _UNMAPPED = coded(
    "history",
    "Code of the condition or procedure; null when only words were written.",
    ("CISP-2", "CIM-10", "CCAM", "SNOMED CT"),
)
TABLE = silver(
    "history",
    "One entry of a patient's history or problem list.",
    Column(
        "kind",
        "string",
        "What part of the history.",
        codes={
            "problem": "problem list",
            "medical": "past condition",
            "surgical": "past procedure",
            "family": "a relative's",
            "occupational": "exposure at work",
        },
        required=True,
    ),
    *_CODED,
    assertion(),
    Column("relative", "string", "For family history: HL7 role of the relative.", example="MTH"),
    past("start_date", "Beginning.", required=False),
    precision("start_precision", "start_date"),
    past("end_date", "End.", required=False, not_before="start_date"),
    Column("status", "string", "State when recorded.", codes={"active": "active", "resolved": "resolved"}),
    rules=[_UNMAPPED],
)
