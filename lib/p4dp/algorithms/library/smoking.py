"""Smoking."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.algorithms.core import Algorithm, Inputs
from p4dp.algorithms.rules import once, phenotype, stays


def gp(x: Inputs) -> DataFrame:
    """The last statement says that the person smokes, or a code does; whoever was later said to have stopped is not one."""
    told = x.mentions("tobacco")
    habits = told.where("origin = 'lifestyle' AND role != 'unknown'")
    last = habits.groupBy("person").agg(F.max_by("role", F.struct("day", "role")).alias("role"), F.max("day").alias("day"))
    stopped = last.where("role != 'current'").select("person", F.col("day").alias("_stopped"))
    coded = once(
        told.where("origin IN ('history', 'diagnosis')").join(stopped, "person", "left").where("_stopped IS NULL OR day > _stopped")
    )
    return phenotype("smoking", stated=last.where("role = 'current'").select("person", "day"), coded=coded)


def snds(x: Inputs) -> DataFrame:
    """Drugs against nicotine dependence, or a stay with such a diagnosis."""
    return phenotype("smoking", treated=once(x.mentions("tobacco_drug")), stay=once(stays(x.mentions("tobacco"))))


ALGORITHM = Algorithm(
    name="smoking",
    version=1,
    kind="phenotype",
    question="Does the person smoke?",
    population="people of 15 and older",
    sides={"gp": gp, "snds": snds},
    code_lists=("tobacco", "tobacco_drug"),
    output="one person, from the day of the statement",
    limits="About half of the records say nothing. Claims see only those who try to stop.",
    references=("code lists: proposal",),
)
