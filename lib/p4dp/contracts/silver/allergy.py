"""Allergies and intolerances."""

from p4dp.contracts.core import Column
from p4dp.contracts.silver.base import assertion, coded, past, silver

_CODED, _UNMAPPED = coded(
    "allergy",
    "Agent or kind of allergy; null in a statement that none is known.",
    ("ATC", "CIP13", "CIS", "CIM-10", "CISP-2", "SNOMED CT"),
)
TABLE = silver(
    "allergy",
    "One statement about an allergy.",
    *_CODED,
    assertion(),
    past("recorded_on", "Day on which it was recorded or began.", required=False),
    Column("status", "string", "State when recorded.", codes={"active": "active", "resolved": "resolved or inactive"}),
    rules=[_UNMAPPED],
    caveat="'No known allergy' is a row with assertion absent and no code; no row means not recorded.",
)
