"""KI_CCI_R: one death certificate."""

from p4dp.contracts.snds.base import snds

TABLE = snds(
    "ki_cci_r",
    "KI_CCI_R",
    "One death certificate.",
    ("DCD_IDT_ENC",),
    """
    DCD_IDT_ENC | text 64 |  | 2013 | Number of the certificate.
    DCD_IDT_TOP | code 1 |  | 2013 | Death · identity · flag.
    BEN_IDT_ANO | text 18 |  | 2013 | BEN_NIR_ANO where filled, else BEN_NIR_PSA followed by BEN_RNG_GEM.
    BEN_IDT_TOP | code 1 |  | 2013 | 1 when BEN_IDT_ANO is the own NIR.
    BEN_NIR_ANO | text 17 |  | 2013 | Pseudonym of the person's own NIR; empty when the NIR is fictive.
    FLX_PER_ANN | year 4 |  | 2013 | Flow · father · year.
    CER_VER_NUM | code 1 | DS_VER_V | 2013 | Certificate · version · number.
    TRT_STA_COD | code 1 | DS_STA_V | 2013 | Processing · status · code.
    TYP_CER_COD | code 1 | DS_CER_V | 2013 | Type · certificate · code.
    CER_SUP_TYP | code 1 | DS_SUP_V | 2013 | Certificate · supplement · type.
    TYP_VOL_COD | code 1 | DS_VOL_V | 2013 | Type · VOL · code.
    DCD_DPT_COD | text 3 | IR_DPT_V | 2013 | Death · department · code.
    DCD_COM_COD | text 3 | IR_GEO_V |  | Death · commune · code.
    BEN_RES_DPT | text 3 | IR_DPT_V | 2013 | Department of residence, three characters.
    BEN_RES_COM | text 3 | IR_GEO_V | 2013 | Commune of residence within the department.
    BEN_DCD_DTE | date 8 | IR_DTE_V | 2013 | Day of death; 1600-01-01 means none or unknown.
    BEN_DCD_AME | text 6 |  | 2013 | Person · death · year and month.
    DCD_LIE_COD | code 1 | DS_LIE_V | 2013 | Death · place · code.
    BEN_NAI_ANN | year 4 |  | 2013 | Year of birth; 1600 means unknown.
    BEN_NAI_MOI | month 2 |  | 2013 | Month of birth.
    BEN_SEX_COD | code 1 | IR_SEX_V | 2013 | Sex: 1 male, 2 female, 0 or 9 unknown.
    PFV_ACP_COD | code 1 | DS_ACP_V | 2013 | PFV · ACP · code.
    CAT_PCS_COD | text 4 | DS_PC1_V | 2013 | Category · occupation · code.
    ETA_MAR_COD | code 1 | DS_MAR_V | 2013 | Hospital · margin · code.
    DCD_CIM_COD | text 4 | IR_CIM_V | 2013 | Initial cause of death, ICD-10.
    DCD_CAU_COD | code 1 | DS_CAU_V | 2013 | Death · cause · code.
    DCD_GRS_COD | code 1 | DS_GRS_V | 2013 | Death · pregnancy · code.
    DCD_GRS_DEL | text 4 |  | 2013 | Death · pregnancy · delay.
    DCD_LIE_LIB | text 200 |  | 2013 | Death · place · label.
    DCD_ATT_COD | code 1 | DS_ATT_V | 2013 | Death · ATT · code.
    NEO_APG_SCO | code 2 |  | 2013 | NEO · APG · SCO.
    NEO_GES_AGE | code 2 |  | 2013 | NEO · gestation · age.
    NEO_NAI_POI | number 4,0 |  | 2013 | NEO · birth · weight.
    RNG_NAI_TYP | code 1 | DS_NAI_V | 2013 | Rank · birth · type.
    GRS_ORD_NUM | count 1 |  |  | Pregnancy · order · number.
    ACC_LIA_COD | code 1 | DS_LIA_V | 2013 | Birth · LIA · code.
    ACC_PST_COD | code 1 | DS_PST_V | 2013 | Birth · PST · code.
    ACC_DEB_COD | code 1 | DS_DEB_V | 2013 | Birth · DEB · code.
    MOD_ACC_COD | code 1 | DS_ACC_V | 2013 | Mode · birth · code.
    HOS_TRF_TOP | code 1 | DS_TRF_V | 2013 | Hospital file · transfer · flag.
    MER_NAI_ANN | year 4 |  | 2013 | Mother · birth · year.
    MER_PFS_COD | code 1 | DS_PFS_V | 2013 | Mother · professional · code.
    MER_PFG_LIB | text 50 |  | 2013 | Mother · PFG · label.
    MER_MAR_COD | code 1 | DS_MAR_V |  | Mother · margin · code.
    MER_SIT_TOP | code 1 | DS_SIT_V | 2013 | Mother · SIT · flag.
    TOT_GRS_NBR | count 2 |  | 2013 | TOT · pregnancy · count.
    TOT_ACC_NBR | count 2 |  | 2013 | TOT · birth · count.
    PER_PFS_COD | code 1 | DS_PFS_V | 2013 | Father · professional · code.
    PER_PFG_LIB | text 50 |  | 2013 | Father · PFG · label.
    """,
)
