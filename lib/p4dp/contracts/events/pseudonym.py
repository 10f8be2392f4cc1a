"""Every pseudonym of every human: which beneficiary it belongs to."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "events",
    "pseudonym",
    "One pseudonym (BEN_NIR_PSA, BEN_RNG_GEM; or NUM_ENQ) of one beneficiary.",
    (
        Column("BEN_NIR_PSA", "string", "Pseudonym as delivered: BEN_NIR_PSA, or NUM_ENQ of a project extract.", required=True, example="X" * 17),
        Column("BEN_RNG_GEM", "int", "Rank as delivered."),
        Column("beneficiary_id", "string", "The human: own pseudonym where one is known, else the first row's.", required=True, example="X" * 17),
        Column("shared", "boolean", "Whether several beneficiaries have this BEN_NIR_PSA (same-sex twins, family members).", required=True),
        Column("batch_id", "bigint", "Load that resolved it.", required=True),
    ),
    key=(),
    cluster=("BEN_NIR_PSA",),
    source="CNAM, sheet on the beneficiary, September 2020",
    caveat="A person has two or more in a life: as a child of one or two parents, then own; until 2016 also as a spouse.",
)  # fmt: skip
