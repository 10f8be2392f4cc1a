"""ER_ETE_F: the hospital of a claim line."""

from p4dp.contracts.snds.base import DCIR_KEY, snds

TABLE = snds(
    "er_ete_f",
    "ER_ETE_F",
    "The hospital of a claim line.",
    DCIR_KEY,
    """
    DDP_COD | code 3 | IR_DDP_V | 2006 | Discipline · code.
    ETB_EXE_FIN | text 8 |  | 2006 | Hospital · execution · end.
    ETE_CAT_COD | code 3 | IR_CET_V | 2006 | Hospital · category · code.
    ETE_ETA_TRF | text 15 |  | 2006 | Hospital · hospital · transfer.
    ETE_GHS_NUM | code 4 | IR_GHS_V | 2006 | Hospital · tariff group · number.
    ETE_IND_TAA | code 1 | IR_TAA_V | 2006 | 1: billed for information, the PMSI holds the care.
    ETE_MCO_COE | number 7,4 |  | 2006 | Hospital · short stay · coefficient.
    ETE_MCO_DDP | text 1 | IR_MCO_V | 2006 | Hospital · short stay · discipline.
    ETE_NAT_FSJ | text 1 | IR_NFS_V | 2006 | Hospital · nature · stay invoice.
    ETE_STJ_COD | code 3 | IR_SJE_V | 2006 | Hospital · legal status · code.
    ETE_TYP_COD | code 2 | IR_TYE_V | 2006 | Hospital · type · code.
    MDT_COD | code 2 | IR_MDT_V | 2006 | Treatment mode · code.
    MFT_COD | code 2 | IR_MFT_V | 2006 | Tariff mode · code.
    ORG_CLE_NEW | text 9 | IR_ORG_V | 2006 | Fund that sent the line, by today's numbering.
    PRS_PPU_SEC | code 1 | IR_PPU_V | 2006 | Service · public or private · sector.
    DCT_ORD_NUM | count 8 |  | 2006 | Order of the claim document in the flow.
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
