"""Raw encounters; a nested delivery carries its children in the columns named like their kinds (see nested.py)."""

from p4dp.contracts.bronze.base import bronze, raw
from p4dp.contracts.bronze.nested import ENCOUNTER_CHILDREN, nested

TABLE = bronze(
    "encounter",
    "One contact or record entry of a patient with the practice, as delivered.",
    raw("encounter_date", "date", "Day, or day and time, of the contact."),
    raw("kind", "flag", "Surgery, home, teleconsultation, telephone, record only, in the software's words."),
    raw("author", "id", "Pseudonym of the practitioner who saw the patient."),
    raw("billing", "id", "Pseudonym of the practitioner who billed; differs for locums and interns."),
    *nested(ENCOUNTER_CHILDREN),
    texts={"note_text": "what the doctor wrote about the contact"},
    caveat="The doctor's personal notes are a category of their own and are never landed.",
)
