"""ER_UCD_F: one hospital-dispensed drug of a claim line."""

from p4dp.contracts.snds.base import DCIR_KEY, snds

TABLE = snds(
    "er_ucd_f",
    "ER_UCD_F",
    "One hospital-dispensed drug of a claim line.",
    (*DCIR_KEY, "UCD_UCD_COD"),
    """
    ORG_CLE_NEW | text 9 | IR_ORG_V | 2007 | Fund that sent the line, by today's numbering.
    UCD_ACH_PRU | number 7,2 |  | 2007 | Dispensing unit · purchase · unit price.
    UCD_CAL_PRU | number 7,2 |  | 2007 | Dispensing unit · computed · unit price.
    UCD_DLV_NBR | count 5 |  | 2007 | Units; negative when an earlier line is cancelled.
    UCD_ECT_MNT | number 7,2 |  | 2007 | Dispensing unit · difference · amount.
    UCD_ECU_MNT | number 7,2 |  | 2007 | Dispensing unit · unit difference · amount.
    UCD_FAC_PRU | number 7,2 |  | 2007 | Dispensing unit · invoiced · unit price.
    UCD_FRC_COE | number 5,4 |  | 2007 | Dispensing unit · fraction · coefficient.
    UCD_LGN_NUM | count 4 |  | 2007 | Dispensing unit · line · number.
    UCD_MAR_MNT | number 7,2 |  | 2007 | Dispensing unit · margin · amount.
    UCD_ORD_NUM | count 4 |  | 2007 | Dispensing unit · order · number.
    UCD_RCT_COU | number 7,2 |  | 2007 | Dispensing unit · manufactured · cost.
    UCD_TOP_UCD | code 1 | IR_TCU_V | 2007 | Dispensing unit · flag · dispensing unit.
    UCD_TTF_MNT | number 7,2 |  | 2007 | Dispensing unit · price list · amount.
    UCD_UCD_COD | text 13 | NU_UCD_R | 2007 | UCD code of the drug.
    DCT_ORD_NUM | count 9 |  | 2007 | Order of the claim document in the flow.
    FLX_DIS_DTD | date 8 | IR_DTE_V | 2007 | Month in which the line reached the SNDS.
    FLX_EMT_NUM | count 4 | IR_NEM_T | 2007 | Number of the sender.
    FLX_EMT_ORD | count 4 |  | 2007 | Order within the sender.
    FLX_EMT_TYP | count 2 | IR_TYT_V | 2007 | Type of the sender.
    FLX_TRT_DTD | date 8 | IR_DTE_V | 2007 | Day of processing by the fund.
    ORG_CLE_NUM | text 9 | IR_ORG_V | 2007 | Fund that sent the line.
    PRS_ORD_NUM | count 5 |  | 2007 | Order of the service in the document.
    REM_TYP_AFF | count 8 |  | 2007 | Type of reimbursement.
    """,
)
