"""Chronic obstructive pulmonary disease."""

from __future__ import annotations

from pyspark.sql import DataFrame

from p4dp.algorithms.core import Algorithm, Inputs, Parameter
from p4dp.algorithms.rules import at_age, coded, once, phenotype, repeated, stays


def _treated(x: Inputs) -> DataFrame:
    """Long-acting bronchodilators on several days, from an age at which asthma alone is rarely treated so."""
    treated = repeated(at_age(x, x.mentions("bronchodilator"), x["age"], 150), x["dispensings"], 365)
    asthma_alone = x.mentions("asthma").select("person").distinct().join(x.mentions("copd").select("person"), "person", "left_anti")
    return treated.join(asthma_alone, "person", "left_anti")


def gp(x: Inputs) -> DataFrame:
    """A code of it, or bronchodilators prescribed on several days."""
    return phenotype("COPD", coded=once(coded(x.mentions("copd"))), treated=_treated(x))


def snds(x: Inputs) -> DataFrame:
    """A stay for it, or bronchodilators dispensed on several days."""
    return phenotype("COPD", stay=once(stays(x.mentions("copd"), "main", "related")), treated=_treated(x))


ALGORITHM = Algorithm(
    name="copd",
    version=2,
    kind="phenotype",
    question="Does the person have chronic obstructive pulmonary disease?",
    population="people of 40 and older",
    sides={"gp": gp, "snds": snds},
    code_lists=("copd", "bronchodilator", "asthma"),
    parameters={
        "age": Parameter(40, "age from which a drug counts", (30, 60)),
        "dispensings": Parameter(3, "different days with a bronchodilator within a year", (1, 12)),
    },
    output="one person, from the first day on which a criterion was met",
    limits="The published rule was read in part; the classes are a proposal; long-term illness 14 is not used, since it also holds asthma, nor is R03DC as a sign of it. Spirometry is not used. CNAM's flag covers asthma too.",
    references=("Laurendeau 2015, Rev Mal Respir 32:682-691",),
    flag="top_ABPCOIr_ind",
)
