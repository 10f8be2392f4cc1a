"""Diabetes that nobody coded: from measurements, orders and what else the person has, without the drugs that would give it away."""

from __future__ import annotations

import datetime as dt

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.models.training import features
from p4dp.models.training.harness import Data

NAME = "uncoded_diabetes"
SENTENCE = "Does the record look like that of a person with diabetes, although nobody coded it?"
LIMITS = "Learnt from coded patients: whoever is like nobody that practices recognise is not found. A high score is a reason to look, not a diagnosis."
FEATURES = ("age", "age_squared", "man", "visits", "hba1c", "glucose", "ordered", "bmi", "creatinine",
            *(f"has_{c}" for c in features.CONDITIONS if c != "diabetes"))  # fmt: skip
HISTORY = 0
BASELINE = ("age", "age_squared", "man")


def population(rows: DataFrame) -> DataFrame:
    """Among whom it is trained and asked: adults with a blood test."""
    return rows.where("age >= 35 AND (hba1c IS NOT NULL OR glucose IS NOT NULL)")


def asked(rows: DataFrame) -> DataFrame:
    """Whom it scores: those of the population whom nobody coded."""
    return population(rows).where("has_diabetes = 0")


def data(people: DataFrame, mentions: DataFrame, contacts: DataFrame, coded: DataFrame, until: dt.date) -> Data:
    """Adults with a blood test; trained on some practices, tested on the others.

    Args:
        coded: person: whoever has a code of diabetes.
    """
    rows = population(features.at(people, mentions, contacts, until))
    known = (
        rows.join(coded.select("person").distinct().withColumn("_coded", F.lit(1.0)), "person", "left")
        .withColumn("label", F.coalesce("_coded", F.lit(0.0)))
        .drop("_coded")
    )
    other = F.pmod(F.xxhash64("practice"), F.lit(3)) == 0
    return Data(
        known.where(~other),
        known.where(other),
        FEATURES,
        BASELINE,
        {"as_of": until.isoformat(), "split": "a third of the practices"},
    )
