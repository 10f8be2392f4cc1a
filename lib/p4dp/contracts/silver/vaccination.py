"""Vaccinations."""

from p4dp.contracts.core import Column
from p4dp.contracts.silver.base import assertion, coded, number, past, silver

_CODED, _UNMAPPED = coded("vaccination", "Vaccine code.", ("CIP13", "CIS", "ATC"))
TABLE = silver(
    "vaccination",
    "One dose of a vaccine, given or refused.",
    past("given_on", "Day of the injection, or of the refusal."),
    *_CODED,
    Column(
        "atc",
        "string",
        "ATC code, from the drug referential when another code was delivered.",
        matches="[A-Z][0-9]{2}[A-Z]{1,2}([0-9]{2})?",
        example="J07BB02",
    ),
    number("dose_rank", "Rank in the series.", "1", 1, 20),
    assertion(),
    Column(
        "reaction_code",
        "string",
        "CIM-10 code of a reaction to the dose; null when none was told.",
        parsed=True,
        matches="[A-Z][0-9]{2}[0-9A-Z+-]{0,4}",
        example="R502",
    ),
    rules=[_UNMAPPED],
)
