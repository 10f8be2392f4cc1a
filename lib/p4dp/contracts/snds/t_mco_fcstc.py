"""T_MCOaaFCSTC: one consultation of an external invoice."""

from p4dp.contracts.snds.base import snds

TABLE = snds(
    "t_mco_fcstc",
    "T_MCOaaFCSTC",
    "One consultation of an external invoice.",
    ("ETA_NUM", "SEQ_NUM"),
    """
    ACT_COD | text 5 | IR_ACT_COD | 2007 | Act or consultation code.
    ACT_COE | number 6,2 |  | 2007 | Act · coefficient.
    ACT_DNB | count 2 |  | 2007 | Number of acts.
    ACT_NBR | count 3 |  | 2007 | Number of acts.
    AMC_MNR | number 7,2 |  | 2007 | Complementary scheme · reimbursed.
    AMO_MNR | number 8,2 |  | 2007 | Compulsory scheme · reimbursed.
    COEF_MCO | number 5,4 |  | 2014 | COEF · short stay.
    CONSULT_MIG | text 2 |  | 2014 | Consultation.
    DEL_DAT_ENT | count 5 |  | 2013 | Days between entry and act.
    ETA_NUM | text 9 |  | 2007 | FINESS of the hospital.
    ETA_NUM_GEO | text 9 |  | 2016 | Hospital · number · site.
    EXE_SPE | text 2 |  | 2008 | Specialty.
    EXO_TM | text 1 |  | 2007 | Exemption · copayment.
    HON_MNT | number 8,2 |  | 2007 | Fees · amount.
    NUM_FAC | text 3 |  | 2007 | Number · invoiced.
    PRI_UNI | number 7,2 |  | 2007 | Price · unit.
    PSH_DMT | text 3 |  | 2007 | Professional · discipline.
    PSH_MDT | text 2 |  | 2007 | Professional · treatment mode.
    REM_BAS | number 8,2 |  | 2007 | Reimbursement · base.
    REM_TAU | code 3 |  | 2007 | Reimbursement · rate.
    RSF_TYP | text 1 |  | 2007 | Invoice · type.
    SEQ_NUM | text 8 |  | 2008 | Number of the external invoice.
    SOR_ANN | year 4 |  | 2008 | Discharge · year.
    SOR_MOI | month 2 |  | 2008 | Discharge · month.
    TYP_ART | text 1 | MS_ENR_V | 2007 | Type · line type.
    DAT_RET | code 1 |  | 2007-2008 | Date · return code.
    NIR_ANO_17 | text 17 |  | 2007-2008 | Pseudonym, equals BEN_NIR_PSA.
    NIAS_RET | code 1 |  | 2007-2008 | NIAS · return code.
    SEX_RET | code 1 |  | 2007-2008 | Sex · return code.
    NOE_MNR | code 8 |  | 2007-2008 | NOE · reimbursed.
    NOE_OPE | code 3 |  | 2007-2008 | NOE · operation.
    NIR_RET | code 1 |  | 2007-2008 | Identifier · return code.
    """,
)
