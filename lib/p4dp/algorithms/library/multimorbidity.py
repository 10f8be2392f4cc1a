"""Multimorbidity: chronic conditions at the same time."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.algorithms.core import Algorithm, Inputs, Parameter
from p4dp.algorithms.rules import coded

CONDITIONS = ("hypertension", "lipid_disorder", "diabetes", "ischaemic_heart_disease", "thyroid_disease", "arrhythmia", "obesity", "depression", "asthma_copd",
              "kidney_failure", "stroke", "heart_failure", "dementia", "anxiety", "parkinson", "osteoarthritis", "cancer")  # fmt: skip
LISTS = tuple(f"multimorbidity.{name}" for name in CONDITIONS)


def several(x: Inputs) -> DataFrame:
    """Different conditions among a person's problems and diagnoses: a finding for whoever has enough of them."""
    told = coded(x.mentions(*LISTS))
    each = told.groupBy("person", "code_list").agg(F.min("day").alias("day"))
    counted = each.groupBy("person").agg(F.count(F.lit(1)).alias("n"), F.array_sort(F.collect_list(F.regexp_replace("code_list", "^multimorbidity\\.", ""))).alias("criteria"),
                                         F.array_sort(F.collect_list("day")).alias("_days"))  # fmt: skip
    enough = int(x["conditions"])
    return counted.where(F.col("n") >= enough).select(
        "person", F.try_element_at("_days", F.lit(enough)).alias("start_date"), F.lit(None).cast("date").alias("end_date"),
        F.lit("multimorbidity").alias("category"), F.col("n").cast("double").alias("value"), "criteria")  # fmt: skip


ALGORITHM = Algorithm(
    name="multimorbidity",
    version=1,
    kind="phenotype",
    question="Does the person have several chronic conditions?",
    population="everybody",
    sides={"gp": several, "snds": several},
    code_lists=LISTS,
    parameters={"conditions": Parameter(2, "conditions that are needed", (2, 10))},
    output="one person and the number of conditions, from the day of the one that made them enough",
    limits="17 of the 46 groups of the source. Claims see diagnoses of stays only and so find far fewer.",
    references=("BMC Geriatrics 2014;14:70",),
)
