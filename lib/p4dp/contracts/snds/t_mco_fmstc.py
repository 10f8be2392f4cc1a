"""T_MCOaaFMSTC: one CCAM act of an external invoice."""

from p4dp.contracts.snds.base import snds

TABLE = snds(
    "t_mco_fmstc",
    "T_MCOaaFMSTC",
    "One CCAM act of an external invoice.",
    ("ETA_NUM", "SEQ_NUM"),
    """
    ACV_ACT | text 1 |  | 2007 | ACV · act.
    ANP_ACT | text 1 |  | 2007 | ANP · act.
    CCAM_COD | text 7 | IR_CCAM_V63 | 2007 | CCAM code.
    DEL_DAT_ENT | count 5 |  | 2013 | Days between entry and act.
    DENT_NUM_1 | text 2 |  | 2007 | Tooth · number · 1.
    DENT_NUM_10 | text 2 |  | 2007 | Tooth · number · 10.
    DENT_NUM_11 | text 2 |  | 2007 | Tooth · number · 11.
    DENT_NUM_12 | text 2 |  | 2007 | Tooth · number · 12.
    DENT_NUM_13 | text 2 |  | 2007 | Tooth · number · 13.
    DENT_NUM_14 | text 2 |  | 2007 | Tooth · number · 14.
    DENT_NUM_15 | text 2 |  | 2007 | Tooth · number · 15.
    DENT_NUM_16 | text 2 |  | 2007 | Tooth · number · 16.
    DENT_NUM_2 | text 2 |  | 2007 | Tooth · number · 2.
    DENT_NUM_3 | text 2 |  | 2007 | Tooth · number · 3.
    DENT_NUM_4 | text 2 |  | 2007 | Tooth · number · 4.
    DENT_NUM_5 | text 2 |  | 2007 | Tooth · number · 5.
    DENT_NUM_6 | text 2 |  | 2007 | Tooth · number · 6.
    DENT_NUM_7 | text 2 |  | 2007 | Tooth · number · 7.
    DENT_NUM_8 | text 2 |  | 2007 | Tooth · number · 8.
    DENT_NUM_9 | text 2 |  | 2007 | Tooth · number · 9.
    DOC_ACT | text 1 |  | 2007 | Document · act.
    ETA_NUM | text 9 |  | 2007 | FINESS of the hospital.
    ETA_NUM_GEO | text 9 |  | 2016 | Hospital · number · site.
    MOD_ACT1 | text 1 |  | 2007 | Mode · ACT1.
    MOD_ACT2 | text 1 |  | 2007 | Mode · ACT2.
    MOD_ACT3 | text 1 |  | 2007 | Mode · ACT3.
    MOD_ACT4 | text 1 |  | 2007 | Mode · ACT4.
    NUM_FAC | text 3 |  | 2007 | Number · invoiced.
    PHA_ACT | text 1 |  | 2007 | Pharmacy · act.
    PSH_DMT | text 3 |  | 2007 | Professional · discipline.
    PSH_MDT | text 2 |  | 2007 | Professional · treatment mode.
    REM_EXP_ACT | text 1 |  | 2007 | Reimbursement · exceptional · act.
    RSF_TYP | text 1 |  | 2007 | Invoice · type.
    SEQ_NUM | text 8 |  | 2008 | Number of the external invoice.
    SOR_ANN | year 4 |  | 2008 | Discharge · year.
    SOR_MOI | month 2 |  | 2008 | Discharge · month.
    TYP_ART | text 1 | MS_ENR_V | 2007 | Type · line type.
    DAT_RET | code 1 |  | 2007-2008 | Date · return code.
    NIR_ANO_17 | text 17 |  | 2007-2008 | Pseudonym, equals BEN_NIR_PSA.
    NIAS_RET | code 1 |  | 2007-2008 | NIAS · return code.
    SEX_RET | code 1 |  | 2007-2008 | Sex · return code.
    NIR_RET | code 1 |  | 2007-2008 | Identifier · return code.
    """,
)
