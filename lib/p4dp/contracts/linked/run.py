"""Linkage runs and how sure their links are."""

from p4dp.contracts.core import Column, Table
from p4dp.contracts.linked.link import METHODS, REGIMES

TABLE = Table(
    "linked",
    "run",
    "One linkage.",
    (
        Column("run_id", "string", "Run; the MLflow run has the same number.", required=True, example="r" * 32),
        Column("method", "string", "How.", codes=METHODS, required=True),
        Column("regime", "string", "What was known of practitioners.", codes=REGIMES),
        Column("without", "string", "Kinds of evidence that were not compared (linkage.without), comma-separated; empty for all, null for direct links.", example=""),
        Column("model_run_id", "string", "Run whose model was used: its own, or the last one that estimated; null for direct links.", example="r" * 32),
        Column("is_full", "boolean", "Whether all patients were considered, or only those with something new.", required=True),
        Column("patients", "bigint", "Patients considered.", unit="1", required=True),
        Column("linked", "bigint", "Links found.", unit="1", required=True),
        Column("asked_precision", "double", "Share of true links asked for.", unit="1"),
        Column("margin", "double", "Weight that a link must lie above the runner-up.", unit="1"),
        Column("kinds", "int", "Number of the rule by which kinds of record were told apart (linked.threshold); null in runs before rules had one, and for direct links.", example="2"),
        Column("decoys", "bigint", "Patients whose best beneficiary was taken away to see whether another is accepted.", unit="1"),
        Column("decoys_accepted", "bigint", "Decoys for whom another was accepted.", unit="1"),
        Column("false_share", "double", "Estimated share of false links.", unit="1"),
        Column("false_low", "double", "Lower 95 % bound of that share.", unit="1"),
        Column("false_high", "double", "Upper 95 % bound of that share.", unit="1"),
        Column("tokens_cut", "bigint", "Tokens that too many share and that were not joined.", unit="1"),
        Column("pairs", "bigint", "Pairs compared.", unit="1"),
        Column("silver_batch", "bigint", "Last batch of silver that the run saw.", required=True),
        Column("events_batch", "bigint", "Last load of claims that the run saw.", required=True),
        Column("batch_id", "bigint", "Linkage.", required=True),
        Column("at", "timestamp", "When.", unit="UTC", required=True),
    ),
    key=("run_id",),
)  # fmt: skip
