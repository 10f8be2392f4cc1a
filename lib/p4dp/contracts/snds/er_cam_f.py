"""ER_CAM_F: one CCAM act of a claim line."""

from p4dp.contracts.snds.base import DCIR_KEY, snds

TABLE = snds(
    "er_cam_f",
    "ER_CAM_F",
    "One CCAM act of a claim line.",
    (*DCIR_KEY, "CAM_PRS_IDE"),
    """
    CAM_ACT_COD | text 1 | XC_ATE_V | 2006 | Activity of the act.
    CAM_ACT_PRU | number 7,2 |  | 2006 | CCAM · act · unit price.
    CAM_ASS_COD | text 1 | IR_ASS_V | 2006 | CCAM · insured · code.
    CAM_CAB_IND | text 1 |  | 2006 | CCAM · practice · indicator.
    CAM_DOC_EXT | text 1 |  | 2006 | CCAM · document · extension.
    CAM_MOD_COD | text 4 |  | 2006 | CCAM · mode · code.
    CAM_ORD_NUM | count 3 |  | 2006 | CCAM · order · number.
    CAM_PRS_IDE | text 13 | IR_CCAM_V63 | 2006 | CCAM code of the act.
    CAM_QUA_DEN | text 32 |  | 2006 | CCAM · quality · tooth.
    CAM_REM_BSE | number 7,2 |  | 2006 | CCAM · reimbursement · base.
    CAM_REM_COD | text 1 |  | 2006 | CCAM · reimbursement · code.
    CAM_TRT_PHA | code 1 | XC_PHA_V | 2006 | Phase of the act.
    ORG_CLE_NEW | text 9 | IR_ORG_V | 2006 | Fund that sent the line, by today's numbering.
    DCT_ORD_NUM | count 8 |  | 2006 | Order of the claim document in the flow.
    FLX_DIS_DTD | date 8 | IR_DTE_V | 2006 | Month in which the line reached the SNDS.
    FLX_EMT_NUM | count 4 | IR_NEM_T | 2006 | Number of the sender.
    FLX_EMT_ORD | count 4 |  | 2006 | Order within the sender.
    FLX_EMT_TYP | count 2 | IR_TYT_V | 2006 | Type of the sender.
    FLX_TRT_DTD | date 8 | IR_DTE_V | 2006 | Day of processing by the fund.
    ORG_CLE_NUM | text 9 | IR_ORG_V | 2006 | Fund that sent the line.
    PRS_ORD_NUM | count 5 |  | 2006 | Order of the service in the document.
    REM_TYP_AFF | count 8 |  | 2006 | Type of reimbursement.
    CAM_MI4_MNT | number 9,2 |  |  | CCAM · MI4 · amount.
    CAM_MM4_MNT | number 9,2 |  |  | CCAM · MM4 · amount.
    CAM_GRI_TAR | text 3 |  |  | CCAM · GRI · tariff.
    CAM_SUP_MNT | number 9,2 |  |  | CCAM · supplement · amount.
    CAM_MI1_MNT | number 9,2 |  |  | CCAM · MI1 · amount.
    CAM_NRM_MNT | number 9,2 |  |  | CCAM · NRM · amount.
    CAM_MI3_MNT | number 9,2 |  |  | CCAM · MI3 · amount.
    CAM_MM2_MNT | number 9,2 |  |  | CCAM · MM2 · amount.
    CAM_MM3_MNT | number 9,2 |  |  | CCAM · MM3 · amount.
    CAM_RED_MNT | number 9,2 | IR_FOR_V |  | CCAM · RED · amount.
    CAM_MPU_MNT | number 9,2 |  |  | CCAM · MPU · amount.
    CAM_MM1_MNT | number 9,2 |  |  | CCAM · MM1 · amount.
    CAM_MI2_MNT | number 9,2 |  |  | CCAM · MI2 · amount.
    """,
)
