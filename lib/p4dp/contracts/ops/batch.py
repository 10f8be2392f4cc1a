"""Batches: the list of deliveries is written here before the first write of the batch."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "ops",
    "batch",
    "One step of one batch.",
    (
        Column("batch_id", "bigint", "The batch; rises.", required=True),
        Column(
            "kind",
            "string",
            "Why the batch exists.",
            codes={
                "nightly": "new deliveries",
                "load-snds": "an SNDS extract",
                "link": "patients linked to beneficiaries",
                "derive": "algorithms run",
                "reprocess": "practices computed again",
                "rebuild": "silver from nothing",
            },
            required=True,
        ),
        Column(
            "step",
            "string",
            "What was reached.",
            codes={
                "opened": "list written",
                "split": "identity kept apart",
                "landed": "in bronze",
                "conformed": "in silver",
                "published": "passed the gate",
                "failed": "the gate refused",
            },
            required=True,
        ),
        Column("deliveries", "array<string>", "Folders of the batch, relative to landing; with step opened only."),
        Column("practices", "array<string>", "Practices computed again, by key; with step opened of a reprocess only."),
        Column("seconds", "double", "Duration of the step.", unit="s"),
        Column("at", "timestamp", "When.", unit="UTC", required=True),
    ),
    key=(),
)
