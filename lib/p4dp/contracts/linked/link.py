"""Links of patients with beneficiaries."""

from p4dp.contracts.core import Column, Table
from p4dp.contracts.linked.threshold import HOLDS

METHODS = {
    "direct": "by the trusted circuit, on the NIR",
    "searched": "by CNAM's own search, on traits and on the history of care",
    "indirect": "on traits and on the history of care",
}
REGIMES = {
    "A": "clear practitioner numbers",
    "B": "encrypted numbers with a correspondence",
    "C": "encrypted numbers, aligned",
    "D": "no practitioner at all",
}

TABLE = Table(
    "linked",
    "link",
    "One period in which a patient of one practice is held to be one beneficiary.",
    (
        Column("patient_key", "string", "The patient in one practice.", required=True, example="a1" * 16),
        Column("practice_key", "string", "The practice.", required=True, example="0f" * 16),
        Column("beneficiary_id", "string", "The human in the claims.", required=True, example="X" * 17),
        Column("method", "string", "How it was found.", codes=METHODS, required=True),
        Column("regime", "string", "What was known of practitioners; null for links that others made.", codes=REGIMES),
        Column("weight", "double", "Fellegi-Sunter match weight, base 2, prior included; null for links that others made.", unit="1"),
        Column("probability", "double", "The weight as a probability; not calibrated, see linked.threshold for the estimated share of false links.", unit="1", between=("0", "1")),
        Column("margin", "double", "Weight above the next best beneficiary of the patient.", unit="1"),
        Column("visits_met", "int", "Visits of the record that the claims hold on the same day with the same practitioner.", unit="1"),
        Column("visits", "int", "Visits of the record within the claims' years.", unit="1"),
        Column("drugs_met", "int", "Prescribed drugs that the claims hold with prescriber, day and substance.", unit="1"),
        Column("drugs", "int", "Prescribed drugs of the record within the claims' years.", unit="1"),
        Column("analyses_met", "int", "Prescribed analyses that the claims hold with prescriber and day.", unit="1"),
        Column("analyses", "int", "Prescribed analyses of the record within the claims' years.", unit="1"),
        Column("holds", "string", "What the record holds, of care within the days of the claims; null for links that others made.", codes=HOLDS),
        Column("valid_from", "date", "Day of the linkage that found it.", required=True),
        Column("valid_to", "date", "Day of the linkage that ended it; null while it holds.", not_before="valid_from"),
        Column("run_id", "string", "Linkage run (linked.run, MLflow).", required=True, example="r" * 32),
        Column("batch_id", "bigint", "Linkage that last wrote the row.", required=True),
    ),
    key=("patient_key", "beneficiary_id", "method", "valid_from"),
    cluster=("practice_key",),
    caveat="Two patients of two practices may have one beneficiary: then they are one individual. A link is a finding with an error, not an identity.",
)  # fmt: skip
