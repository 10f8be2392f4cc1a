"""Patients without a link, with the reason."""

from p4dp.contracts.core import Column, Table

REASONS = {
    "no_trace": "the record holds nothing that could be found in claims",
    "no_candidate": "no beneficiary shares a token of the record",
    "below_threshold": "the best beneficiary is not sure enough",
    "ambiguous": "the next best beneficiary is too near",
    "contested": "another patient of the same practice fits the beneficiary as well or better",
}

TABLE = Table(
    "linked",
    "unlinked",
    "One patient whom the last linkage considered and left without link.",
    (
        Column("patient_key", "string", "The patient in one practice.", required=True, example="a1" * 16),
        Column("practice_key", "string", "The practice.", required=True, example="0f" * 16),
        Column("reason", "string", "Why there is no link.", codes=REASONS, required=True),
        Column("weight", "double", "Weight of the best beneficiary; null without one.", unit="1"),
        Column("run_id", "string", "Linkage run.", required=True, example="r" * 32),
        Column("batch_id", "bigint", "Linkage.", required=True),
    ),
    key=("patient_key",),
    cluster=("practice_key",),
)  # fmt: skip
