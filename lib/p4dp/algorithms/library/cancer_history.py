"""History of cancer."""

from __future__ import annotations

from pyspark.sql import DataFrame

from p4dp.algorithms.core import Algorithm, Inputs
from p4dp.algorithms.rules import coded, once, phenotype, stays


def gp(x: Inputs) -> DataFrame:
    """A code of a malignant neoplasm."""
    return phenotype("cancer", coded=once(coded(x.mentions("cancer"))))


def snds(x: Inputs) -> DataFrame:
    """A stay for it, or the long-term illness."""
    told = x.mentions("cancer")
    return phenotype("cancer", stay=once(stays(told, "main", "related")),
                     long_term_illness=once(told.where("origin = 'long_term_illness'")))  # fmt: skip


ALGORITHM = Algorithm(
    name="cancer_history",
    version=1,
    kind="phenotype",
    question="Did the person ever have a cancer?",
    population="everybody",
    sides={"gp": gp, "snds": snds},
    code_lists=("cancer",),
    output="one person, from the first such day",
    limits="Skin cancers other than melanoma are among the codes. Long-term illness 30 ends, and is not renewed when care is over. A history: once met it stays, where rules for active cancer ask for the last two years.",
    references=("sndsTools, notebook patho_cancer_atcd",),
    flag="sup_Can_cat",
)
