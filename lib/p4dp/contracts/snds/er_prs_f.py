"""ER_PRS_F: one line of a claim."""

from p4dp.contracts.snds.base import DCIR_KEY, snds

TABLE = snds(
    "er_prs_f",
    "ER_PRS_F",
    "One line of a claim.",
    DCIR_KEY,
    """
    BEN_AMA_COD | count 4 | IR_AMA_V | 2006 | Age: 1000 and months under two years, years above, 9999 unknown.
    BEN_CDI_NIR | text 2 | IR_NIR_V | 2006 | Kind of NIR: 00 normal, 03 and 04 provisional, the others fictive.
    BEN_CMU_CAT | code 1 | IR_COC_V | 2006 | Person · complementary cover · category.
    BEN_CMU_ORG | text 9 | IR_ORG_V | 2006 | Person · complementary cover · fund.
    BEN_CMU_TOP | code 1 |  | 2006 | Person · complementary cover · flag.
    BEN_DCD_AME | text 6 |  | 2006 | Person · death · year and month.
    BEN_DCD_DTE | date 8 | IR_DTE_V | 2006 | Day of death; 1600-01-01 means none or unknown.
    BEN_EHP_TOP | code 1 | IR_HAD_V | 2006 | Person · EHP · flag.
    BEN_IAT_CAT | text 2 | IR_CBI_V | 2006 | Person · IAT · category.
    BEN_NAI_ANN | year 4 |  | 2006 | Year of birth; 1600 means unknown.
    BEN_PAI_CMU | code 1 | IR_TCM_V | 2006 | Person · payment · complementary cover.
    BEN_NIR_PSA | text 17 |  | 2006 | Pseudonym of insured, birth date and sex; same-sex twins share it.
    BEN_RNG_GEM | code 1 | IR_BER_V | 2006 | Twin rank in the general scheme; rank in the family elsewhere, where it changes over time.
    BEN_QAF_COD | code 2 | IR_QBA_V | 2006 | Person · QAF · code.
    BEN_RES_COM | text 3 | IR_GEO_V | 2006 | Commune of residence within the department.
    BEN_RES_DPT | text 3 | IR_DPT_V | 2006 | Department of residence, three characters.
    BEN_SEX_COD | code 1 | IR_SEX_V | 2006 | Sex: 1 male, 2 female, 0 or 9 unknown.
    ORG_AFF_BEN | text 9 | IR_ORG_V | 2006 | Fund · affiliation · person.
    PRS_REJ_TOP | code 1 |  | 2006 | Service · REJ · flag.
    EXE_SOI_AMD | text 6 | IR_DTE_V | 2006 | Execution · care · start month.
    EXE_SOI_AMF | text 6 | IR_DTE_V | 2006 | Execution · care · end month.
    EXE_SOI_DTD | date 8 | IR_DTE_V | 2006 | First day of the care.
    EXE_SOI_DTF | date 8 | IR_DTE_V | 2006 | Last day of the care.
    PRE_PRE_AMD | text 6 | IR_DTE_V | 2006 | Prescriber · prescriber · start month.
    PRE_PRE_DTD | date 8 | IR_DTE_V | 2006 | Day of the prescription.
    PRS_GRS_DTD | date 8 | IR_DTE_V | 2006 | Service · pregnancy · start date.
    PRS_HOS_AMD | text 6 | IR_DTE_V | 2006 | Service · hospital file · start month.
    PRS_HOS_DTD | date 8 | IR_DTE_V | 2006 | Service · hospital file · start date.
    BSE_REM_BSE | number 4,2 |  | 2006 | Base · reimbursement · base.
    BSE_REM_MNT | number 4,2 |  | 2006 | Base · reimbursement · amount.
    BSE_REM_PRU | number 4,5 |  | 2006 | Base · reimbursement · unit price.
    BSE_REM_SGN | code 1 | IR_SGN_V | 2006 | Base · reimbursement · SGN.
    CPL_REM_BSE | number 4,2 |  | 2006 | Complement · reimbursement · base.
    CPL_REM_MNT | number 4,2 |  | 2006 | Complement · reimbursement · amount.
    CPL_REM_PRU | number 4,5 |  | 2006 | Complement · reimbursement · unit price.
    CPL_REM_SGN | code 1 | IR_SGN_V | 2006 | Complement · reimbursement · SGN.
    PRS_ACT_CFT | number 3,2 |  | 2006 | Service · act · CFT.
    PRS_ACT_COG | number 3,2 |  | 2006 | Coefficient of the act.
    PRS_ACT_NBR | number 4,2 |  | 2006 | Number of acts.
    PRS_ACT_QTE | number 4,2 |  | 2006 | Acts; negative when an earlier line is cancelled.
    PRS_DEP_MNT | number 4,2 |  | 2006 | Service · start · amount.
    PRS_ETA_RAC | number 4,2 |  | 2006 | Service · hospital · RAC.
    PRS_PAI_MNT | number 4,2 |  | 2006 | Service · payment · amount.
    RGO_MOD_MNT | number 4,2 |  | 2006 | RGO · mode · amount.
    ORB_BSE_NUM | text 6 | IR_CAI_V | 2006 | ORB · base · number.
    ORL_BSE_NUM | text 6 | IR_CAI_V | 2006 | ORL · base · number.
    RGM_COD | code 3 | IR_RGM_V | 2006 | Small scheme.
    RGM_GRG_COD | code 2 | IR_RGM_V | 2006 | Group of schemes.
    ACC_TIE_IND | code 1 | TOP_TIER_ACC | 2006 | Birth · TIE · indicator.
    BSE_FJH_TYP | code 1 | IR_FJH_V | 2006 | Base · FJH · type.
    BSE_PRS_NAT | code 4 | IR_NAT_V | 2006 | Base · service · nature.
    CPL_AFF_COD | code 2 | IR_CCA_V | 2006 | Nature of the complement; 16 is the flat participation.
    CPL_ANO_COD | code 1 | IR_ANC_V | 2006 | Complement · pseudonym · code.
    CPL_FJH_TYP | code 1 | IR_FJH_V | 2006 | Complement · FJH · type.
    CPL_MAJ_TOP | code 1 |  | 2006 | 1 complement, 2 surcharge or participation.
    CPL_PRS_NAT | code 4 | IR_NAT_V | 2006 | Complement · service · nature.
    DPN_QLF | code 2 | IR_DEP_V | 2006 | Qualifier of the expense: 71 and 72 are lines for information.
    DRG_MOD | code 2 | IR_MOD_V | 2006 | DRG · mode.
    DRG_NAT | code 2 | IR_DRG_V | 2006 | DRG · nature.
    EXE_LIE_COD | code 1 | IR_LIE_V | 2006 | Execution · place · code.
    EXO_MTF | code 2 | IR_EXO_V | 2006 | Exemption · reason.
    IJR_EMP_NUM | code 16 |  | 2006 | IJR · EMP · number.
    IJR_RVL_NAT | text 2 | IR_RVL_V | 2006 | IJR · RVL · nature.
    MTM_NAT | code 1 | IR_MTM_V | 2006 | MTM · nature.
    ORG_CLE_NEW | text 9 | IR_ORG_V | 2006 | Fund that sent the line, by today's numbering.
    PRE_REN_COD | code 1 | IR_REN_V | 2006 | Prescriber · REN · code.
    PRS_CRD_OPT | code 1 | IR_TOC_V | 2006 | Service · coordinated path · OPT.
    PRS_DPN_QLP | code 2 | IR_DEP_V | 2006 | Qualifier of the service: 71 is a line for information.
    PRS_NAT_REF | code 4 | IR_NAT_V | 2006 | Nature of the service.
    PRS_OPS_TRF | code 1 | IR_TOP_V | 2006 | Service · OPS · transfer.
    PRS_PDS_QCP | code 2 | IR_QPS_V | 2006 | Service · PDS · QCP.
    PRS_PDS_QTP | code 2 | IR_QPE_V | 2006 | Service · PDS · QTP.
    PRS_PPF_COD | text 1 | IR_PAF_V | 2006 | Service · PPF · code.
    PRS_PRE_MTT | code 1 | IR_TMT_V | 2006 | Service · prescriber · declared doctor.
    PRS_REF_KIN | text 2 | IR_REK_V | 2006 | Service · REF · KIN.
    PRS_TOP_ENP | code 1 | IR_TEK_V | 2006 | Service · flag.
    PRS_TYP_KIN | text 1 | IR_TPR_V | 2006 | Service · type · KIN.
    RGO_ASU_NAT | code 2 | IR_ASU_V | 2006 | RGO · ASU · nature.
    RGO_ENV_TYP | code 2 | IR_ENV_V | 2006 | RGO · ENV · type.
    RGO_FTA_COD | code 1 | IR_FOR_V | 2006 | RGO · FTA · code.
    RGO_MIN_TAU | number 3,2 |  | 2006 | RGO · minimum · rate.
    RGO_REM_TAU | number 3,2 |  | 2006 | RGO · reimbursement · rate.
    RGO_THE_TAU | number 3,2 | IR_TAU_V | 2006 | RGO · theoretical · rate.
    ETB_PRE_FIN | text 8 |  | 2006 | Hospital · prescriber · end.
    PFS_EXE_NUM | text 9 |  | 2006 | Encrypted number of the executing professional.
    PFS_PRE_NUM | text 9 |  | 2006 | Encrypted number of the prescriber.
    PRS_MTT_NUM | text 9 |  | 2006 | Encrypted number of the declared doctor.
    PSE_ACT_NAT | code 2 | IR_ACT_V | 2006 | Executing professional · act · nature.
    PSE_CNV_COD | code 1 | IR_CNV_V | 2006 | Executing professional · agreement · code.
    PSE_REF_ADH | text 1 |  | 2006 | Executing professional · REF · ADH.
    PSE_SPE_COD | code 2 | IR_SPE_V | 2006 | Specialty of the executing professional.
    PSE_STJ_COD | code 2 | IR_SJP_V | 2006 | Executing professional · legal status · code.
    PSP_ACT_NAT | code 2 | IR_ACT_V | 2006 | Prescribing professional · act · nature.
    PSP_CNV_COD | code 1 | IR_CNV_V | 2006 | Prescribing professional · agreement · code.
    PSP_PPS_NUM | text 9 |  | 2006 | Prescribing professional · PPS · number.
    PSP_REF_ADH | text 1 |  | 2006 | Prescribing professional · REF · ADH.
    PSP_SPE_COD | code 2 | IR_SPE_V | 2006 | Specialty of the prescriber.
    PSP_STJ_COD | code 2 | IR_SJP_V | 2006 | Prescribing professional · legal status · code.
    PSP_SVI_PPS | code 2 | IR_SVI_V | 2006 | Prescribing professional · SVI · PPS.
    DCT_ORD_NUM | count 9 |  | 2006 | Order of the claim document in the flow.
    FLX_DIS_DTD | date 8 | IR_DTE_V | 2006 | Month in which the line reached the SNDS.
    FLX_EMT_NUM | count 2 | IR_NEM_T | 2006 | Number of the sender.
    FLX_EMT_ORD | count 4 |  | 2006 | Order within the sender.
    FLX_EMT_TYP | count 2 | IR_TYT_V | 2006 | Type of the sender.
    FLX_TRT_DTD | date 8 | IR_DTE_V | 2006 | Day of processing by the fund.
    ORG_CLE_NUM | text 9 | IR_ORG_V | 2006 | Fund that sent the line.
    PRS_ORD_NUM | count 5 |  | 2006 | Order of the service in the document.
    REM_TYP_AFF | count 8 |  | 2006 | Type of reimbursement.
    BEN_DRT_SPF | text 3 | IR_DSP_V |  | Person · DRT · SPF.
    BEN_ACS_TOP | code 1 |  |  | Person · ACS · flag.
    EXE_CTX_PFS | text 4 |  |  | Execution · CTX · professional.
    PRS_TYP_MAJ | text 2 | IR_MAJ_V |  | Service · type · update.
    EXE_CTX_BEN | text 4 |  |  | Execution · CTX · person.
    CPL_FTA_COD | code 2 |  |  | Complement · FTA · code.
    PRS_PPU_SEC | code 1 | IR_PPU_V |  | Service · public or private · sector.
    BEN_CTA_TYP | code 3 | IR_CTA_V |  | Person · CTA · type.
    PRS_DRA_AME | text 6 |  |  | Service · DRA · year and month.
    DRG_AFF_NAT | code 2 |  |  | DRG · affiliation · nature.
    PRS_MNT_MAJ | number 7,2 |  |  | Service · amount · update.
    PRE_IND_PEL | text 2 |  |  | Prescriber · indicator · PEL.
    PRS_DIS_PRE | text 2 |  |  | Service · dissemination · prescriber.
    CPL_REM_TAU | number 3,2 |  |  | Complement · reimbursement · rate.
    PRS_QTT_MAJ | code 1 |  |  | Service · QTT · update.
    """,
)
