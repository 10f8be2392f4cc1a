"""Claims numbers of the practices' practitioners."""

from p4dp.contracts.core import Column, Table

METHODS = {
    "clear": "the extract shows the practitioner's own number",
    "correspondence": "read from a correspondence file",
    "aligned": "found by the visits that both sides know",
}

TABLE = Table(
    "linked",
    "practitioner",
    "One number under which a practitioner of the practices bills in the extract.",
    (
        Column("pfs", "string", "Number in the extract, one per place of practice; a FINESS for salaried doctors.", required=True, example="P" * 8),
        Column("doctor", "string", "Claims-system number of the practitioner as practices know it, without its key; else the practitioner_key.", required=True, example="13123456"),
        Column("method", "string", "How the two were brought together.", codes=METHODS, required=True),
        Column("support", "double", "Weighted number of visits that only these two share.", unit="1"),
        Column("runner_up", "double", "The same for the next practitioner.", unit="1"),
        Column("batch_id", "bigint", "Linkage that found it.", required=True),
    ),
    key=(),
    cluster=("pfs",),
    caveat="A locum bills under the replaced doctor and has no number of his own here.",
)  # fmt: skip
