"""Missing influenza vaccination."""

from __future__ import annotations

import datetime as dt

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.algorithms.core import Algorithm, Inputs, Parameter


def missing(x: Inputs) -> DataFrame:
    """People of the age, observed through the last season that was over on `as_of`, without a vaccine in it."""
    year = x.as_of.year if x.as_of >= dt.date(x.as_of.year, 2, 1) else x.as_of.year - 1
    begin, end = dt.date(year - 1, 9, 1), dt.date(year, 1, 31)
    old = x.people.where(x.age >= x["age"]).where(
        (F.col("observed_from") <= F.lit(begin)) & (F.col("observed_until") >= F.lit(end))
    )
    given = x.mentions("influenza_vaccine").where(F.col("day").between(F.lit(begin), F.lit(end)))
    return old.join(given.select("person"), "person", "left_anti").select(
        "person", F.lit(begin).alias("start_date"), F.lit(end).alias("end_date"), F.lit("no influenza vaccine").alias("category"),
        F.lit(None).cast("double").alias("value"), F.array(F.lit("age")).alias("criteria"))  # fmt: skip


ALGORITHM = Algorithm(
    name="influenza_vaccination_gap",
    version=1,
    kind="gap",
    question="Who of those recommended it had no influenza vaccine last season?",
    population="people of 65 and older who were observed through the season",
    sides={"gp": missing, "snds": missing},
    code_lists=("influenza_vaccine",),
    parameters={"age": Parameter(65, "age from which it is recommended", (0, 90))},
    output="one person and season (September to January)",
    limits="Younger people with a chronic illness are not counted. The practice does not know what a pharmacist or nurse gave, claims not what was free.",
    references=("French vaccination calendar: yearly from 65 years",),
)
