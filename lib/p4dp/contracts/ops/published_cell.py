"""Every count that ever left, so that the next one reveals nobody by difference."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "ops",
    "published_cell",
    "One cell of one table of counts that left.",
    (
        Column("project", "string", "The project.", required=True, example="cascades"),
        Column("export_id", "string", "The export.", required=True, example="e1"),
        Column("counted", "string", "The table whose people were counted.", required=True, example="silver.patient"),
        Column("cell", "string", "What its people have in common, as sorted JSON: cells are compared whatever table, order or condition.", required=True, example='["sex=male"]'),
        Column("people", "bigint", "The count.", unit="1", required=True),
        Column("at", "timestamp", "When.", unit="UTC", required=True),
    ),
    key=(),
)  # fmt: skip
