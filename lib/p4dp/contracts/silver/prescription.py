"""Prescribed drugs."""

from p4dp.contracts.core import Column
from p4dp.contracts.silver.base import coded, encounter, flag, number, past, silver

_CODED, _UNMAPPED = coded("prescription", "Drug code.", ("CIP13", "CIP7", "CIS", "UCD", "ATC"))
TABLE = silver(
    "prescription",
    "One drug line of a prescription or of a long-term treatment.",
    encounter(required=False),
    past("prescribed_on", "Day of the prescription, or beginning of the long-term treatment."),
    *_CODED,
    Column(
        "atc",
        "string",
        "ATC code, from the drug referential when another code was delivered.",
        matches="[A-Z][0-9]{2}[A-Z]{1,2}([0-9]{2})?",
        example="A10BA02",
    ),
    number("dose", "Quantity per intake.", "see dose_unit", 0, 10000),
    Column("dose_unit", "string", "Unit of the dose, UCUM.", example="{tablet}"),
    number("intakes_per_day", "Intakes per day.", "/d", 0, 48),
    number("duration_days", "Length of the treatment.", "d", 0, 1100),
    number("renewals", "Times that it may be dispensed again.", "1", 0, 12),
    flag("ald_zone", "Written in the zone covered at 100 % for a long-term illness."),
    flag("substitution", "Whether the pharmacist may substitute."),
    flag("long_term", "Part of a long-term treatment."),
    Column(
        "reason_code",
        "string",
        "CIM-10 code of what the drug is given for; only documents tell it.",
        parsed=True,
        matches="[A-Z][0-9]{2}[0-9A-Z+-]{0,4}",
        example="I10",
    ),
    rules=[_UNMAPPED],
    caveat="Prescribed is not dispensed.",
)
