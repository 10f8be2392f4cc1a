"""Gout: an algorithm of one's own, in one file. `p4dp algorithms run gout --folder docs/examples/own_algorithm`"""

from __future__ import annotations

from pyspark.sql import DataFrame

from p4dp.algorithms.core import Algorithm, Inputs, Parameter
from p4dp.algorithms.rules import once, phenotype, repeated


def gp(x: Inputs) -> DataFrame:
    """A code of gout, or its drugs prescribed on several days."""
    coded = x.mentions("gout").where("origin IN ('history', 'diagnosis')")
    return phenotype("gout", coded=once(coded), treated=repeated(x.mentions("gout_drug"), x["times"], 365))


def snds(x: Inputs) -> DataFrame:
    """Its drugs dispensed on several days."""
    return phenotype("gout", treated=repeated(x.mentions("gout_drug"), x["times"], 365))


ALGORITHM = Algorithm(
    name="gout",
    version=1,
    kind="phenotype",
    question="Does the person have gout?",
    population="adults",
    sides={"gp": gp, "snds": snds},
    code_lists=("gout", "gout_drug"),
    parameters={"times": Parameter(2, "different days with a drug within a year", (1, 12))},
    output="one person, from the first day on which a criterion was met",
    limits="An example: the lists are a proposal.",
    references=("none: an example",),
)
