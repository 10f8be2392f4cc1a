"""T_MCOaaD: one associated diagnosis of a stay."""

from p4dp.contracts.snds.base import snds

TABLE = snds(
    "t_mco_d",
    "T_MCOaaD",
    "One associated diagnosis of a stay.",
    ("ETA_NUM", "RSA_NUM"),
    """
    ASS_DGN | text 6 | MS_CIM_V | 2005 | Associated diagnosis.
    DGN_ASS_NUM | code 4 |  | 2014 | Diagnosis · insured · number.
    ETA_NUM | text 9 |  | 2005 | FINESS of the hospital.
    RSA_NUM | text 10 |  | 2005 | Number of the stay summary.
    RSS_NUM | text 3 |  | 2005 | Standard summary · number.
    """,
)
