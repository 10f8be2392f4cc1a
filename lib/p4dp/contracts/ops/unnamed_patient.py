"""Patients whom medical records name and no identity part does."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "ops",
    "unnamed_patient",
    "One patient of one batch whom no identity part had named when the batch was split.",
    (
        Column("patient_key", "string", "Pseudonym of the patient.", required=True, example="a1" * 16),
        Column("batch_id", "bigint", "The batch whose records name the patient.", required=True),
    ),
    key=(),
    caveat="The batch's records of these patients count as records without a patient, in this and in every later reading.",
)
