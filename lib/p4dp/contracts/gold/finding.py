"""What algorithms found."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "gold",
    "finding",
    "One finding of one algorithm about one person of one side.",
    (
        Column("p4dp_slice", "string", "What a later run replaces: algorithm and side.", required=True, example="diabetes/gp"),
        Column("algorithm", "string", "The algorithm (`p4dp algorithms show NAME`).", required=True, example="diabetes"),
        Column("version", "int", "Its version.", required=True, example="1"),
        Column("side", "string", "Whose records it read.", codes={"gp": "records of practices", "snds": "claims"}, required=True),
        Column("person_id", "string", "patient_key on the GP side, beneficiary_id in the claims.", required=True, example="a1" * 16),
        Column("start_date", "date", "First day of it; null when the record does not say."),
        Column("end_date", "date", "Last day, for episodes and periods.", not_before="start_date"),
        Column("category", "string", "What was found.", required=True, example="diabetes"),
        Column("value", "double", "A score or a number, see the algorithm's card.", unit="see card"),
        Column("criteria", "array<string>", "Which of the algorithm's criteria were met."),
        Column("as_of", "date", "Last day that counted.", required=True),
        Column("run_id", "string", "MLflow run.", required=True, example="r" * 32),
        Column("batch_id", "bigint", "Derivation that wrote it.", required=True),
    ),
    key=(),
    cluster=("algorithm", "side"),
    caveat="Accuracy is that of the algorithm's card. Who has no finding was not found, which is not the same as free of it.",
)  # fmt: skip
