"""Parameters of the linkage models."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "linked",
    "model",
    "One level of one comparison of one estimated model; the prior is the comparison `prior`.",
    (
        Column("run_id", "string", "Run that estimated it.", required=True, example="r" * 32),
        Column("regime", "string", "What was known of practitioners.", required=True, example="C"),
        Column("comparison", "string", "Comparison.", required=True, example="birth"),
        Column("level", "int", "Rank of the level; 0 is everything else.", required=True),
        Column("label", "string", "Level in words.", required=True, example="same month"),
        Column("m", "double", "Share of true pairs at this level.", unit="1", required=True),
        Column("u", "double", "Share of other candidate pairs at this level.", unit="1", required=True),
        Column("batch_id", "bigint", "Linkage.", required=True),
    ),
    key=("run_id", "comparison", "level"),
)  # fmt: skip
