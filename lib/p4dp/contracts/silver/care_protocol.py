"""Long-term illness protocols (ALD)."""

from p4dp.contracts.core import Column
from p4dp.contracts.silver.base import coded, number, past, silver

_CODED, _UNMAPPED = coded("care_protocol", "Illness code.", ("CIM-10", "CISP-2"))
TABLE = silver(
    "care_protocol",
    "One long-term illness protocol known to the practice.",
    number("ald_number", "Number in the list of long-term illnesses (31 and 32: outside the list).", "1", 1, 32),
    *_CODED,
    past("start_date", "First day covered."),
    Column(
        "end_date",
        "date",
        "Last day covered, often in the future.",
        parsed=True,
        not_before="start_date",
        between=("DATE'1900-01-01'", "DATE'2100-01-01'"),
    ),
    rules=[_UNMAPPED],
    source="Code de la sécurité sociale, list of thirty illnesses; SNDS IR_ALD_V",
)
