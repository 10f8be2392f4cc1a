"""Acute coronary syndrome."""

from __future__ import annotations

from pyspark.sql import DataFrame

from p4dp.algorithms.core import Algorithm, Inputs
from p4dp.algorithms.rules import once, phenotype


def gp(x: Inputs) -> DataFrame:
    """A code of infarction or another acute coronary disease."""
    return phenotype(
        "acute coronary syndrome", coded=once(x.mentions("acute_coronary").where("origin IN ('history', 'diagnosis')"))
    )


def snds(x: Inputs) -> DataFrame:
    """A stay with such a main diagnosis, of the stay or of one of its units."""
    return phenotype(
        "acute coronary syndrome",
        stay=once(x.mentions("acute_coronary").where("origin = 'diagnosis' AND role IN ('main', 'unit')")),
    )


ALGORITHM = Algorithm(
    name="acute_coronary_syndrome",
    version=1,
    kind="phenotype",
    question="Did the person have an acute coronary syndrome?",
    population="adults",
    sides={"gp": gp, "snds": snds},
    code_lists=("acute_coronary",),
    output="one person, from the first such day",
    limits="Deaths before admission are not seen. A GP who codes the chronic disease (K76) only is not found.",
    references=("CNAM, cartography of illnesses, acute ischaemic heart disease",),
    flag="top_CvIDM_aig",
)
