"""Tables of counts that projects asked to take out."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "ops",
    "export",
    "One step of one table of counts on its way out.",
    (
        Column("project", "string", "The project.", required=True, example="cascades"),
        Column("export_id", "string", "The export.", required=True, example="e1"),
        Column("step", "string", "What happened.", required=True, codes={
            "asked": "checked, and waits for approval", "approved": "one person approved", "left": "approved by two, written to the project's out folder"}),
        Column("by", "string", "Who did it.", required=True, example="A. Martin"),
        Column("question", "string", "Table, dimensions and filter, as JSON.", example="{}"),
        Column("cells", "bigint", "Cells that are published.", unit="1"),
        Column("removed", "bigint", "Cells that are not.", unit="1"),
        Column("at", "timestamp", "When.", unit="UTC", required=True),
    ),
    key=(),
)  # fmt: skip
