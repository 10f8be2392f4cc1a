"""Raw allergies and intolerances."""

from p4dp.contracts.bronze.base import bronze, raw

TABLE = bronze(
    "allergy",
    "One statement about an allergy, as delivered.",
    raw("code_system", "code", "ATC, CIS, CIM-10 or SNOMED CT, in the software's words."),
    raw("code", "code", "Agent or kind of allergy; empty in a statement that none is known."),
    raw("assertion", "flag", "Present, absent or not known, in the software's words."),
    raw("status", "code", "Active, inactive or resolved, in the software's words."),
    raw("recorded_on", "date", "Day on which it was recorded or began."),
    texts={"allergy_text": "the statement in words"},
)
