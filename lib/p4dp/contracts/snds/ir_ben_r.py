"""IR_BEN_R: one pseudonym of a person: several rows may be one person."""

from p4dp.contracts.snds.base import snds

#: The archive has the same.
COLUMNS = """
    BEN_NIR_PSA | text 17 |  |  | Pseudonym of insured, birth date and sex; same-sex twins share it.
    BEN_RNG_GEM | code 2 | IR_BER_V:BEN_RNG_GEM |  | Twin rank in the general scheme; rank in the family elsewhere, where it changes over time.
    BEN_NIR_ANO | text 17 |  |  | Pseudonym of the person's own NIR; empty when the NIR is fictive.
    BEN_IDT_ANO | text 17 |  |  | BEN_NIR_ANO where filled, else BEN_NIR_PSA followed by BEN_RNG_GEM.
    BEN_IDT_TOP | code 1 |  |  | 1 when BEN_IDT_ANO is the own NIR.
    ASS_NIR_ANO | text 17 |  |  | Pseudonym of the insured person.
    BEN_IDT_MAJ | date |  |  | Person · identity · update.
    BEN_CDI_NIR | text 2 | IR_NIR_V:BEN_NIR_COD |  | Kind of NIR: 00 normal, 03 and 04 provisional, the others fictive.
    BEN_NAI_ANN | year 4 |  |  | Year of birth; 1600 means unknown.
    BEN_NAI_MOI | month 2 |  |  | Month of birth.
    BEN_SEX_COD | code 1 | IR_SEX_V:SEX_COD |  | Sex: 1 male, 2 female, 0 or 9 unknown.
    BEN_DCD_DTE | date 8 | IR_DTE_V:DTE_DTE |  | Day of death; 1600-01-01 means none or unknown.
    BEN_DCD_AME | text 6 |  |  | Person · death · year and month.
    ORG_AFF_BEN | text 9 | IR_ORG_V:ORG_NUM |  | Fund · affiliation · person.
    BEN_RES_DPT | text 3 | IR_DPT_V:GEO_DPT_COD |  | Department of residence, three characters.
    BEN_RES_COM | text 3 | IR_GEO_V:GEO_COM_COD |  | Commune of residence within the department.
    BEN_TOP_CNS | code 1 |  |  | Person · flag · consumer.
    MAX_TRT_DTD | date |  |  | Last · processing · start date.
    ORG_CLE_NEW | text 9 | IR_ORG_V:ORG_NUM |  | Fund that sent the line, by today's numbering.
    BEN_DTE_INS | date 8 | IR_DTE_V:DTE_DTE |  | Person · date · insertion.
    BEN_DTE_MAJ | date 8 | IR_DTE_V:DTE_DTE |  | Person · date · update.
"""

TABLE = snds(
    "ir_ben_r",
    "IR_BEN_R",
    "One pseudonym of a person: several rows may be one person.",
    ("BEN_NIR_PSA", "BEN_RNG_GEM"),
    COLUMNS,
)
