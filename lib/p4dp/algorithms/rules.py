"""Rules that many algorithms share: evidence that is repeated, brought together, or follows in order."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from p4dp.algorithms.core import Inputs


def once(mentions: DataFrame) -> DataFrame:
    """Mentions → (person, day): the first day on which there is one; no day when none is known."""
    return mentions.groupBy("person").agg(F.min("day").alias("day"))


def coded(mentions: DataFrame) -> DataFrame:
    """Mentions that a doctor coded: problems, results of consultations or of stays, protocols; a reason of a visit is no diagnosis."""
    return mentions.where("origin IN ('history', 'diagnosis', 'care_protocol')")


def stays(mentions: DataFrame, *roles: str) -> DataFrame:
    """Mentions that are diagnoses of stays, in some roles or in any."""
    found = mentions.where("origin = 'diagnosis'")
    return found.where(F.col("role").isin(*roles)) if roles else found


def at_age(x: Inputs, mentions: DataFrame, youngest: float, oldest: float) -> DataFrame:
    """Mentions of people who were of an age on their day, in whole years of the calendar."""
    born = x.people.select("person", "birth_year")
    return mentions.join(born, "person").where((F.year("day") - F.col("birth_year")).between(youngest, oldest)).drop("birth_year")


def repeated(mentions: DataFrame, times: int, within: int) -> DataFrame:
    """Mentions → (person, day): the first day on which `times` different days lie within `within` days."""
    days = mentions.where("day IS NOT NULL").select("person", "day").distinct()
    earlier = F.lag("day", times - 1).over(Window.partitionBy("person").orderBy("day"))
    full = days.withColumn("_first", F.col("day") if times == 1 else earlier)
    return once(full.where(F.datediff("day", "_first") <= within))


def phenotype(name: str, **criteria: DataFrame) -> DataFrame:
    """Criteria (person, day) → one finding per person who meets any: the first day, and which were met."""
    together = None
    for criterion, rows in criteria.items():
        found = rows.select("person", "day", F.lit(criterion).alias("criterion"))
        together = found if together is None else together.unionAll(found)
    assert together is not None
    return together.groupBy("person").agg(
        F.min("day").alias("start_date"), F.lit(None).cast("date").alias("end_date"), F.lit(name).alias("category"), F.lit(None).cast("double").alias("value"),
        F.array_sort(F.collect_set("criterion")).alias("criteria"))  # fmt: skip


def episodes(name: str, mentions: DataFrame, gap: int) -> DataFrame:
    """Mentions → one finding per episode: days of a person less than `gap` days apart are one."""
    days = mentions.where("day IS NOT NULL").select("person", "day").distinct()
    by_day = Window.partitionBy("person").orderBy("day")
    new = F.coalesce(F.datediff("day", F.lag("day").over(by_day)) >= gap, F.lit(True)).cast("int")
    numbered = days.withColumn("_new", new).withColumn("_episode", F.sum("_new").over(by_day))
    return numbered.groupBy("person", "_episode").agg(F.min("day").alias("start_date"), F.max("day").alias("end_date"), F.count(F.lit(1)).cast("double").alias("value")).select(
        "person", "start_date", "end_date", F.lit(name).alias("category"), "value", F.array(F.lit("coded")).alias("criteria"))  # fmt: skip


def followed(first: DataFrame, then: DataFrame, within: int) -> DataFrame:
    """(person, day) of `first` followed by a day of `then` no later than `within` days after: person, day, later (the earliest pair of a person)."""
    one, two = first.select("person", "day"), then.select("person", F.col("day").alias("later"))
    pairs = one.join(two, "person").where((F.col("later") >= F.col("day")) & (F.datediff("later", "day") <= within))
    return pairs.groupBy("person").agg(F.min(F.struct("later", "day")).alias("_pair")).select("person", "_pair.day", "_pair.later")
