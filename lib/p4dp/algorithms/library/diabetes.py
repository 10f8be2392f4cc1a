"""Diabetes: coded, treated, entitled or admitted for it."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.algorithms.core import Algorithm, Inputs, Parameter
from p4dp.algorithms.rules import coded, once, phenotype, repeated, stays


def _treated(x: Inputs) -> DataFrame:
    drugs = x.mentions("antidiabetic")
    if x["without_sglt2_alone"]:
        alone = x.mentions("sglt2_inhibitor").select("person").distinct()
        others = drugs.where(~F.col("code").startswith("A10BK")).select("person").distinct()
        drugs = drugs.join(alone.join(others, "person", "left_anti"), "person", "left_anti")
    return repeated(drugs, x["dispensings"], x["within"])


def gp(x: Inputs) -> DataFrame:
    """A code of diabetes as problem, result or protocol, or antidiabetics prescribed on several days."""
    return phenotype("diabetes", coded=once(coded(x.mentions("diabetes"))), treated=_treated(x))


def snds(x: Inputs) -> DataFrame:
    """Antidiabetics dispensed on several days, a stay for it, or the long-term illness."""
    told = x.mentions("diabetes")
    complications = stays(x.mentions("diabetes_complication"), "main")
    beside = stays(told, "associated").select("person", "stay").distinct()
    return phenotype(
        "diabetes",
        treated=_treated(x),
        stay=once(stays(told, "main", "related")),
        complication=once(complications.join(beside, ["person", "stay"], "left_semi")),
        long_term_illness=once(told.where("origin = 'long_term_illness'")),
    )


ALGORITHM = Algorithm(
    name="diabetes",
    version=1,
    kind="phenotype",
    question="Does the person have diabetes, of whatever type?",
    population="everybody; children with type 1 included",
    sides={"gp": gp, "snds": snds},
    code_lists=("diabetes", "antidiabetic", "sglt2_inhibitor", "diabetes_complication"),
    parameters={
        "dispensings": Parameter(3, "different days with an antidiabetic that are needed", (1, 12)),
        "within": Parameter(365, "days within which they must lie", (30, 1100)),
        "without_sglt2_alone": Parameter(
            True, "leaves out people whose only class is A10BK, given for heart and kidney too since 2022"
        ),
    },
    output="one person, from the first day on which a criterion was met",
    limits="Diet alone leaves no trace in claims (27.8 % of the people whom practices coded, Saint-Lary 2012). Large packs count as any other. Whoever met a criterion once keeps it: the rule for claims asks for drugs of the year and stays of two.",
    references=("sndsTools, notebook patho_diabetes", "BEH 30-31/2014", "Saint-Lary 2012, PLoS ONE 7(4):e35721"),
    flag="top_FDiabet_ind",
)
