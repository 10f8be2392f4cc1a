"""Charlson comorbidity index."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from p4dp.algorithms.core import Algorithm, Inputs, Parameter
from p4dp.algorithms.rules import coded

#: Group → weight of Charlson 1987 and of Quan 2011.
WEIGHTS = {
    "myocardial_infarction": (1, 0), "congestive_heart_failure": (1, 2), "peripheral_vascular_disease": (1, 0), "cerebrovascular_disease": (1, 0),
    "dementia": (1, 2), "chronic_pulmonary_disease": (1, 1), "rheumatic_disease": (1, 1), "peptic_ulcer": (1, 0), "mild_liver": (1, 2),
    "diabetes_uncomplicated": (1, 0), "diabetes_complicated": (2, 1), "hemiplegia_paraplegia": (2, 2), "renal": (2, 1), "malignancy": (2, 2),
    "moderate_severe_liver": (3, 4), "metastatic": (6, 6), "hiv_aids": (6, 4),
}  # fmt: skip
#: Of two groups of one illness the worse one counts.
_WORSE = {"diabetes_uncomplicated": "diabetes_complicated", "malignancy": "metastatic", "mild_liver": "moderate_severe_liver"}
LISTS = tuple(f"charlson.{name}" for name in WEIGHTS)


def worse_only(groups: Column) -> Column:
    """Groups without the milder one of an illness whose worse one is there."""
    for mild, severe in _WORSE.items():
        groups = F.when(F.array_contains(groups, severe), F.array_remove(groups, mild)).otherwise(groups)
    return groups


def total(groups: Column, weights: str) -> Column:
    """The sum of the groups' weights of 1987 or 2011."""
    column = 0 if weights == "1987" else 1
    weight = F.create_map(*[F.lit(v) for name, both in WEIGHTS.items() for v in (name, float(both[column]))])
    return F.aggregate(groups, F.lit(0.0), lambda sum_, name: sum_ + weight[name])


def index(x: Inputs) -> DataFrame:
    """Groups of the person within the years before `as_of` → the sum of their weights; nobody without a group has a row."""
    since = F.date_sub(F.lit(x.as_of), int(x["days"]))
    told = coded(x.mentions(*LISTS))
    # a problem of the record lasts; a diagnosis of an encounter or a stay counts within the days asked for
    told = told.where((F.col("origin") != "diagnosis") | (F.col("day") >= since))
    groups = told.groupBy("person").agg(
        F.collect_set(F.regexp_replace("code_list", "^charlson\\.", "")).alias("groups"), F.min("day").alias("start_date")
    )
    kept = worse_only(F.col("groups"))
    return groups.select("person", "start_date", F.lit(None).cast("date").alias("end_date"), F.lit("index").alias("category"), total(kept, str(x["weights"])).alias("value"),
                         F.array_sort(kept).alias("criteria"))  # fmt: skip


ALGORITHM = Algorithm(
    name="charlson",
    version=1,
    kind="score",
    question="How heavy is the person's comorbidity?",
    population="everybody with a code of one of 17 groups; all others have 0",
    sides={"gp": index, "snds": index},
    code_lists=LISTS,
    parameters={
        "weights": Parameter("2011", "weights of 1987 (Charlson) or 2011 (Quan)", choices=("1987", "2011")),
        "days": Parameter(730, "days before the day asked for within which a diagnosis counts", (30, 7300)),
    },
    output="one person and the index; the groups are the criteria",
    limits="Age is not part of it. Claims know diagnoses of stays only: the French adaptation (Bannay 2016) also reads drugs and long-term illness.",
    references=("Charlson 1987, J Chronic Dis 40:373", "Quan 2005, Med Care 43:1130", "Quan 2011, Am J Epidemiol 173:676"),
)
