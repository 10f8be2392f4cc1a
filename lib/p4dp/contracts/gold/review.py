"""Chart reviews: what doctors say of people whom an algorithm found or did not find."""

from __future__ import annotations

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "gold",
    "review",
    "One patient of one chart review.",
    (
        Column("review_id", "string", "The review.", required=True, example="diabetes-7"),
        Column("number", "int", "The patient's number in the review; the form shows it.", unit="1", required=True),
        Column("algorithm", "string", "The algorithm that is reviewed.", required=True, example="diabetes"),
        Column("version", "int", "Its version.", required=True, example="1"),
        Column("patient_key", "string", "The patient; the form names him by the practice's own number instead.", required=True, example="a1" * 16),
        Column("stratum", "string", "Where the patient was drawn from.", required=True, codes={
            "both": "found in the record and in the claims", "gp": "found in the record only", "snds": "found in the claims only", "none": "found nowhere",
            "gp_unlinked": "found in the record, not linked to claims", "none_unlinked": "not found in the record, not linked"}),
        Column("weight", "double", "Patients of the stratum for whom this one stands.", unit="1", required=True),
        Column("answer", "string", "What the practice's doctor says.", codes={"yes": "has it", "no": "does not have it", "unclear": "the chart does not tell"}),
        Column("batch_id", "bigint", "Step that last wrote it.", required=True),
    ),
    key=("review_id", "number"),
    cluster=("review_id",),
)  # fmt: skip
