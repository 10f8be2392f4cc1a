"""Weekly watch of illness by department."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "gold",
    "weekly_signal",
    "One week of one department.",
    (
        Column("watch", "string", "Which watch.", required=True, example="influenza_watch"),
        Column("version", "int", "Its version.", required=True, example="1"),
        Column("department", "string", "Department of the patients.", required=True, example="13"),
        Column("week", "date", "Monday of the week.", required=True),
        Column("cases", "int", "Contacts of the week with such a reason or result.", unit="1", required=True, between=("0", "1000000")),
        Column("contacts", "int", "Contacts of any kind.", unit="1", required=True, between=("0", "100000000")),
        Column("expected", "double", "Cases that season and trend explain.", unit="1"),
        Column("upper", "double", "Upper bound of what they explain.", unit="1"),
        Column("alert", "boolean", "Whether it is the second week in a row above the bound.", required=True),
        Column("run_id", "string", "MLflow run.", required=True, example="r" * 32),
        Column("batch_id", "bigint", "Derivation that wrote it.", required=True),
    ),
    key=(),
    cluster=("department",),
    caveat="Small counts are in it: it stays inside; pages show no week with fewer than 11 cases.",
)  # fmt: skip
