"""Runs of stages."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "ops",
    "run",
    "One run of one command.",
    (
        Column("run_id", "string", "Random identity of the run.", required=True, example="r-1"),
        Column("stage", "string", "The command.", required=True, example="nightly"),
        Column(
            "outcome",
            "string",
            "How it ended.",
            codes={"done": "done", "gate_failed": "nothing published", "error": "stopped by an error"},
            required=True,
        ),
        Column("batch_id", "bigint", "Last batch that it worked on."),
        Column("summary", "string", "Its closing JSON line.", example="{}"),
        Column("seconds", "double", "Duration.", unit="s", required=True),
        Column("at", "timestamp", "End.", unit="UTC", required=True),
    ),
    key=(),
)
