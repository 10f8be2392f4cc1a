"""Asthma."""

from __future__ import annotations

from pyspark.sql import DataFrame

from p4dp.algorithms.core import Algorithm, Inputs, Parameter
from p4dp.algorithms.rules import at_age, coded, once, phenotype, repeated, stays


def _treated(x: Inputs) -> DataFrame:
    return repeated(at_age(x, x.mentions("asthma_drug"), x["youngest"], x["oldest"]), x["dispensings"], 365)


def gp(x: Inputs) -> DataFrame:
    """A code of asthma, or its drugs on several days at an age at which they treat little else."""
    return phenotype("asthma", coded=once(coded(x.mentions("asthma"))), treated=_treated(x))


def snds(x: Inputs) -> DataFrame:
    """A stay for it, or its drugs on several days at such an age."""
    return phenotype("asthma", stay=once(stays(x.mentions("asthma"), "main", "related")), treated=_treated(x))


ALGORITHM = Algorithm(
    name="asthma",
    version=2,
    kind="phenotype",
    question="Does the person have asthma?",
    population="everybody; by drugs alone from 6 to 40 years",
    sides={"gp": gp, "snds": snds},
    code_lists=("asthma", "asthma_drug"),
    parameters={
        "dispensings": Parameter(2, "different days with a drug within a year: 2 any, 3 persistent", (1, 12)),
        "youngest": Parameter(6, "youngest age at which a drug counts", (0, 18)),
        "oldest": Parameter(40, "oldest age at which a drug counts", (18, 99)),
    },
    output="one person, from the first day on which a criterion was met",
    limits="No rule on drugs alone is both sensitive and specific (Santé publique France, ESPS 2006).",
    references=("Santé publique France, ESPS 2006", "Chouaid 2018, Rev Mal Respir (severe asthma)"),
    flag="top_ABPCOIr_ind",
)
