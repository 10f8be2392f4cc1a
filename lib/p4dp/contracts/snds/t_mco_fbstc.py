"""T_MCOaaFBSTC: one service of an external invoice."""

from p4dp.contracts.snds.base import snds

TABLE = snds(
    "t_mco_fbstc",
    "T_MCOaaFBSTC",
    "One service of an external invoice.",
    ("ETA_NUM", "SEQ_NUM"),
    """
    ACT_COD | text 5 | IR_ACT_COD | 2008 | Act or consultation code.
    ACT_COE | number 6,2 |  | 2008 | Act · coefficient.
    ACT_DNB | count 2 |  | 2008 | Number of acts.
    ACT_NBR | count 3 |  | 2008 | Number of acts.
    AMC_MNR | number 7,2 |  | 2008 | Complementary scheme · reimbursed.
    AMO_MNR | number 8,2 |  | 2008 | Compulsory scheme · reimbursed.
    COEF_MCO | number 5,4 |  | 2014 | COEF · short stay.
    DEL_DAT_ENT | count 5 |  | 2013 | Days between entry and act.
    ETA_NUM | text 9 |  | 2008 | FINESS of the hospital.
    ETA_NUM_GEO | text 9 |  | 2016 | Hospital · number · site.
    EXE_SPE | text 2 |  | 2008 | Specialty.
    EXO_TM | text 1 |  | 2008 | Exemption · copayment.
    HON_MNT | number 8,2 |  | 2008 | Fees · amount.
    NUM_FAC | text 3 |  | 2008 | Number · invoiced.
    PRI_UNI | number 7,2 |  | 2008 | Price · unit.
    PSH_DMT | text 3 |  | 2008 | Professional · discipline.
    PSH_MDT | text 2 |  | 2008 | Professional · treatment mode.
    REM_BAS | number 8,2 |  | 2008 | Reimbursement · base.
    REM_TAU | code 3 |  | 2008 | Reimbursement · rate.
    RSF_TYP | text 1 |  | 2008 | Invoice · type.
    SEQ_NUM | text 8 |  | 2008 | Number of the external invoice.
    SOR_ANN | year 4 |  | 2008 | Discharge · year.
    SOR_MOI | month 2 |  | 2008 | Discharge · month.
    TYP_ART | text 1 | MS_ENR_V | 2008 | Type · line type.
    TYP_FPI | text 1 |  | 2017 | Type · FPI.
    """,
)
