"""Practitioners by name and number, and their pseudonym."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "vault",
    "practitioner",
    "One practitioner of one practice as one delivery's identity part describes them.",
    (
        Column("practice_id", "string", "The practice.", required=True, example="P00001"),
        Column("local_id", "string", "The practice's own number of the practitioner.", required=True, example="D1"),
        Column(
            "practitioner_key",
            "string",
            "HMAC-SHA-256 of practice and local_id under the secret, first 128 bits.",
            required=True,
            example="b2" * 16,
        ),
        Column("key_version", "int", "Version of the secret.", required=True),
        Column("name", "string", "Name.", example="X"),
        Column("am_number", "string", "Claims-system number.", example="131234567"),
        Column("rpps", "string", "National number.", example="10000000017"),
        Column("role", "string", "Role as delivered.", example="TIT"),
        Column("specialty", "string", "Specialty as delivered.", example="01"),
        Column("valid_from", "string", "First day in the practice as delivered.", example="20200101"),
        Column("valid_to", "string", "Last day in the practice as delivered.", example="20240101"),
        Column("delivery_id", "string", "The delivery.", required=True, example="d-1"),
        Column("sequence", "bigint", "The practice's running number of that delivery.", required=True),
        Column("batch_id", "bigint", "The batch.", required=True),
    ),
    key=(),
    cluster=("practice_id",),
)
