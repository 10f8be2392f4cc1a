"""Practitioners as the vault hands them over: pseudonym and professional numbers, no name."""

from p4dp.contracts.bronze.base import bronze, handed
from p4dp.contracts.core import Column

TABLE = bronze(
    "practitioner",
    "One practitioner of a practice as one delivery describes them.",
    Column("practitioner_key", "string", "Pseudonym of the practitioner in this practice.", source="vault", example="b2" * 16),
    handed("am_number", "code", "Claims-system number as delivered."),
    handed("rpps", "code", "National number as delivered."),
    handed("role", "flag", "Role as delivered."),
    handed("specialty", "code", "Claims-system code of the specialty as delivered."),
    handed("valid_from", "date", "First day in the practice as delivered."),
    handed("valid_to", "date", "Last day in the practice as delivered."),
)
