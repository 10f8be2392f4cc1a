"""Raw patient-level snapshots: the file's standing entries, or one CDA document."""

from p4dp.contracts.bronze.base import bronze, raw
from p4dp.contracts.bronze.nested import DOSSIER_CHILDREN, nested

TABLE = bronze(
    "dossier",
    "One snapshot of standing facts of a patient; the next snapshot of the same record_id replaces all of it.",
    raw("as_of", "date", "Day on which the snapshot was true."),
    raw("origin", "code", "What the snapshot is: dossier, or the LOINC or TRE code of a CDA document."),
    *nested(DOSSIER_CHILDREN),
    texts={"narrative_text": "readable part of a CDA section that has no coded entry"},
    caveat="A VSM is a state as of its date, never a stream of events.",
)
