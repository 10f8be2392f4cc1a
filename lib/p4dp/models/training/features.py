"""What a practice knows of a person on a day, as columns: nothing that is dated later."""

from __future__ import annotations

import datetime as dt

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from p4dp.algorithms import rules
from p4dp.algorithms.library import charlson, multimorbidity

#: Code lists that features need.
LISTS = (*charlson.LISTS, *multimorbidity.LISTS, "any_drug", "weight", "height", "creatinine", "hba1c", "glucose")
CONDITIONS = tuple(sorted(n.split(".")[1] for n in multimorbidity.LISTS))


def at(people: DataFrame, mentions: DataFrame, contacts: DataFrame, day: dt.date, history: int = 0) -> DataFrame:
    """One row per person whom the practice answers for on a day: age, man, visits, drugs and blood sugar tests ordered in the last year, conditions, Charlson index, last results.

    Args:
        contacts: person, day.
        history: days for which the practice must have answered for the person before.
    """
    on = F.lit(day)
    known = mentions.where(F.col("day") < on)
    year = F.col("day") >= F.date_sub(on, 365)
    coded = rules.coded(known)
    here = people.where(
        (F.col("observed_from") <= F.date_sub(on, history)) & (F.col("observed_until") >= on) & F.col("birth_year").isNotNull()
    )
    base = here.select("person", "practice", "department", "sex", (F.lit(day.year) - F.col("birth_year")).cast("double").alias("age"),
                       (F.col("sex") == "male").cast("double").alias("man"))  # fmt: skip
    seen = contacts.where((F.col("day") < on) & year).groupBy("person").agg(F.count_distinct("day").cast("double").alias("visits"))
    drugs = (
        known.where("code_list = 'any_drug' AND origin = 'prescription'")
        .where(year)
        .groupBy("person")
        .agg(F.count_distinct("code").cast("double").alias("drugs"))
    )
    has = [F.max((F.col("code_list") == f"multimorbidity.{c}").cast("double")).alias(f"has_{c}") for c in CONDITIONS]
    conditions = coded.where(F.col("code_list").startswith("multimorbidity.")).groupBy("person").agg(*has)
    groups = (
        coded.where(F.col("code_list").isin(*charlson.LISTS))
        .groupBy("person")
        .agg(F.collect_set(F.regexp_replace("code_list", "^charlson\\.", "")).alias("groups"))
    )
    index = groups.select("person", charlson.total(charlson.worse_only(F.col("groups")), "2011").alias("charlson"))

    def last(name: str) -> Column:
        return F.max_by("value", F.when(F.col("code_list") == name, F.col("day"))).alias(name)

    results = (
        known.where("value IS NOT NULL AND day IS NOT NULL")
        .groupBy("person")
        .agg(*(last(n) for n in ("hba1c", "glucose", "creatinine", "weight", "height")))
    )
    rows = base
    for part in (seen, drugs, conditions, index, results):
        rows = rows.join(part, "person", "left")
    bmi = F.when(F.col("height") > 120, F.col("weight") / F.pow(F.col("height") / 100, F.lit(2)))
    tests = known.where("origin = 'order' AND code_list IN ('hba1c', 'glucose')").where(year)
    rows = rows.join(tests.groupBy("person").agg(F.count_distinct("day").cast("double").alias("ordered")), "person", "left")
    zero: dict[str, bool | float | int | str] = dict.fromkeys(
        ("visits", "drugs", "charlson", "ordered", *(f"has_{c}" for c in CONDITIONS)), 0.0
    )
    return rows.withColumn("bmi", bmi).fillna(zero).withColumn("age_squared", F.col("age") * F.col("age") / 100)
