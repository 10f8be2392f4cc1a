"""IR_BIO_R: one analysis of the nomenclature."""

from p4dp.contracts.snds.base import snds

TABLE = snds(
    "ir_bio_r",
    "IR_BIO_R",
    "One analysis of the nomenclature.",
    ("BIO_PRS_IDE",),
    """
    BIO_PRS_IDE | code |  |  | NABM code of the analysis.
    BIO_INF_LIB | text |  |  | Biology · information · label.
    BIO_CRE_DAT | text |  |  | Biology · created · date.
    BIO_SUP_DAT | text |  |  | Biology · supplement · date.
    BIO_ARB_CHA | text |  |  | Biology · tree · chapter.
    BIO_ARB_SC1 | text |  |  | Biology · tree · SC1.
    BIO_ARB_SC2 | text |  |  | Biology · tree · SC2.
    BIO_ARB_SC3 | text |  |  | Biology · tree · SC3.
    BIO_ARB_SC4 | text |  |  | Biology · tree · SC4.
    BIO_ARB_BAS | text |  |  | Biology · tree · base.
    BIO_PHY_GRP | text |  |  | Biology · group.
    BIO_GRP_LIB | text |  |  | Biology · group · label.
    BIO_HIS_DTD | text |  |  | Biology · history · start date.
    BIO_HIS_DTF | text |  |  | Biology · history · end date.
    BIO_ENP_TOP | text |  |  | Biology · flag.
    BIO_TUX_TOP | text |  |  | Biology · TUX · flag.
    BIO_MAX_EXE | text |  |  | Biology · last · execution.
    BIO_SPE_REG | text |  |  | Biology · specialty · region.
    BIO_MAX_REG | text |  |  | Biology · last · region.
    BIO_MED_REF | text |  |  | Biology · medical · REF.
    BIO_RES_TOP | text |  |  | Biology · residence · flag.
    BIO_BIO_INV | text |  |  | Biology · biology · INV.
    BIO_SNG_TOP | text |  |  | Biology · SNG · flag.
    BIO_TAR_NAT | text |  |  | Biology · tariff · nature.
    BIO_TAR_COF | text |  |  | Biology · tariff · COF.
    """,
)
