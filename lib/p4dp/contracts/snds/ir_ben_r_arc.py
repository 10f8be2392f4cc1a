"""IR_BEN_R_ARC: one archived pseudonym of a person."""

from p4dp.contracts.snds.base import snds
from p4dp.contracts.snds.ir_ben_r import COLUMNS

TABLE = snds(
    "ir_ben_r_arc",
    "IR_BEN_R_ARC",
    "One archived pseudonym of a person.",
    ("BEN_NIR_PSA", "BEN_RNG_GEM"),
    COLUMNS,
)
