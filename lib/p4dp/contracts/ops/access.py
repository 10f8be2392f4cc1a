"""Accesses to restricted data through the platform's own commands."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "ops",
    "access",
    "One access by one account.",
    (
        Column("account", "string", "Operating-system account.", required=True, example="platform"),
        Column("command", "string", "What was asked.", required=True, example="split"),
        Column("object", "string", "Table or folder.", required=True, example="vault.patient"),
        Column("purpose", "string", "Why, as given or implied by the command.", required=True, example="nightly"),
        Column("at", "timestamp", "When.", unit="UTC", required=True),
    ),
    key=(),
)
