"""Raw document metadata."""

from p4dp.contracts.bronze.base import bronze, raw

TABLE = bronze(
    "document",
    "One document in the patient's file: what it is, never what it says.",
    raw("encounter_record_id", "id", "The practice's number of the encounter, when it hangs on one."),
    raw("document_date", "date", "Date of the document."),
    raw("kind", "code", "Document type: LOINC or the national list of document types."),
    raw("format", "flag", "File format."),
)
