"""Stroke."""

from __future__ import annotations

from pyspark.sql import DataFrame

from p4dp.algorithms.core import Algorithm, Inputs
from p4dp.algorithms.rules import coded, once, phenotype, stays


def gp(x: Inputs) -> DataFrame:
    """A code of stroke."""
    return phenotype("stroke", coded=once(coded(x.mentions("stroke"))))


def snds(x: Inputs) -> DataFrame:
    """A stay whose main or related diagnosis is a stroke."""
    return phenotype("stroke", stay=once(stays(x.mentions("stroke"), "main", "related")))


ALGORITHM = Algorithm(
    name="stroke",
    version=1,
    kind="phenotype",
    question="Did the person have a stroke?",
    population="everybody",
    sides={"gp": gp, "snds": snds},
    code_lists=("stroke",),
    output="one person, from the first such day",
    limits="Transient ischaemic attacks (G45, K89) are not strokes here. Claims see strokes of the years of the extract only.",
    references=("sndsTools, tutorial on stroke",),
    flag="sup_CvAVC_cat",
)
