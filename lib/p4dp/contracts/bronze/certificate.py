"""Raw certificates (metadata; the text is a document)."""

from p4dp.contracts.bronze.base import bronze, raw

TABLE = bronze(
    "certificate",
    "One certificate written, as delivered.",
    raw("encounter_record_id", "id", "The practice's number of the encounter."),
    raw("issued_on", "date", "Day of the certificate."),
    raw("kind", "flag", "Sport, school, work accident, death, other, in the software's words."),
)
