"""T_MCOaaA: one act of a stay."""

from p4dp.contracts.snds.base import snds

TABLE = snds(
    "t_mco_a",
    "T_MCOaaA",
    "One act of a stay.",
    ("ETA_NUM", "RSA_NUM"),
    """
    ACV_ACT | text 1 |  | 2005 | ACV · act.
    ANP_ACT | text 1 |  | 2005 | ANP · act.
    CDC_ACT | text 7 | IR_CCAM_V63 | 2005 | CCAM code.
    CMP_DAT | text 1 |  | 2010 | CMP · date.
    DOC_ACT | text 1 |  | 2005 | Document · act.
    ENT_DAT_DEL | count 3 |  | 2005 | Days between entry and act.
    ETA_NUM | text 9 |  | 2005 | FINESS of the hospital.
    EXT_PMSI | text 3 |  | 2015 | Extension · PMSI.
    MOD_ACT | text 4 |  | 2005 | Mode · act.
    NBR_EXE_ACT | count 2 |  | 2005 | Count · execution · act.
    PHA_ACT | text 1 |  | 2005 | Pharmacy · act.
    REM_EXP_ACT | text 1 |  | 2005 | Reimbursement · exceptional · act.
    RSA_NUM | text 10 |  | 2005 | Number of the stay summary.
    RSS_NUM | text 3 |  | 2005 | Standard summary · number.
    RUM_SEQ | text 2 |  | 2008-2010 | Unit summary · sequence.
    """,
)
