"""Polypharmacy."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.algorithms.core import Algorithm, Inputs, Parameter


def many(x: Inputs) -> DataFrame:
    """Different substances within the days before `as_of`."""
    since = F.date_sub(F.lit(x.as_of), int(x["days"]))
    drugs = (
        x.mentions("any_drug").where("origin IN ('prescription', 'dispensing') AND length(code) = 7").where(F.col("day") >= since)
    )
    counted = drugs.groupBy("person").agg(
        F.count_distinct("code").alias("n"), F.min("day").alias("start_date"), F.max("day").alias("end_date")
    )
    return counted.where(F.col("n") >= x["substances"]).select(
        "person", "start_date", "end_date", F.lit("polypharmacy").alias("category"), F.col("n").cast("double").alias("value"),
        F.array(F.lit("substances")).alias("criteria"))  # fmt: skip


ALGORITHM = Algorithm(
    name="polypharmacy",
    version=1,
    kind="phenotype",
    question="Does the person take many drugs at the same time?",
    population="everybody",
    sides={"gp": many, "snds": many},
    code_lists=("any_drug",),
    parameters={
        "substances": Parameter(5, "different substances that are needed", (2, 20)),
        "days": Parameter(90, "days before the day asked for", (30, 365)),
    },
    output="one person and the number of substances",
    limits="Drugs without prescription are not seen. Prescribed is not taken, and a short course counts as a long one.",
    references=("usual threshold of five substances; a quarter of a year as in claims studies",),
)
