"""Published versions: what stages and users read."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "ops",
    "published",
    "One table version published by one batch.",
    (
        Column("batch_id", "bigint", "The batch.", required=True),
        Column("stage", "string", "The stage that wrote the table.", required=True, example="conform"),
        Column("table_name", "string", "layer.table.", required=True, example="silver.encounter"),
        Column("version", "bigint", "Delta version.", required=True),
        Column("at", "timestamp", "When.", unit="UTC", required=True),
    ),
    key=(),
)
