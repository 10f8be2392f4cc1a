"""Sick leaves."""

from p4dp.contracts.core import Column
from p4dp.contracts.silver.base import coded, encounter, flag, past, silver

_CODED, _UNMAPPED = coded("work_stoppage", "Cause; null when only words were written.", ("CISP-2", "CIM-10"))
TABLE = silver(
    "work_stoppage",
    "One sick leave or its extension.",
    encounter(),
    past("start_date", "First day off work."),
    Column(
        "end_date",
        "date",
        "Last day off work.",
        parsed=True,
        required=True,
        not_before="start_date",
        between=("DATE'1900-01-01'", "DATE'2100-01-01'"),
    ),
    *_CODED,
    flag("is_extension", "Whether it extends an earlier one."),
    rules=[_UNMAPPED],
)
