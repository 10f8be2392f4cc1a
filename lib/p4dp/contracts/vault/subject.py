"""Which patient goes under which random number in a request to the trusted circuit."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "vault",
    "subject",
    "One patient of one request.",
    (
        Column("request_id", "string", "The request.", required=True, example="20260105-1"),
        Column("subject", "string", "Random number under which the circuit knows the person; patients of several practices with one NIR, birth date and sex share it.", required=True, example="NS_7_000000001"),
        Column("patient_key", "string", "The patient in one practice.", required=True, example="a1" * 16),
        Column("batch_id", "bigint", "The batch.", required=True),
    ),
    key=("request_id", "patient_key"),
    cluster=("request_id",),
    source="CNAM, guide to access projects: what the producer sends through SAFE",
    caveat="Nothing medical may come near this table; it stays in the vault and is deleted with the project.",
)  # fmt: skip
