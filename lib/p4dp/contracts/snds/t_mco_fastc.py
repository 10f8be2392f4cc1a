"""T_MCOaaFASTC: one external invoice."""

from p4dp.contracts.snds.base import snds

TABLE = snds(
    "t_mco_fastc",
    "T_MCOaaFASTC",
    "One external invoice.",
    ("ETA_NUM", "SEQ_NUM"),
    """
    AGE_ANN | count 3 |  | 2014 | Age · year.
    BDI_COD | text 5 |  | 2009 | Residence · code.
    BDI_DEP | text 2 |  | 2009 | Residence · start.
    COD_CIV | text 1 |  | 2007 | Code · civil status.
    COD_SEX | text 1 |  | 2007 | Code · sex.
    CTR_TYP | text 2 |  | 2017 | Contract · type.
    ETA_NUM | text 9 |  | 2007 | FINESS of the hospital.
    ETA_NUM_GEO | text 9 |  | 2016 | Hospital · number · site.
    EXO_TM | text 1 |  | 2007 | Exemption · copayment.
    FIDES_TOP | text 1 |  | 2012 | FIDES · flag.
    GES_COD | text 2 |  | 2014 | Gestation · code.
    HON_AM_MNR | number 8,2 |  | 2007 | Fees · AM · reimbursed.
    HON_MNT | number 8,2 |  | 2007 | Fees · amount.
    HON_OC_MNR | number 8,2 |  | 2007 | Fees · OC · reimbursed.
    NAT_ASS | text 2 |  | 2007 | Nature · insured.
    NOE_RGM | text 2 |  | 2007 | NOE · scheme.
    NON_SEJ_FAC_AM | text 1 |  | 2009 | NON · stay · invoiced · AM.
    NUM_DAT_AT | text 9 |  | 2015 | Number · date · AT.
    NUM_FAC | text 3 |  | 2007 | Number · invoiced.
    OPE_NAT | text 1 |  | 2007 | Operation · nature.
    ORG_CPL_NUM | text 10 |  | 2015 | Fund · complement · number.
    PAS_OC_MNT | number 8,2 |  | 2007 | PAS · OC · amount.
    PAT_CMU | text 1 |  | 2012 | PAT · complementary cover.
    PH_AMO_MNR | number 8,2 |  | 2007 | PH · compulsory scheme · reimbursed.
    PH_BRM | number 8,2 |  | 2007 | PH · BRM.
    PH_MNT | number 8,2 |  | 2007 | PH · amount.
    PH_OC_MNR | number 8,2 |  | 2007 | PH · OC · reimbursed.
    PS_IND | text 1 |  | 2008 | PS · indicator.
    RNG_BEN | text 3 |  | 2016 | Rank · person.
    RNG_NAI | text 1 |  | 2016 | Rank · birth.
    RSF_TYP | text 1 |  | 2007 | Invoice · type.
    SEJ_FAC_AM | text 1 |  | 2008 | Stay · invoiced · AM.
    SEQ_NUM | text 8 |  | 2008 | Number of the external invoice.
    SOR_ANN | year 4 |  | 2008 | Discharge · year.
    SOR_MOI | month 2 |  | 2008 | Discharge · month.
    TYP_ART | text 1 | MS_ENR_V | 2007 | Type · line type.
    DAT_RET | code 1 |  | 2007-2008 | Date · return code.
    NIR_ANO_17 | text 17 |  | 2007-2008 | Pseudonym, equals BEN_NIR_PSA.
    NIAS_RET | code 1 |  | 2007-2008 | NIAS · return code.
    SEX_RET | code 1 |  | 2007-2008 | Sex · return code.
    NIR_RET | code 1 |  | 2007-2008 | Identifier · return code.
    COD_PEC | text 1 |  | 2007-2008 | Code · PEC.
    """,
)
