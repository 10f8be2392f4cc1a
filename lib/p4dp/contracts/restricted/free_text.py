"""Words that people wrote: own credentials, since names are written in them."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "restricted",
    "free_text",
    "One text field of one record of one delivery.",
    (
        Column("record_key", "bigint", "The record; silver's text_key.", required=True),
        Column("field", "string", "Which text of the record.", required=True, example="reason_text"),
        Column("kind", "string", "Record kind.", required=True, example="reason"),
        Column("practice_key", "string", "Pseudonym of the practice.", required=True, example="0f" * 16),
        Column("patient_key", "string", "Pseudonym of the patient.", example="a1" * 16),
        Column("text", "string", "The words, as delivered.", required=True, example="words"),
        Column("delivery_id", "string", "The delivery.", required=True, example="d-1"),
        Column("sequence", "bigint", "The practice's running number of that delivery.", required=True),
        Column("batch_id", "bigint", "The batch that landed it.", required=True),
    ),
    key=(),
    caveat="Join on record_key and delivery_id: an older delivery's words stay beside the newer ones.",
)
