"""ER_PHA_F: one drug of a claim line."""

from p4dp.contracts.snds.base import DCIR_KEY, snds

TABLE = snds(
    "er_pha_f",
    "ER_PHA_F",
    "One drug of a claim line.",
    (*DCIR_KEY, "PHA_PRS_C13"),
    """
    ORG_CLE_NEW | text 9 | IR_ORG_V | 2006 | Fund that sent the line, by today's numbering.
    PHA_ACT_PRU | number 5,5 |  | 2006 | Pharmacy · act · unit price.
    PHA_ACT_QSN | count 2 |  | 2006 | Boxes; negative when an earlier line is cancelled.
    PHA_CPA_PCP | text 3 |  |  | Pharmacy · condition · of cover.
    PHA_DEC_PRU | number 9,2 |  |  | Pharmacy · split pack · unit price.
    PHA_DEC_QSU | count 4 |  |  | Pharmacy · split pack · quantity of units.
    PHA_DEC_TOP | text 1 | IR_TDU_V |  | Pharmacy · split pack · flag.
    PHA_IDE_CPL | code 6 |  | 2006 | Pharmacy · identifier · complement.
    PHA_MOD_PRN | text 1 | IR_MDP_V |  | Pharmacy · mode · prescription.
    PHA_ORD_NUM | count 2 |  | 2006 | Pharmacy · order · number.
    PHA_PRS_C13 | code 13 | IR_PHA_R | 2006 | CIP13 of the presentation.
    PHA_PRS_IDE | code 7 | IR_PHA_R | 2006 | Pharmacy · service · identifier.
    PHA_SEQ_RNV | code 2 | IR_SEQ_V | 2006 | Pharmacy · sequence · renewal.
    PHA_SUB_MTF | code 1 | IR_SUB_V | 2006 | Pharmacy · substitution · reason.
    DCT_ORD_NUM | count 9 |  | 2006 | Order of the claim document in the flow.
    FLX_DIS_DTD | date 8 | IR_DTE_V | 2006 | Month in which the line reached the SNDS.
    FLX_EMT_NUM | count 2 | IR_NEM_T | 2006 | Number of the sender.
    FLX_EMT_ORD | count 4 |  | 2006 | Order within the sender.
    FLX_EMT_TYP | count 2 | IR_TYT_V | 2006 | Type of the sender.
    FLX_TRT_DTD | date 8 | IR_DTE_V | 2006 | Day of processing by the fund.
    ORG_CLE_NUM | text 9 | IR_ORG_V | 2006 | Fund that sent the line.
    PRS_ORD_NUM | count 3 |  | 2006 | Order of the service in the document.
    REM_TYP_AFF | count 2 |  | 2006 | Type of reimbursement.
    """,
)
