"""IR_IMB_R: one medical entitlement of a person."""

from p4dp.contracts.snds.base import snds

TABLE = snds(
    "ir_imb_r",
    "IR_IMB_R",
    "One medical entitlement of a person.",
    ("BEN_NIR_PSA", "BEN_RNG_GEM"),
    """
    BEN_NIR_PSA | text 17 |  |  | Pseudonym of insured, birth date and sex; same-sex twins share it.
    BEN_RNG_GEM | code 2 | IR_BER_V |  | Twin rank in the general scheme; rank in the family elsewhere, where it changes over time.
    IMB_ALD_DTD | date 8 | IR_DTE_V |  | First day of the entitlement.
    IMB_ALD_DTF | date 8 | IR_DTE_V |  | Last day of the entitlement; 1600-01-01 means open.
    IMB_ALD_NUM | code 2 | IR_ALD_V |  | Number of the long-term illness, 1 to 32.
    IMB_ETM_NAT | code 2 | IR_ETM_V |  | Nature of the exemption: 41, 43 and 45 are long-term illness.
    IMB_MLP_BTR | text 1 |  |  | Medical reason · occupational disease · part.
    IMB_MLP_TAB | text 3 | AT_MLP_V |  | Medical reason · occupational disease · table.
    IMB_SDR_LOP | text 1 |  |  | Medical reason · syndrome · label.
    INS_DTE | date 8 |  |  | Insertion · date.
    MED_MTF_COD | text 5 | IR_CIM_V |  | Illness that the entitlement was granted for.
    MED_NCL_IDT | text 10 | IR_NMD_V |  | Nomenclature of MED_MTF_COD.
    UPD_DTE | date 8 |  |  | Update · date.
    """,
)
