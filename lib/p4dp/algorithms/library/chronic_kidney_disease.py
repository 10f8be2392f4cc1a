"""Chronic kidney disease."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.algorithms.core import Algorithm, Inputs, Parameter
from p4dp.algorithms.egfr import EQUATIONS, egfr
from p4dp.algorithms.rules import coded, once, phenotype, stays


def rates(x: Inputs) -> DataFrame:
    """Creatinine results → person, day, rate; the lowest of a day where there are several."""
    tests = x.mentions("creatinine").where("origin = 'lab_result' AND value IS NOT NULL AND day IS NOT NULL")
    born = F.make_date("birth_year", F.coalesce("birth_month", F.lit(7)), F.lit(15))
    known = tests.join(
        x.people.where("birth_year IS NOT NULL AND sex IN ('male', 'female')").select("person", "sex", born.alias("_born")),
        "person",
    )
    age = F.floor(F.months_between("day", "_born") / 12)
    rate = egfr(x["equation"], F.col("value"), age, F.col("sex") == "female")
    return known.groupBy("person", "day").agg(F.min(rate).alias("rate")).where("rate IS NOT NULL")


def gp(x: Inputs) -> DataFrame:
    """Two rates below the limit, far enough apart and none at or above it between them; or a code."""
    measured = rates(x)
    low = measured.where(F.col("rate") < x["below"]).select("person", "day")
    pairs = low.join(low.withColumnRenamed("day", "later"), "person").where(F.datediff("later", "day") >= x["apart"])
    recovered = measured.where(F.col("rate") >= x["below"]).select("person", F.col("day").alias("_well"))
    between = (F.col("_well") > F.col("day")) & (F.col("_well") < F.col("later"))
    lasting = pairs.join(recovered.withColumnRenamed("person", "_p"), (F.col("person") == F.col("_p")) & between, "left_anti")
    confirmed = lasting.groupBy("person").agg(F.min("later").alias("day"))
    return phenotype("chronic kidney disease", measured=confirmed, coded=once(coded(x.mentions("kidney_disease"))))


def snds(x: Inputs) -> DataFrame:
    """A stay with such a diagnosis in any role: claims hold no results."""
    return phenotype("chronic kidney disease", stay=once(stays(x.mentions("kidney_disease"))))


ALGORITHM = Algorithm(
    name="chronic_kidney_disease",
    version=1,
    kind="phenotype",
    question="Does the person have chronic kidney disease, stage 3 or worse?",
    population="adults; children from two years with EKFC",
    sides={"gp": gp, "snds": snds},
    code_lists=("creatinine", "kidney_disease"),
    parameters={
        "equation": Parameter("ckd-epi-2009", "how the rate is estimated", choices=EQUATIONS),
        "below": Parameter(60.0, "rate in mL/min/1.73 m² below which a result counts", (15, 90)),
        "apart": Parameter(90, "days that two results must be apart", (30, 365)),
    },
    output="one person, from the day of the result that confirmed it, or of the first code",
    limits="Only people whose creatinine was measured twice can be found by results. Albuminuria is not used. Ages are known to the month.",
    references=(
        "KDIGO 2012",
        "Levey 2009, Ann Intern Med 150:604",
        "Inker 2021, NEJM 385:1737",
        "Pottel 2021, Ann Intern Med 174:183",
    ),
)
