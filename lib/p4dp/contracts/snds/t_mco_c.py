"""T_MCOaaC: person and days of one stay."""

from p4dp.contracts.snds.base import snds

TABLE = snds(
    "t_mco_c",
    "T_MCOaaC",
    "Person and days of one stay.",
    ("ETA_NUM", "RSA_NUM"),
    """
    COH_NAI_RET | code 1 |  | 2013 | COH · birth · return code.
    COH_SEX_RET | code 1 |  | 2013 | COH · sex · return code.
    DAT_RET | text 1 |  | 2006 | Date · return code.
    ENT_DAT | date 8 |  | 2009 | Day of entry.
    ETA_NUM | code 9 |  | 2005 | FINESS of the hospital.
    ETA_NUM_RET | code 1 |  | 2017 | Hospital · number · return code.
    EXE_SOI_AMD | text 6 |  | 2009 | Execution · care · start month.
    EXE_SOI_AMF | text 6 |  | 2009 | Execution · care · end month.
    EXE_SOI_DTD | date |  | 2009 | First day of the care.
    EXE_SOI_DTF | date |  | 2009 | Last day of the care.
    FHO_RET | code 1 |  | 2005 | Hospital file · return code.
    FOR_NUM | text 3 |  | 2008 | Form · number.
    HOS_NN_MAM | code 1 |  | 2013 | Hospital file · NN · of the mother.
    HOS_NNE_RET | code 1 |  | 2013 | Hospital file · NNE · return code.
    HOS_ORG_RET | code 1 |  | 2013 | Hospital file · fund · return code.
    HOS_PLO | code 1 |  | 2013 | Hospital file · PLO.
    NAI_RET | text 1 |  | 2005 | Birth · return code.
    NIR_ANO_17 | text 17 |  | 2005 | Pseudonym, equals BEN_NIR_PSA.
    NIR_ANO_MAM | text 32 |  | 2013 | Identifier · pseudonym · of the mother.
    NIR_RET | code 1 |  | 2005 | Identifier · return code.
    NUM_DAT_AT | code 9 |  | 2015 | Number · date · AT.
    NUM_DAT_AT_RET | code 1 |  | 2015 | Number · date · AT · return code.
    ORG_CPL_NUM | text 10 |  | 2015 | Fund · complement · number.
    ORG_CPL_NUM_RET | code 1 |  | 2015 | Fund · complement · number · return code.
    PMS_RET | code 1 |  | 2005 | PMSI · return code.
    RNG_BEN | text 3 |  | 2015 | Rank · person.
    RNG_BEN_RET | code 1 |  | 2015 | Rank · person · return code.
    RNG_NAI | code 1 |  | 2015 | Rank · birth.
    RNG_NAI_RET | code 1 |  | 2015 | Rank · birth · return code.
    RSA_NUM | code 10 |  | 2005 | Number of the stay summary.
    SEJ_MER_RET | code 1 |  | 2013 | Stay · mother · return code.
    SEJ_NUM | code 5 |  | 2005 | Stay · number.
    SEJ_RET | code 1 |  | 2005 | Stay · return code.
    SEX_RET | code 1 |  | 2005 | Sex · return code.
    SOR_ANN | year 4 |  | 2005 | Discharge · year.
    SOR_DAT | date 8 |  | 2009 | Day of discharge.
    SOR_MOI | month 2 |  | 2005 | Discharge · month.
    VID_HOSP_FOR | count 3 |  | 2008 | VID · HOSP · form.
    ENT_AM | text 6 |  | 2009-2011 | Entry · AM.
    SOR_AM | text 6 |  | 2009-2011 | Discharge · AM.
    """,
)
