"""Hospital admission within twelve months, from the history in general practice; the label is a stay in the claims of linked patients."""

from __future__ import annotations

import datetime as dt

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.models.training import features
from p4dp.models.training.harness import Data

NAME = "admission"
SENTENCE = "Will the person be admitted to hospital within twelve months?"
LIMITS = "Linked patients only, so that whoever is linked less often counts less. Stays for a few nights and long ones count alike."
FEATURES = (
    "age",
    "age_squared",
    "man",
    "visits",
    "drugs",
    "charlson",
    *(f"has_{c}" for c in features.CONDITIONS),
    "bmi",
    "creatinine",
)
#: What any practice knows without a model.
BASELINE = ("age", "age_squared", "man", "charlson")
HORIZON = 365
#: Days for which the practice must have answered for a person: else what it knows depends on how long it has, and so would the risk that is said.
HISTORY = 365


def asked(rows: DataFrame) -> DataFrame:
    """Whom it scores: everybody whom the practice answers for and has for a year."""
    return rows


def _labelled(
    people: DataFrame, mentions: DataFrame, contacts: DataFrame, links: DataFrame, stays: DataFrame, day: dt.date
) -> DataFrame:
    end = day + dt.timedelta(days=HORIZON)
    admitted = (
        stays.where((F.col("day") >= F.lit(day)) & (F.col("day") < F.lit(end)))
        .select("beneficiary_id")
        .distinct()
        .withColumn("_in", F.lit(1.0))
    )
    rows = features.at(people, mentions, contacts, day, HISTORY).join(links, "person").join(admitted, "beneficiary_id", "left")
    return rows.withColumn("label", F.coalesce("_in", F.lit(0.0))).drop("_in", "beneficiary_id")


def data(people: DataFrame, mentions: DataFrame, contacts: DataFrame, links: DataFrame, stays: DataFrame, until: dt.date) -> Data:
    """Trained on one year's start, tested on the next one's; the practices' records must reach back a year before both.

    Args:
        links: person, beneficiary_id.
        stays: beneficiary_id, day.
        until: day up to which claims are complete.
    """
    later = until - dt.timedelta(days=HORIZON)
    earlier = later - dt.timedelta(days=HORIZON)
    parts = (people, mentions, contacts, links, stays)
    about = {"train_day": earlier.isoformat(), "test_day": later.isoformat(), "horizon_days": HORIZON, "history_days": HISTORY}
    return Data(_labelled(*parts, earlier), _labelled(*parts, later), FEATURES, BASELINE, about)
