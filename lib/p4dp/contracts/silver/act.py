"""Billed acts."""

from p4dp.contracts.silver.base import coded, encounter, number, past, silver

_CODED, _UNMAPPED = coded("act", "Act code.", ("NGAP", "CCAM"))
TABLE = silver(
    "act",
    "One act done or billed at an encounter.",
    encounter(),
    past("done_on", "Day of the act."),
    *_CODED,
    number("coefficient", "NGAP coefficient.", "1", 0, 1000),
    rules=[_UNMAPPED],
)
