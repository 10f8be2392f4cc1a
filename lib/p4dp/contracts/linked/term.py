"""How common a commune is among candidates, by model."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "linked",
    "term",
    "One commune in one estimated model.",
    (
        Column("run_id", "string", "Run that estimated it.", required=True, example="r" * 32),
        Column("commune", "string", "INSEE code.", required=True, example="13055"),
        Column("tf_commune", "double", "Of the candidates of patients who live there, the share that lives there too; drawn to the mean where there are few.", unit="1", required=True, between=("0", "1")),
        Column("batch_id", "bigint", "Linkage.", required=True),
    ),
    key=("run_id", "commune"),
    source="stands for Splink's term-frequency table, measured where it is used: among candidates",
)  # fmt: skip
