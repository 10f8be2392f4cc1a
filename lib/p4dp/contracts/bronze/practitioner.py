"""Practitioners as the vault hands them over: pseudonym and professional numbers, no name."""

from p4dp.contracts.bronze.base import bronze
from p4dp.contracts.core import Column

TABLE = bronze(
    "practitioner",
    "One practitioner of a practice as one delivery describes them.",
    Column("practitioner_key", "string", "Pseudonym of the practitioner in this practice.", source="vault", example="b2" * 16),
    Column("am_number", "string", "Claims-system number as delivered.", source="vault"),
    Column("rpps", "string", "National number as delivered.", source="vault"),
    Column("role", "string", "Role as delivered.", source="vault"),
    Column("specialty", "string", "Claims-system code of the specialty as delivered.", source="vault"),
    Column("valid_from", "string", "First day in the practice as delivered.", source="vault"),
    Column("valid_to", "string", "Last day in the practice as delivered.", source="vault"),
)
