"""Identifying traits of patients and their pseudonym. Nothing downstream reads this table."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "vault",
    "patient",
    "One patient of one practice as one delivery's identity part describes them.",
    (
        Column("practice_id", "string", "The practice.", required=True, example="P00001"),
        Column("local_id", "string", "The practice's own number of the patient.", required=True, example="17"),
        Column(
            "patient_key",
            "string",
            "HMAC-SHA-256 of practice and local_id under the secret, first 128 bits, hexadecimal.",
            required=True,
            example="a1" * 16,
        ),
        Column("key_version", "int", "Version of the secret.", required=True),
        Column("nir", "string", "NIR as delivered.", source="arrêté and decree on the NIR; python-stdnum", example="0"),
        Column("nir_status", "string", "Result of the check.", required=True, example="valid"),
        Column("family_name", "string", "Family name.", example="X"),
        Column("birth_name", "string", "Name at birth.", example="X"),
        Column("given_names", "string", "Given names.", example="X"),
        Column("sex", "string", "Sex as delivered.", example="F"),
        Column("birth_date", "string", "Birth date as delivered.", example="19600101"),
        Column("birth_place", "string", "INSEE code of the place of birth.", example="13055"),
        Column("address", "string", "Street.", example="X"),
        Column("postal_code", "string", "Postal code.", example="13001"),
        Column("commune", "string", "INSEE code of the commune of residence as delivered.", example="13055"),
        Column("death_date", "string", "Day of death as delivered.", example="20240101"),
        Column("delivery_id", "string", "The delivery.", required=True, example="d-1"),
        Column("sequence", "bigint", "The practice's running number of that delivery.", required=True),
        Column("batch_id", "bigint", "The batch.", required=True),
    ),
    key=(),
    cluster=("practice_id",),
)
