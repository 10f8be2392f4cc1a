"""Quality results: counts per expectation and per rule, never a value."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "ops",
    "quality",
    "One expectation, or one rule of one source, checked for one batch.",
    (
        Column("batch_id", "bigint", "The batch.", required=True),
        Column("table_name", "string", "layer.table.", required=True, example="silver.encounter"),
        Column("version", "bigint", "Delta version that was checked."),
        Column("check_name", "string", "Expectation or rule code.", required=True, example="encounter.kind.codes"),
        Column("source", "string", "Software, for counts of quarantined rows.", example="tabula"),
        Column("rows", "bigint", "Rows looked at.", unit="1"),
        Column("broken", "bigint", "Rows that broke it.", unit="1"),
        Column("passed", "boolean", "Whether it is within tolerance.", required=True),
        Column("at", "timestamp", "When.", unit="UTC", required=True),
    ),
    key=(),
)
