"""Documents in the patient's file: metadata only."""

from p4dp.contracts.core import Column
from p4dp.contracts.silver.base import encounter, past, silver

TABLE = silver(
    "document",
    "One document in the patient's file.",
    encounter(required=False),
    past("document_date", "Date of the document."),
    Column("kind", "string", "Document type: LOINC or national type.", required=True, example="11502-2"),
    Column("format", "string", "File format.", example="pdf"),
)
