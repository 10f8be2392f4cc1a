"""Treated hypertension."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.algorithms.core import Algorithm, Inputs, Parameter
from p4dp.algorithms.rules import once, phenotype, repeated


def _treated(x: Inputs) -> DataFrame:
    recent = x.mentions("antihypertensive").where(F.col("day") > F.date_sub(F.lit(x.as_of), x["within"]))
    return repeated(recent, x["dispensings"], x["within"])


def gp(x: Inputs) -> DataFrame:
    """Antihypertensives prescribed on several days; with `coded`, only where hypertension was also coded."""
    treated, coded = _treated(x), once(x.mentions("hypertension"))
    if x["coded"]:
        treated = treated.join(coded.select("person"), "person", "left_semi")
    return phenotype("treated hypertension", treated=treated)


def snds(x: Inputs) -> DataFrame:
    """Antihypertensives dispensed on several days."""
    return phenotype("treated hypertension", treated=_treated(x))


ALGORITHM = Algorithm(
    name="treated_hypertension",
    version=2,
    kind="phenotype",
    question="Is the person treated with drugs against hypertension?",
    population="adults",
    sides={"gp": gp, "snds": snds},
    code_lists=("antihypertensive", "hypertension"),
    parameters={
        "dispensings": Parameter(3, "different days with an antihypertensive that are needed", (1, 12)),
        "within": Parameter(730, "days before the day asked for within which they must lie", (30, 1100)),
        "coded": Parameter(False, "GP side: only people with hypertension among their codes"),
    },
    output="one person, from the day of the dispensing that completed the criterion",
    limits="The same drugs treat heart failure, kidney and coronary disease: this is treatment, not the diagnosis. CNAM's strict flag leaves such people out.",
    references=("sndsTools, notebook patho_antihypertensive_ttt",),
    flag="sup_FAntiHTA_med_nnexclu",
)
