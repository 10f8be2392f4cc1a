"""Encounters of patients with the practice."""

from p4dp.contracts.core import Column
from p4dp.contracts.silver.base import past, silver

TABLE = silver(
    "encounter",
    "One contact or record entry of a patient with the practice.",
    past("encounter_date", "Day of the contact."),
    Column("encounter_time", "string", "Time of day when delivered, HH:mm.", example="10:30"),
    Column(
        "kind",
        "string",
        "How patient and practice met.",
        codes={
            "surgery": "at the surgery",
            "home": "home visit",
            "teleconsultation": "by video",
            "telephone": "by telephone",
            "record_only": "no contact: entry in the record",
        },
        required=True,
    ),
    Column("author_key", "string", "Practitioner who saw the patient.", example="b2" * 16),
    Column("billing_key", "string", "Practitioner who billed; for a locum the replaced doctor.", example="b2" * 16),
    caveat="Claims know the billing practitioner only. A record-only entry is not a visit.",
)
