"""Heart failure."""

from __future__ import annotations

from pyspark.sql import DataFrame

from p4dp.algorithms.core import Algorithm, Inputs
from p4dp.algorithms.rules import coded, once, phenotype, stays


def gp(x: Inputs) -> DataFrame:
    """A code of heart failure as problem, result or protocol."""
    return phenotype("heart failure", coded=once(coded(x.mentions("heart_failure"))))


def snds(x: Inputs) -> DataFrame:
    """A stay for heart failure, or for one of its complications with heart failure beside it in the same stay."""
    told = stays(x.mentions("heart_failure"))
    complications = stays(x.mentions("heart_failure_complication"), "main")
    beside = told.where("role IN ('related', 'associated')").select("person", "stay").distinct()
    return phenotype(
        "heart failure",
        stay=once(told.where("role = 'main'")),
        complication=once(complications.join(beside, ["person", "stay"], "left_semi")),
    )


ALGORITHM = Algorithm(
    name="heart_failure",
    version=1,
    kind="phenotype",
    question="Did the person have heart failure?",
    population="adults",
    sides={"gp": gp, "snds": snds},
    code_lists=("heart_failure", "heart_failure_complication"),
    output="one person, from the first day on which a criterion was met",
    limits="Claims see those who were admitted; most patients of general practice are not. Long-term illness 5 is not used: it also holds arrhythmia and valves.",
    references=("SCALPEL-Extraction, outcome HeartFailure", "BEH 41/2012"),
    flag="sup_CvIC_cat",
)
