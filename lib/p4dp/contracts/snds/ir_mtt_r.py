"""IR_MTT_R: one declaration of a doctor by a person."""

from p4dp.contracts.snds.base import snds

TABLE = snds(
    "ir_mtt_r",
    "IR_MTT_R",
    "One declaration of a doctor by a person.",
    ("BEN_NIR_PSA", "BEN_RNG_GEM"),
    """
    BEN_NIR_PSA | text 17 |  |  | Pseudonym of insured, birth date and sex; same-sex twins share it.
    BEN_RNG_GEM | code 2 | IR_BER_V |  | Twin rank in the general scheme; rank in the family elsewhere, where it changes over time.
    BEN_NIR_ANO | text 17 |  |  | Pseudonym of the person's own NIR; empty when the NIR is fictive.
    BEN_IDT_ANO | text 18 |  |  | BEN_NIR_ANO where filled, else BEN_NIR_PSA followed by BEN_RNG_GEM.
    IND_RNM_BEN | text 1 |  |  | Indicator · rank · person.
    MTT_DEP_DTE | date |  |  | First day of the declaration.
    MTT_FIN_DTE | date |  |  | Last day of the declaration.
    MTT_MTF_COD | text 3 |  |  | Declared doctor · reason · code.
    MTT_ORI_COD | text 1 |  |  | Declared doctor · origin · code.
    MTT_PFS_NUM | text 17 |  |  | Encrypted number of the declared doctor.
    """,
)
