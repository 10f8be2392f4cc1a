"""Flat DCIR: claim lines with their details and hospital."""

from p4dp.contracts.core import Column, Table
from p4dp.contracts.snds.base import DCIR_KEY
from p4dp.contracts.snds.er_ete_f import TABLE as HOSPITAL
from p4dp.contracts.snds.er_prs_f import TABLE as LINE

#: Columns of a claim line that events need.
LINE_COLUMNS = (
    "BEN_NIR_PSA", "NUM_ENQ", "BEN_RNG_GEM", "BEN_CDI_NIR", "BEN_AMA_COD", "RGM_COD", "RGM_GRG_COD", "EXE_SOI_DTD", "EXE_SOI_DTF", "PRE_PRE_DTD", "PRS_NAT_REF",
    "PRS_ACT_QTE", "PRS_ACT_COG", "DPN_QLF", "PRS_DPN_QLP", "CPL_MAJ_TOP", "PFS_EXE_NUM", "PFS_PRE_NUM", "PSE_SPE_COD", "PSP_SPE_COD",
)  # fmt: skip
HOSPITAL_COLUMNS = ("ETE_IND_TAA", "ETB_EXE_FIN", "ETE_CAT_COD", "MDT_COD")

TABLE = Table(
    "events",
    "dcir",
    "One claim line and one of its details; a line without detail has one row.",
    (
        Column("p4dp_slice", "string", "Flow month.", required=True, example="2024-03"),
        *(LINE.column(c) for c in DCIR_KEY),
        Column("detail", "string", "Table of the detail.", codes={t: t for t in ("ER_PHA_F", "ER_UCD_F", "ER_BIO_F", "ER_CAM_F", "ER_TIP_F")}),
        Column("code", "string", "Code of the detail: CIP13, UCD, NABM, CCAM or device.", example="3400930000014"),
        Column("quantity", "double", "Quantity of the detail; null where its table has none (CCAM).", unit="1"),
        Column("part", "string", "Activity and phase of a CCAM act.", example="1/0"),
        *(LINE.column(c) for c in LINE_COLUMNS),
        *(HOSPITAL.column(c) for c in HOSPITAL_COLUMNS),
        Column("batch_id", "bigint", "Load that made it.", required=True),
    ),
    key=(),
    cluster=("p4dp_slice",),
    source="nine-column key of the official schema",
    caveat="A cancelled line is here with its negative counterpart: add up, never count.",
)  # fmt: skip
