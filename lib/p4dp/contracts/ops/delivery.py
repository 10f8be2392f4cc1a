"""The ledger of deliveries: every change of state of every delivery, in order."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "ops",
    "delivery",
    "One change of state of one delivery.",
    (
        Column("delivery_id", "string", "The delivery.", required=True, example="d-1"),
        Column(
            "state",
            "string",
            "The new state.",
            codes={
                "accepted": "passed every delivery rule",
                "refused": "refused whole",
                "left_out": "taken out at the gate",
            },
            required=True,
        ),
        Column("code", "string", "Delivery rule that refused it.", example="delivery.checksum"),
        Column("reason", "string", "What was wrong and where; no value.", example="medical/a.csv: sha256 differs"),
        Column("software", "string", "Software in the delivery's path.", required=True, example="tabula"),
        Column("practice_id", "string", "Practice in the delivery's path.", required=True, example="P00001"),
        Column(
            "practice_key",
            "string",
            "Pseudonym of the practice; null when it is not in the registry.",
            example="0f" * 16,
        ),
        Column("folder", "string", "Folder below landing.", required=True, example="tabula/P00001/d-1"),
        Column("sequence", "bigint", "The practice's running number."),
        Column("is_full", "boolean", "Whether the delivery replaces all earlier ones."),
        Column("extracted_on", "date", "Day on which it was made."),
        Column(
            "manifest_sha256",
            "string",
            "Checksum of the manifest: content under a known id is compared by it.",
            example="00",
        ),
        Column("rows", "map<string,bigint>", "Records per file."),
        Column("bytes", "bigint", "Size of all files.", unit="By"),
        Column("notes", "array<string>", "What was tolerated: unknown columns, columns missing."),
        Column("batch_id", "bigint", "Batch that decided.", required=True),
        Column("at", "timestamp", "When.", unit="UTC", required=True),
    ),
    key=(),
)
