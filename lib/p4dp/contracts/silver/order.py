"""Orders for care by others."""

from p4dp.contracts.core import Column
from p4dp.contracts.silver.base import coded, encounter, past, silver

_CODED, _UNMAPPED = coded("order", "What was ordered; null when only words were written.", ("LOINC", "CCAM", "CISP-2", "local"))
TABLE = silver(
    "order",
    "One order for biology, imaging, nursing or physiotherapy.",
    encounter(),
    past("ordered_on", "Day of the order."),
    Column(
        "kind",
        "string",
        "Kind of care.",
        codes={
            "biology": "laboratory",
            "imaging": "imaging",
            "nursing": "nursing care",
            "physiotherapy": "physiotherapy",
        },
        required=True,
    ),
    *_CODED,
    rules=[_UNMAPPED],
)
