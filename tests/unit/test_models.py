"""The watch on planted epidemics, accuracy from chart reviews, and drift."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.models.review_statistics import Answer, accuracy
from p4dp.models.training import harness, influenza_watch


def _weekly(planted: dict[int, float], weeks: int = 208, seed: int = 1) -> pd.DataFrame:
    """Two departments with a mild season; `planted` multiplies the cases of weeks of the first one."""
    rng = np.random.default_rng(seed)
    rows = []
    for department in ("13", "76"):
        for n in range(weeks):
            mean = 40 * (1 + 0.4 * np.cos(2 * np.pi * n / 52.1775)) * (planted.get(n, 1.0) if department == "13" else 1.0)
            rows.append((department, dt.date(2022, 1, 3) + dt.timedelta(weeks=n), int(rng.poisson(mean)), 2000))
    return pd.DataFrame(rows, columns=["department", "week", "cases", "contacts"])


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_epidemic_is_seen_in_its_second_week(seed: int) -> None:
    first = 160
    found = influenza_watch.watch(_weekly({first + n: f for n, f in enumerate((2.0, 3.0, 4.0, 3.0, 2.0))}, seed=seed))
    here = found[found["department"] == "13"].reset_index(drop=True)
    assert here.loc[[first + n for n in range(1, 5)], "alert"].all() and not here.loc[first, "alert"]
    assert found["alert"].sum() - 4 <= 0.02 * len(found)  # hardly ever without an epidemic


def test_a_season_alone_is_no_epidemic() -> None:
    found = influenza_watch.watch(_weekly({}))
    assert found["alert"].mean() < 0.02 and (found["upper"] > found["expected"]).all()


def test_departments_with_little_are_left_out() -> None:
    few = _weekly({}, weeks=40)
    assert influenza_watch.watch(few).empty
    winters = _weekly({}).assign(
        cases=lambda f: np.where(np.arange(len(f)) % 52 < 6, 20, 0)
    )  # nothing outside epidemics to expect anything from
    assert influenza_watch.watch(winters).empty
    rare = _weekly({}).assign(cases=0)
    assert influenza_watch.watch(rare).empty


def test_a_baseline_that_does_not_hold_any_more_is_named() -> None:
    found = influenza_watch.watch(_weekly({}))
    assert influenza_watch.drifted(found) == []
    less = found.assign(
        cases=np.where((found["department"] == "76") & (found["week"] > dt.date(2025, 6, 30)), found["cases"] // 3, found["cases"])
    )
    assert influenza_watch.drifted(less) == ["76"]


def test_weighted_accuracy_of_a_review() -> None:
    """Of 100 found 9 of 10 reviewed are ill; of 900 not found 1 of 10: 90 + 90 ill, half of them found."""
    found = [Answer("gp", 10.0, True, n < 9) for n in range(10)] + [Answer("none", 90.0, False, n < 1) for n in range(10)]
    result = accuracy(found)
    assert result["ppv"].value == pytest.approx(0.9) and result["sensitivity"].value == pytest.approx(90 / 180)
    assert result["sensitivity"].low < 0.5 < result["sensitivity"].high
    assert accuracy([])["ppv"].value is None


def test_drift_is_named(spark) -> None:
    rng = np.random.default_rng(1)
    before = spark.createDataFrame(pd.DataFrame({"age": rng.normal(50, 10, 3000), "bmi": rng.normal(25, 4, 3000)}))
    now = spark.createDataFrame(pd.DataFrame({"age": rng.normal(62, 10, 3000), "bmi": rng.normal(25, 4, 3000)}))
    moved = harness.drift(now, harness.distribution(before, ("age", "bmi")))
    assert moved["age"] > harness.DRIFT > moved["bmi"]


def test_training_beats_a_weak_baseline_and_shuffled_labels_know_nothing(spark) -> None:
    rng = np.random.default_rng(2)

    def people(n: int) -> pd.DataFrame:
        age, ill = rng.uniform(20, 90, n), rng.integers(0, 2, n).astype(float)
        risk = 1 / (1 + np.exp(-(-4 + 0.02 * age + 2.5 * ill)))
        return pd.DataFrame({"person": [f"{x:.12f}" for x in rng.random(n)], "age": age, "ill": ill, "never": np.nan, "sex": rng.choice(["male", "female"], n),
                             "department": "13", "label": (rng.random(n) < risk).astype(float)})  # fmt: skip

    schema = "person string, age double, ill double, never double, sex string, department string, label double"
    data = harness.Data(
        spark.createDataFrame(people(3000), schema), spark.createDataFrame(people(3000), schema), ("age", "ill", "never"), ("age",)
    )
    dealt = harness.Data(
        *(part.withColumn("label", (F.rand(seed) < 0.4).cast("double")) for seed, part in enumerate((data.train, data.test))),
        data.features,
        (),
    )
    found = harness.train(data, 11, 0.01, [dealt])
    m = found.metrics
    assert m["auc"] > m["baseline_auc"] + 0.1 and m["brier"] < m["baseline_brier"]
    assert abs(m["dealt_out_auc"] - 0.5) < 0.05
    assert 0.8 < m["calibration_slope"] < 1.2 and "never" not in found.coefficients
    assert {g["trait"] for g in found.groups} == {"sex", "age", "department"}


def test_the_calibration_slope_has_an_interval_that_says_too_extreme_risks_apart() -> None:
    rng = np.random.default_rng(3)
    odds = rng.normal(-2, 1, 4000)
    label = (rng.random(4000) < 1 / (1 + np.exp(-odds))).astype(float)
    honest, extreme = (harness.slope(label, 1 / (1 + np.exp(-by * odds))) for by in (1, 2))
    assert honest["calibration_slope_low"] < 1 < honest["calibration_slope_high"]
    assert extreme["calibration_slope_low"] < 0.5 < extreme["calibration_slope_high"] < 0.7
    assert extreme["calibration_slope"] == pytest.approx(honest["calibration_slope"] / 2, abs=1e-6)


def test_the_penalty_is_chosen_on_people_left_out(spark, monkeypatch) -> None:
    """Forty features that tell nothing of few people ask for a strong penalty, one that tells all of many for a weak one."""
    monkeypatch.setattr(harness, "STRENGTHS", (0.001, 0.3))
    rng = np.random.default_rng(4)
    names = tuple(f"f{n}" for n in range(40))
    noise = pd.DataFrame(rng.normal(size=(150, 40)), columns=names).assign(label=rng.integers(0, 2, 150).astype(float))
    told = rng.normal(size=2000)
    signal = pd.DataFrame({"f0": told, "label": (rng.random(2000) < 1 / (1 + np.exp(-3 * told))).astype(float)})
    fitted = [
        harness.fit(spark.createDataFrame(frame.assign(person=[str(n) for n in range(len(frame))])), features)
        for frame, features in ((noise, names), (signal, ("f0",)))
    ]
    chosen = [harness.penalised(model)[0] for model in fitted]
    assert chosen == [0.3, 0.001]
    assert harness.penalised(fitted[1])[1][0] == pytest.approx(3 * told.std(), rel=0.15)


def test_a_penalty_that_is_too_strong_does_not_make_risks_too_moderate(spark) -> None:
    rng = np.random.default_rng(8)

    def people(n: int) -> pd.DataFrame:
        told = rng.normal(size=n)
        return pd.DataFrame(
            {
                "person": [str(x) for x in range(n)],
                "f0": told,
                "label": (rng.random(n) < 1 / (1 + np.exp(2 - 2 * told))).astype(float),
            }
        )

    model, later = harness.fit(spark.createDataFrame(people(3000)), ("f0",), 1.0), people(3000)
    found = harness.scores(model, spark.createDataFrame(later)).orderBy(F.col("person").cast("int")).toPandas()
    line = harness.slope(found["label"].to_numpy(), found["score"].to_numpy())
    assert line["calibration_slope_low"] < 1 < line["calibration_slope_high"] and abs(line["calibration_intercept"]) < 0.2


def test_a_feature_made_from_what_is_foretold_is_seen_when_that_is_dealt_out(spark) -> None:
    """The source of the label is given to others before data are made: an honest feature then knows nothing, one that was made from it still all."""
    rng = np.random.default_rng(6)
    ages, stays = rng.uniform(20, 90, 2000), rng.random(2000) < 0.3
    people = spark.createDataFrame(
        pd.DataFrame({"person": [f"{n:04d}" for n in range(2000)], "age": ages, "sex": "female", "department": "13"})
    )
    admitted = spark.createDataFrame(pd.DataFrame({"person": [f"{n:04d}" for n in np.flatnonzero(stays)]}))
    dealt = harness.dealt_out(people, 1)
    pairs = dealt.collect()
    assert sorted(p for p, _ in pairs) == sorted(o for _, o in pairs) and sum(p == o for p, o in pairs) < 20
    given = admitted.join(dealt, "person").select(F.col("other").alias("person"))

    def data(source: DataFrame, leak: bool) -> harness.Data:
        told = people.join(source.withColumn("label", F.lit(1.0)), "person", "left").fillna(0.0, ["label"])
        rows = told.withColumn("made", F.col("label") * 2 if leak else F.col("age") / 10)
        early = F.pmod(F.xxhash64("person"), F.lit(2)) == 0
        return harness.Data(rows.where(early), rows.where(~early), ("age", "made"), ("age",))

    assert harness.train(data(admitted, True), 11, 0.01, [data(given, True)]).metrics["dealt_out_auc"] > 0.95
    assert abs(harness.train(data(admitted, False), 11, 0.01, [data(given, False)]).metrics["dealt_out_auc"] - 0.5) < 0.06
