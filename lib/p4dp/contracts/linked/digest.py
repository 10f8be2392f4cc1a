"""What the last linkage knew of each patient."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "linked",
    "digest",
    "One patient as the last linkage knew them.",
    (
        Column("patient_key", "string", "The patient in one practice.", required=True, example="a1" * 16),
        Column("digest", "bigint", "Hash of traits, care and doctors within the days of the claims; another one means that the patient is looked at again.", required=True),
        Column("batch_id", "bigint", "Linkage that wrote the table.", required=True),
    ),
    key=("patient_key",),
    cluster=("patient_key",),
)  # fmt: skip
