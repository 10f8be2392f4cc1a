"""ER_TIP_F: one device of a claim line."""

from p4dp.contracts.snds.base import DCIR_KEY, snds

TABLE = snds(
    "er_tip_f",
    "ER_TIP_F",
    "One device of a claim line.",
    DCIR_KEY,
    """
    LPP_ECT_MNT | number 7,2 |  | 2006 | Device list · difference · amount.
    LPP_ECU_MNT | number 7,2 |  | 2006 | Device list · unit difference · amount.
    ORG_CLE_NEW | text 9 | IR_ORG_V | 2006 | Fund that sent the line, by today's numbering.
    TIP_ACL_DTD | date 8 | IR_DTE_V | 2006 | Device · rental · start date.
    TIP_ACL_DTF | date 8 | IR_DTE_V | 2006 | Device · rental · end date.
    TIP_ACT_PRU | number 10,5 |  | 2006 | Device · act · unit price.
    TIP_ACT_QSN | count 5 |  | 2006 | Device · act · quantity.
    TIP_ORD_NUM | count 4 |  | 2006 | Device · order · number.
    TIP_PRS_IDE | code 13 | NT_LPP | 2006 | Device · service · identifier.
    TIP_PRS_TYP | code 1 | IR_PRF_V | 2006 | Device · service · type.
    TIP_PUB_PRX | number 7,2 |  | 2006 | Device · public · price.
    TIP_SIR_NUM | text 14 |  | 2006 | Device · company · number.
    DCT_ORD_NUM | count 9 |  | 2006 | Order of the claim document in the flow.
    FLX_DIS_DTD | date 8 | IR_DTE_V | 2006 | Month in which the line reached the SNDS.
    FLX_EMT_NUM | count 4 | IR_NEM_T | 2006 | Number of the sender.
    FLX_EMT_ORD | count 4 |  | 2006 | Order within the sender.
    FLX_EMT_TYP | count 2 | IR_TYT_V | 2006 | Type of the sender.
    FLX_TRT_DTD | date 8 | IR_DTE_V | 2006 | Day of processing by the fund.
    ORG_CLE_NUM | text 9 | IR_ORG_V | 2006 | Fund that sent the line.
    PRS_ORD_NUM | count 5 |  | 2006 | Order of the service in the document.
    REM_TYP_AFF | count 8 |  | 2006 | Type of reimbursement.
    """,
)
