"""T_MCOaaE: one hospital."""

from p4dp.contracts.snds.base import snds

TABLE = snds(
    "t_mco_e",
    "T_MCOaaE",
    "One hospital.",
    ("ETA_NUM",),
    """
    ANN_TRT | text 7 |  | 2005 | Year · processing.
    ETA_NUM | text 9 |  | 2005 | FINESS of the hospital.
    ETB_EXE_FIN | text 8 |  | 2005 | Hospital · execution · end.
    REG_ETA | text 40 |  | 2005 | Region · hospital.
    SOC_RAI | text 80 |  | 2005 | Company · name.
    STA_ETA | text 3 |  | 2005 | Status · hospital.
    VAL_ETA | text 20 |  | 2005 | Validity · hospital.
    """,
)
