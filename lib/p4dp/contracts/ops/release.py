"""Releases to projects."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "ops",
    "release",
    "One release of rows into a project's own space.",
    (
        Column("project", "string", "The project.", required=True, example="cascades"),
        Column("release_id", "string", "The release: batch number and day.", required=True, example="7-20260105"),
        Column("legal_basis", "string", "Why the project may see it.", required=True, example="CNIL DR-0000-000"),
        Column("until", "date", "Day after which nothing is released to it any more.", required=True),
        Column("persons", "bigint", "People in it.", unit="1", required=True),
        Column("tables", "array<string>", "Tables in it."),
        Column("unique_traits", "double", "Share of people who are alone with their sex, birth year and department.", unit="1"),
        Column("unique_history", "double", "Share of people who are alone with their traits, dates and codes.", unit="1"),
        Column("at", "timestamp", "When.", unit="UTC", required=True),
    ),
    key=(),
)  # fmt: skip
