"""Obesity."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.algorithms.core import Algorithm, Inputs, Parameter
from p4dp.algorithms.rules import once, phenotype, stays


def gp(x: Inputs) -> DataFrame:
    """A body-mass index at or above the limit on any day as an adult, or a code. Height is the median of the adult's heights."""
    adults = x.people.where(x.age >= 18).select(
        "person", F.make_date(F.col("birth_year") + 18, F.lit(12), F.lit(31)).alias("_adult")
    )

    def measured(name: str) -> DataFrame:
        rows = x.mentions(name).where("value IS NOT NULL AND day IS NOT NULL").join(adults, "person")
        return rows.where("day > _adult").select("person", "day", "value")

    heights = measured("height").groupBy("person").agg(F.median("value").alias("cm")).where("cm >= 120")
    index = F.col("value") / F.pow(F.col("cm") / 100, F.lit(2))
    heavy = measured("weight").join(heights, "person").where(index >= x["index"])
    return phenotype("obesity", measured=once(heavy), coded=once(x.mentions("obesity").where("origin IN ('history', 'diagnosis')")))


def snds(x: Inputs) -> DataFrame:
    """A stay with such a diagnosis in any role."""
    return phenotype("obesity", stay=once(stays(x.mentions("obesity"))))


ALGORITHM = Algorithm(
    name="obesity",
    version=1,
    kind="phenotype",
    question="Is or was the adult obese?",
    population="adults",
    sides={"gp": gp, "snds": snds},
    code_lists=("weight", "height", "obesity"),
    parameters={"index": Parameter(30.0, "body-mass index in kg/m² from which it counts", (25, 50))},
    output="one person, from the first day on which a criterion was met",
    limits="Claims know it from stays only. Children need growth curves and are left out. One weight is enough: a typing error within the plausible range counts.",
    references=("WHO, obesity: body-mass index of 30 and more",),
)
