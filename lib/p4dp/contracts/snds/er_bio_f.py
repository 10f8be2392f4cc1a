"""ER_BIO_F: one analysis of a claim line."""

from p4dp.contracts.snds.base import DCIR_KEY, snds

TABLE = snds(
    "er_bio_f",
    "ER_BIO_F",
    "One analysis of a claim line.",
    (*DCIR_KEY, "BIO_PRS_IDE"),
    """
    BIO_ACT_QSN | count 5 |  | 2006 | Analyses; negative when an earlier line is cancelled.
    BIO_ORD_NUM | count 4 |  | 2006 | Biology · order · number.
    BIO_PRS_IDE | code 4 | IR_BIO_R | 2006 | NABM code of the analysis.
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
    ARO_THE_TAU | number 7,2 | IR_TAU_V |  | Other scheme · theoretical · rate.
    """,
)
