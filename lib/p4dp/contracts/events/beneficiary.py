"""One human of the claims system."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "events",
    "beneficiary",
    "One human, all pseudonyms brought together.",
    (
        Column("beneficiary_id", "string", "BEN_NIR_ANO where one pseudonym carries it, else BEN_IDT_ANO.", required=True, example="X" * 17),
        Column("sex", "string", "Sex of the last row.", codes={"male": "man", "female": "woman", "unknown": "not known"}, required=True),
        Column("birth_year", "int", "Year of birth; null when 1600.", unit="a"),
        Column("birth_month", "int", "Month of birth.", unit="mo"),
        Column("death_date", "date", "Day of death; null when 1600-01-01."),
        Column("department", "string", "Department of residence of the last row.", example="013"),
        Column("commune", "string", "Commune within the department.", example="055"),
        Column("pseudonyms", "int", "How many pseudonyms the person has.", required=True),
        Column("flag_no_own_nir", "boolean", "No row carries BEN_NIR_ANO.", required=True),
        Column("flag_fictive_nir", "boolean", "A row has a fictive NIR: not a person's (BEN_CDI_NIR).", required=True),
        Column("flag_provisional_nir", "boolean", "A row has a provisional NIR (03, 04).", required=True),
        Column("flag_shared_pseudonym", "boolean", "A pseudonym of the person is also another's.", required=True),
        Column("flag_birth_varies", "boolean", "Rows tell different months of birth.", required=True),
        Column("flag_sex_varies", "boolean", "Rows tell different sexes.", required=True),
        Column("batch_id", "bigint", "Load that resolved it.", required=True),
    ),
    key=(),
    cluster=("beneficiary_id",),
    source="CNAM, sheet on the beneficiary; checks of sndsTools",
)  # fmt: skip
