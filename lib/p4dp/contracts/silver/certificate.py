"""Certificates written."""

from p4dp.contracts.core import Column
from p4dp.contracts.silver.base import encounter, past, silver

TABLE = silver(
    "certificate",
    "One certificate written.",
    encounter(),
    past("issued_on", "Day of the certificate."),
    Column(
        "kind",
        "string",
        "What it certifies.",
        codes={
            "sport": "fitness for sport",
            "school": "school or nursery",
            "work_accident": "work accident",
            "death": "death",
            "other": "another kind",
        },
        required=True,
    ),
)
