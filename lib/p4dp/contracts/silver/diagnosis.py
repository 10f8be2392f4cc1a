"""Results of consultation."""

from p4dp.contracts.silver.base import assertion, coded, encounter, silver

_CODED, _UNMAPPED = coded("diagnosis", "Code of the result; null when only words were written.", ("CISP-2", "CIM-10"))
TABLE = silver(
    "diagnosis",
    "One result of a consultation.",
    encounter(),
    *_CODED,
    assertion(),
    rules=[_UNMAPPED],
    caveat="A result may stay at the level of a symptom; coding habits differ by practice and software.",
)
