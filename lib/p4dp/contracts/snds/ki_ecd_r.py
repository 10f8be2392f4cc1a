"""KI_ECD_R: one cause on a death certificate."""

from p4dp.contracts.snds.base import snds

TABLE = snds(
    "ki_ecd_r",
    "KI_ECD_R",
    "One cause on a death certificate.",
    ("DCD_IDT_ENC",),
    """
    DCD_IDT_ENC | text 64 |  | 2013 | Number of the certificate.
    DCD_IDT_TOP | code 1 |  | 2013 | Death · identity · flag.
    BEN_IDT_ANO | text 18 |  | 2013 | BEN_NIR_ANO where filled, else BEN_NIR_PSA followed by BEN_RNG_GEM.
    BEN_IDT_TOP | code 1 |  | 2013 | 1 when BEN_IDT_ANO is the own NIR.
    BEN_NIR_ANO | text 17 |  | 2013 | Pseudonym of the person's own NIR; empty when the NIR is fictive.
    FLX_PER_ANN | year 4 |  | 2013 | Flow · father · year.
    CER_LIG_NUM | code 1 |  | 2013 | Certificate · line · number.
    ECD_CAU_RNG | code 3 |  | 2013 | Cause · cause · rank.
    ECD_CAU_LIB | text 100 |  | 2013 | Cause · cause · label.
    ECD_CIM_COD | text 4 | IR_CIM_V | 2013 | Cause of death, ICD-10.
    BEN_DCD_DTE | date 8 | IR_DTE_V | 2013 | Day of death; 1600-01-01 means none or unknown.
    BEN_DCD_AME | text 6 |  | 2013 | Person · death · year and month.
    """,
)
