"""DA_PRA_R: one professional at one place in one month."""

from p4dp.contracts.snds.base import snds

TABLE = snds(
    "da_pra_r",
    "DA_PRA_R",
    "One professional at one place in one month.",
    ("PFS_PFS_NUM",),
    """
    DTE_MOI_FIN | month 2 |  |  | Date · month · end.
    DTE_ANN_TRT | year 4 |  |  | Date · year · processing.
    PFS_PFS_NUM | text 8 |  |  | Encrypted number of the professional at one place of practice.
    TRT_SNI_COD | text 1 |  |  | Processing · SNI · code.
    IPP_IDV_NUM | text 13 |  |  | Professional · individual · number.
    IPP_SEX_COD | text 1 |  |  | Professional · sex · code.
    IPP_ANN_NAI | year 4 |  |  | Professional · year · birth.
    CAI_NUM | text 3 |  |  | Local fund · number.
    ACT_CAB_COD | text 2 |  |  | Act · practice · code.
    T733_CTR_NUM | text 2 |  |  | T733 · contract · number.
    PFS_PRA_SPE | text 2 | IR_SPA_D |  | Specialty.
    CES_CES_COD | text 2 |  |  | CES · CES · code.
    PRA_MEP_COD | text 2 | IR_MEP_V |  | Practice · MEP · code.
    CNV_CNV_COD | text 1 | IR_CNV_V |  | Agreement · agreement · code.
    PRA_IDP_DDP | text 1 |  |  | Practice · IDP · discipline.
    PRA_IDP_SAL | text 1 |  |  | Practice · IDP · salaried.
    EXC_EXC_NAT | text 2 | IR_EPS_V |  | Practice · practice · nature.
    STA_PFS_NUM | text 8 |  |  | Number under which all places of one professional are grouped.
    STA_CAI_NUM | text 3 |  |  | Status · local fund · number.
    STA_CTR_NUM | text 2 |  |  | Status · contract · number.
    T733_STA_URC | text 2 |  |  | T733 · status · URC.
    FIS_PFS_NUM | text 8 |  |  | Tax · professional · number.
    FIS_CAI_NUM | text 3 |  |  | Tax · local fund · number.
    FIS_URC_COD | text 2 |  |  | Tax · URC · code.
    PFS_ACP_DSD | text 8 |  |  | Professional · ACP · DSD.
    EXC_EFF_DSD | text 8 |  |  | Practice · EFF · DSD.
    EXC_FIN_MTF | text 1 | EXC_FIN_MTF |  | Practice · end · reason.
    PFS_INS_DSD | text 8 |  |  | Professional · insertion · DSD.
    PRA_SAL_SPE1 | text 1 |  |  | Practice · salaried · SPE1.
    PRA_SAL_SPE2 | text 1 |  |  | Practice · salaried · SPE2.
    PRA_SAL_SPE3 | text 1 |  |  | Practice · salaried · SPE3.
    PRA_SAL_SPE4 | text 1 |  |  | Practice · salaried · SPE4.
    PRA_SAL_SPE5 | text 1 |  |  | Practice · salaried · SPE5.
    PRA_SAL_SPE6 | text 1 |  |  | Practice · salaried · SPE6.
    PRA_DIP_NBR | count 2 |  |  | Practice · diplomas · count.
    PRA_SAL_NBR | count 2 |  |  | Practice · salaried · count.
    PFS_SPE_ANT | text 2 |  |  | Professional · specialty · before.
    PFS_AMB_NBR | count 2 |  |  | Professional · AMB · count.
    PFS_VSL_NBR | count 2 |  |  | Professional · VSL · count.
    PFS_TXI_NBR | count 2 |  |  | Professional · TXI · count.
    PRA_TOP_REF | text 1 |  |  | Practice · flag · REF.
    CAB_REF_DSD | text 8 |  |  | Practice · REF · DSD.
    CAB_REF_DSF | text 8 |  |  | Practice · REF · DSF.
    LAB_CAT_COD | text 2 |  |  | Laboratory · category · code.
    PRA_CIV_COD | text 1 |  |  | Practice · civil status · code.
    PFS_EXC_COM | text 3 |  |  | Professional · practice · commune.
    PFS_COD_POS | text 5 |  |  | Professional · code · postal.
    PFS_LIB_COM | text 30 |  |  | Professional · label · commune.
    PFS_FIN_NUM | text 8 |  |  | Professional · end · number.
    PFS_MAJ_DAT | month 2 |  |  | Professional · update · date.
    PFS_SCN_COD | text 5 |  |  | Professional · SCN · code.
    """,
)
