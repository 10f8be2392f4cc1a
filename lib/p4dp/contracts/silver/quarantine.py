"""Rows that broke a rule: a pointer to bronze, never the row itself."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "silver",
    "quarantine",
    "One record that counts but broke at least one row rule.",
    (
        Column("table_name", "string", "Silver table that it would have entered.", required=True, example="encounter"),
        Column("record_key", "bigint", "Key that the row would have had.", required=True),
        Column("record_id", "string", "The practice's own number of the record.", example="C-1"),
        Column("practice_key", "string", "Pseudonym of the practice.", required=True, example="0f" * 16),
        Column("patient_key", "string", "Pseudonym of the patient whom it named.", example="a1" * 16),
        Column("software", "string", "The practice's software.", required=True, example="tabula"),
        Column("rules", "array<string>", "Codes of all rules that the row broke.", required=True),
        Column("copies", "int", "How many records shared the key in that delivery.", unit="1", required=True),
        Column("container_id", "bigint", "Record inside which, or on which, it was delivered."),
        Column("delivery_id", "string", "The delivery whose version counts.", required=True, example="d-1"),
        Column("sequence", "bigint", "The practice's running number of that delivery.", required=True),
        Column("batch_id", "bigint", "The batch that quarantined it.", required=True),
    ),
    key=("table_name", "record_key"),
    cluster=("table_name",),
    caveat="The row's content stays in bronze (same record_key), or in the delivery when its shape was wrong.",
)
