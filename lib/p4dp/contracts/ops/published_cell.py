"""Every count that ever left, so that the next one reveals nobody by difference."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "ops",
    "published_cell",
    "One cell of one table of counts that left.",
    (
        Column("project", "string", "The project.", required=True, example="cascades"),
        Column("export_id", "string", "The export.", required=True, example="e1"),
        Column("counted", "string", "Table and dimensions: cells of one kind can be compared whatever the population.", required=True, example="silver.patient|sex"),
        Column("cell", "string", "Values of the dimensions, as JSON; * is the total.", required=True, example='["male"]'),
        Column("people", "bigint", "The count.", unit="1", required=True),
        Column("at", "timestamp", "When.", unit="UTC", required=True),
    ),
    key=(),
)  # fmt: skip
