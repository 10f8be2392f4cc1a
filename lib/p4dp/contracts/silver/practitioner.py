"""Practitioners of a practice."""

from p4dp.contracts.core import Column
from p4dp.contracts.silver.base import silver

TABLE = silver(
    "practitioner",
    "One practitioner in one practice, in the state of the last delivery that counts.",
    Column(
        "practitioner_key",
        "string",
        "Pseudonym of the practitioner in this practice.",
        required=True,
        example="b2" * 16,
    ),
    Column("am_number", "string", "Claims-system number, nine digits.", matches="[0-9]{9}", example="131234567"),
    Column("rpps", "string", "National number, eleven digits.", matches="[0-9]{11}", example="10000000017"),
    Column("rpps_valid", "boolean", "Whether the number's check digit is right; official samples hold wrong ones."),
    Column(
        "role",
        "string",
        "Role in the practice.",
        codes={
            "titular": "owner",
            "collaborator": "associate",
            "locum": "replaces another doctor",
            "intern": "in training",
            "nurse": "practice nurse",
            "salaried": "employed by an institution",
            "other": "another role",
        },
        required=True,
    ),
    Column("specialty_code", "string", "Claims-system code of the specialty.", source="SNDS IR_SPE_V", example="01"),
    Column("valid_from", "date", "First day in the practice.", parsed=True),
    Column("valid_to", "date", "Last day in the practice.", parsed=True, not_before="valid_from"),
    patient=False,
    caveat="A locum is listed in every practice where he works, each time under another key.",
)
