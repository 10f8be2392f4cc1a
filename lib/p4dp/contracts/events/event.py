"""All events: one tidy row whatever the kind."""

from p4dp.contracts.core import Column, Table

KINDS = {
    "gp_visit": "contact with a general practitioner that was billed",
    "specialist_visit": "contact with another doctor that was billed",
    "dispensing": "boxes of one presentation dispensed in town",
    "hospital_drug": "units of one drug dispensed by a hospital to an outpatient",
    "biology": "one analysis of the biology nomenclature",
    "ngap_act": "care acts of nurses, physiotherapists and others, by key letter and coefficient",
    "ccam_act": "one technical act, in town or in a private hospital",
    "hospital_act": "one technical act of a stay or of an external visit",
    "stay": "one hospital stay",
    "diagnosis": "one diagnosis of a stay, with its role",
    "external_visit": "one consultation at a hospital without stay",
    "emergency_visit": "one passage through an emergency department without stay",
    "long_term_illness": "one entitlement for a long-term illness",
    "declared_gp": "one declaration of a doctor",
    "death": "the death",
    "cause_of_death": "one cause on the death certificate",
    "observation": "first to last trace of the person in the claims",
    "follow_up": "first trace to the death or to the day up to which the claims are complete",
}

TABLE = Table(
    "events",
    "event",
    "One event of one beneficiary.",
    (
        Column("beneficiary_id", "string", "The human.", required=True, example="X" * 17),
        Column("kind", "string", "Kind of event.", codes=KINDS, required=True),
        Column("code", "string", "What happened, in the code system of the kind.", example="3400930000014"),
        Column("code_system", "string", "Code system.", codes={c: c for c in (
            "PRS_NAT", "CIP13", "UCD", "NABM", "CCAM", "GHM", "CIM-10", "ACT", "ALD", "PFS")}),
        Column("start_date", "date", "First day."),
        Column("end_date", "date", "Last day; null when open."),
        Column("quantity", "double", "How many: acts, boxes, units, nights; regularisations netted.", unit="see kind"),
        Column("value", "double", "Coefficient of an act; number of diagnoses of a stay.", unit="1"),
        Column("atc", "string", "ATC code of a drug.", source="IR_PHA_R", example="A10BA02"),
        Column("substance", "string", "Substance of a drug.", source="IR_PHA_R", example="METFORMIN"),
        Column("role", "string", "Role of a diagnosis or place of a contact.", codes={
            "main": "main diagnosis", "related": "related diagnosis", "associated": "associated diagnosis", "unit": "main diagnosis of a unit", "unit_related": "related diagnosis of a unit",
            "surgery": "at the surgery", "home": "at home", "teleconsultation": "at a distance", "nursing": "care by a nurse",
            "physiotherapy": "care by a physiotherapist", "podiatry": "care by a podiatrist", "speech_therapy": "care by a speech therapist",
            "orthoptics": "care by an orthoptist", "stay": "during a stay",
            "external": "external visit", "initial": "cause that began the chain", "contributing": "another cause"}),
        Column("prescribed_on", "date", "Day of the prescription, the encounter with the prescriber."),
        Column("performer", "string", "Encrypted number of who did it.", example="P" * 8),
        Column("prescriber", "string", "Encrypted number of who prescribed it.", example="P" * 8),
        Column("specialty", "string", "Specialty of who did it.", example="1"),
        Column("age", "int", "Age at the care as the claim tells it, in full years; null outside DCIR and where it is not known.", unit="a", source="BEN_AMA_COD"),
        Column("scheme", "string", "Who insured the person; null outside DCIR.", source="RGM_GRG_COD, RGM_COD", codes={
            "general": "general scheme, and what is run by it", "agricultural": "farmers and farm workers", "self_employed": "self-employed: RSI, and since 2019 the general scheme for them",
            "other": "another scheme"}),
        Column("facility", "string", "FINESS of the hospital.", example="130000001"),
        Column("flags", "array<string>", "A study's choices, never deletions: ghs_9999, abortion, from_emergency, fictive_nir, shared_pseudonym, hospital_prescription, outside_coverage (a day on which its scheme did not send all its claims: absence there says nothing)."),
        Column("source_table", "string", "Table that it comes from.", required=True, example="ER_PHA_F"),
        Column("source_slice", "string", "Last slice (flow month or year) that speaks of it.", example="2024-03"),
        Column("batch_id", "bigint", "Load that computed it.", required=True),
    ),
    key=(),
    cluster=("kind", "beneficiary_id"),
    caveat="Long-term illness is known from 2005 in the general scheme, 2014 for farmers, 2016 for the self-employed. Events are computed again when a later flow month revises them: keep the version with a result.",
)  # fmt: skip
