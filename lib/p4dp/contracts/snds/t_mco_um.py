"""T_MCOaaUM: one unit that a stay went through."""

from p4dp.contracts.snds.base import snds

TABLE = snds(
    "t_mco_um",
    "T_MCOaaUM",
    "One unit that a stay went through.",
    ("ETA_NUM", "RSA_NUM"),
    """
    ACT_RUM_NBR | count 3 |  | 2010 | Act · unit summary · count.
    AGE_GES | count 2 |  | 2014 | Age · gestation.
    AUT_TYP1_UM | text 4 |  | 2010 | Authorisation · TYP1 · medical unit.
    AUT_TYP2_UM | text 4 |  | 2010 | Authorisation · TYP2 · medical unit.
    DGN_ASS_NBR | count 2 |  | 2010 | Diagnosis · insured · count.
    DGN_PAL | text 6 | MS_CIM_V | 2008 | Main diagnosis.
    DGN_REL | text 6 | MS_CIM_V | 2008 | Related diagnosis.
    ETA_NUM | text 9 |  | 2006 | FINESS of the hospital.
    ETA_NUM_GEO | text 9 |  | 2013 | Hospital · number · site.
    IGS2_COD | text 3 |  | 2010 | IGS2 · code.
    PAR_DUR_SEJ | count 4 |  | 2010 | Partial · duration · stay.
    RSA_NUM | text 10 |  | 2006 | Number of the stay summary.
    RSS_NUM | text 3 |  | 2006 | Standard summary · number.
    SUP_TYP1_NAT | text 2 |  | 2010 | Supplement · TYP1 · nature.
    SUP_TYP1_NBR | count 4 |  | 2010 | Supplement · TYP1 · count.
    SUP_TYP2_NAT | text 2 |  | 2010 | Supplement · TYP2 · nature.
    SUP_TYP2_NBR | count 4 |  | 2010 | Supplement · TYP2 · count.
    UM_ORD_NUM | count 2 |  | 2010 | Medical unit · order · number.
    UM_TYP | text 2 |  | 2006-2010 | Medical unit · type.
    DP_POS | text 10 |  | 2006-2008 | DP · postal.
    VAL_PAR | text 1 |  | 2006-2010 | Validity · partial.
    ETA_NUM_GEO2 | text 9 |  | 2012-2013 | Hospital · number · GEO2.
    VAL_REA | text 1 |  | 2006-2010 | Validity · REA.
    IND_SRC | text 1 |  | 2009-2010 | Indicator · SRC.
    ETA_NUM_GEO1 | text 9 |  | 2012-2013 | Hospital · number · GEO1.
    PAR_NBR_SEJ | number |  | 2006-2010 | Partial · count · stay.
    """,
)
