"""Raw prescribed drugs."""

from p4dp.contracts.bronze.base import bronze, raw

TABLE = bronze(
    "prescription",
    "One drug line of a prescription or of a long-term treatment, as delivered.",
    raw("encounter_record_id", "id", "The practice's number of the encounter."),
    raw("prescribed_on", "date", "Day of the prescription."),
    raw("code_system", "code", "Drug code system: CIP13, CIP7, CIS, ATC, UCD."),
    raw("code", "code", "Drug code."),
    raw("dose", "number", "Quantity per intake."),
    raw("dose_unit", "unit", "Unit of the dose."),
    raw("intakes_per_day", "number", "Intakes per day."),
    raw("duration_days", "number", "Length of the treatment."),
    raw("renewals", "number", "Times that it may be dispensed again."),
    raw("ald_zone", "flag", "Written in the zone of the form that is covered at 100 % for a long-term illness."),
    raw("substitution", "flag", "Whether the pharmacist may substitute."),
    raw("long_term", "flag", "Part of a long-term treatment."),
    raw("reason_code", "code", "CIM-10 code of what the drug is given for."),
    texts={"posology_text": "how to take it", "drug_text": "the drug's name as written"},
)
