"""Reasons for encounter."""

from p4dp.contracts.silver.base import coded, encounter, silver

_CODED, _UNMAPPED = coded("reason", "Code of the reason; null when only words were written.", ("CISP-2", "CIM-10"))
TABLE = silver(
    "reason",
    "One reason for an encounter.",
    encounter(),
    *_CODED,
    rules=[_UNMAPPED],
    caveat="A reason is what the patient came for, not what was found.",
)
