"""Training in Spark ML and what a reader must know of a model: discrimination, calibration, fairness, a baseline, a test for leaks, drift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.classification import LogisticRegression, LogisticRegressionModel
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.feature import Imputer, StandardScaler, VectorAssembler, VectorSlicer
from pyspark.ml.functions import vector_to_array
from pyspark.ml.linalg import Matrices
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F
from scipy.special import logit
from sklearn.metrics import brier_score_loss, roc_auc_score

from p4dp.errors import UsageError

#: Population stability index above which a feature's distribution is said to have moved.
DRIFT = 0.2
#: Ridge penalties that are tried, each on `FOLDS` parts of the people.
STRENGTHS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
FOLDS = 5


@dataclass
class Data:
    """One model's data: `train` and `test` with person, label, features, and what groups are made of."""

    train: DataFrame
    test: DataFrame
    features: tuple[str, ...]
    baseline: tuple[str, ...]
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Trained:
    """A model and everything that was measured on data it never saw."""

    model: PipelineModel
    metrics: dict[str, float]
    calibration: list[dict[str, float]]
    groups: list[dict[str, Any]]
    strength: float
    coefficients: dict[str, float]
    distribution: dict[str, dict[str, list[float]]]


def fit(rows: DataFrame, features: tuple[str, ...], strength: float | None = None) -> PipelineModel:
    """Missing values by the median, scale by the deviation, logistic regression with a ridge penalty, then its odds calibrated on people who were left out.

    A penalty that serves to rank makes risks too moderate, and how much the data ask for is known roughly only: the odds that models without a fifth of the
    people gave these people say by how much to stretch.

    Args:
        rows: person, label, features.
        strength: of the ridge penalty; without it the one of `STRENGTHS` with the lowest log loss on people who were left out in turn.
    """
    ready, learnt = _learnt(rows, features)
    line: Any = LogisticRegression(featuresCol="features", labelCol="label", elasticNetParam=0.0, maxIter=100, rawPredictionCol="odds",
                                   probabilityCol="penalised", predictionCol="class")  # fmt: skip
    tried = list(STRENGTHS) if strength is None else [strength]
    loss: Any = MulticlassClassificationEvaluator(metricName="logLoss", probabilityCol="penalised", predictionCol="class")  # type: ignore[arg-type]  # not among the stub's names
    found = CrossValidator(
        estimator=line,
        estimatorParamMaps=ParamGridBuilder().addGrid(line.regParam, tried).build(),
        evaluator=loss,
        numFolds=FOLDS,
        foldCol="fold",
        collectSubModels=True,
    ).fit(learnt.cache())
    best: Any = found.bestModel
    place = tried.index(best.getRegParam())
    own = VectorSlicer(inputCol="odds", outputCol="own", indices=[1])
    left_out = [found.subModels[n][place].transform(learnt.where(F.col("fold") == n)) for n in range(FOLDS)]  # type: ignore[index]
    told = own.transform(reduce(DataFrame.unionAll, [part.select("odds", "label") for part in left_out]))
    # never turned round: odds that tell nothing are worth nothing
    again = LogisticRegression(featuresCol="own", labelCol="label", lowerBoundsOnCoefficients=Matrices.dense(1, 1, [0.0]))
    calibrated = again.fit(told)
    learnt.unpersist()
    return PipelineModel([*ready.stages, best, own, calibrated])


def _learnt(rows: DataFrame, features: tuple[str, ...]) -> tuple[PipelineModel, DataFrame]:
    """Features without gaps on one scale, and the rows in them, dealt out to folds."""
    ready = Pipeline(stages=[
        Imputer(strategy="median", inputCols=list(features), outputCols=[f"{f}_" for f in features]),
        VectorAssembler(inputCols=[f"{f}_" for f in features], outputCol="raw"),
        StandardScaler(inputCol="raw", outputCol="features", withMean=True),
    ]).fit(rows)  # fmt: skip
    return ready, ready.transform(rows).select(
        "features", "label", F.pmod(F.xxhash64("person"), F.lit(FOLDS)).cast("int").alias("fold")
    )


def penalised(model: PipelineModel) -> tuple[float, list[float]]:
    """The penalty of a fitted model, and what one deviation of each feature adds to the log odds."""
    line, calibrated = model.stages[-3], model.stages[-1]
    assert isinstance(line, LogisticRegressionModel) and isinstance(calibrated, LogisticRegressionModel)
    return line.getRegParam(), [float(w * calibrated.coefficients.toArray()[0]) for w in line.coefficients.toArray()]


def scores(model: PipelineModel, rows: DataFrame) -> DataFrame:
    """Rows with `score`, the probability."""
    return (
        model.transform(rows)
        .withColumn("score", vector_to_array(F.col("probability"))[1])
        .drop("raw", "features", "odds", "penalised", "class", "own", "rawPrediction", "probability", "prediction")
    )


def _with_gaps(rows: DataFrame, features: tuple[str, ...]) -> DataFrame:
    """A feature of which all values are missing cannot be imputed: it is zero."""
    return rows.withColumns({f: F.col(f).cast("double") for f in features})


def slope(label: np.ndarray, score: np.ndarray) -> dict[str, float]:
    """Calibration slope with its 95 % interval, and intercept: 1 and 0 when the risk that is said is the risk that is."""
    odds = logit(np.clip(score, 1e-6, 1 - 1e-6))
    line = sm.GLM(label, sm.add_constant(odds, has_constant="add"), family=sm.families.Binomial()).fit()
    low, high = line.conf_int()[1]
    return {
        "calibration_slope": float(line.params[1]),
        "calibration_slope_low": float(low),
        "calibration_slope_high": float(high),
        "calibration_intercept": float(line.params[0]),
    }


def quality(prefix: str, frame: pd.DataFrame) -> dict[str, float]:
    """Discrimination and calibration of scored rows."""
    label, score = frame["label"].to_numpy(), frame["score"].to_numpy()
    found = {"auc": float(roc_auc_score(label, score)), "brier": float(brier_score_loss(label, score)), **slope(label, score),
             "calibration_gap": float(abs(score.mean() - label.mean()))}  # fmt: skip
    return {f"{prefix}{name}": value for name, value in found.items()}


def _calibration(frame: pd.DataFrame, smallest: int) -> list[dict[str, float]]:
    ranked = frame.sort_values("score").reset_index(drop=True)
    parts = np.array_split(ranked.index, 10)
    out = []
    for part in parts:
        cases, people = int(ranked.loc[part, "label"].sum()), len(part)
        if not any(0 < n < smallest for n in (cases, people - cases, people)):
            out.append({"said": round(float(ranked.loc[part, "score"].mean()), 3), "was": round(cases / people, 3)})
    return out


def _groups(frame: pd.DataFrame, smallest: int) -> list[dict[str, Any]]:
    """Per group: AUC, mean risk said and seen, and share of the cases among the tenth with the highest risk; small groups are left out."""
    limit = frame["score"].quantile(0.9)
    bands = pd.cut(frame["age"], [-1, 39, 59, 74, 200], labels=["0 to 39", "40 to 59", "60 to 74", "75 and more"]).astype(str)
    out = []
    for trait, values in (("sex", frame["sex"]), ("age", bands), ("department", frame["department"])):
        for value, rows in frame.groupby(values):
            cases = int(rows["label"].sum())
            if cases < smallest or len(rows) - cases < smallest:
                continue
            hit = int((rows["score"] >= limit)[rows["label"] == 1].sum())
            hidden = any(0 < n < smallest for n in (hit, cases - hit))
            out.append({"trait": trait, "value": str(value), "auc": round(float(roc_auc_score(rows["label"], rows["score"])), 3),
                        "said": round(float(rows["score"].mean()), 2), "was": round(cases / len(rows), 2),
                        "sensitivity_of_top_tenth": None if hidden else round(hit / cases, 2)})  # fmt: skip
    return out


def _shares(rows: DataFrame, cuts: Mapping[str, list[float]]) -> dict[str, list[float]]:
    """Share of the rows between the cuts of every feature, those without a value aside."""
    columns = []
    for feature, edges in cuts.items():
        place = F.lit(0)
        for edge in edges:
            place = place + (F.col(feature) > edge).cast("int")
        columns += [F.avg((place == n).cast("double")).alias(f"{feature}|{n}") for n in range(len(edges) + 1)]
    seen = rows.agg(*columns).collect()[0].asDict() if columns else {}
    return {f: [float(seen[f"{f}|{n}"] or 0.0) for n in range(len(edges) + 1)] for f, edges in cuts.items()}


def distribution(rows: DataFrame, features: tuple[str, ...], smallest: int = 0) -> dict[str, dict[str, list[float]]]:
    """Tenths of every feature and the share of the rows in each, to compare later data with: in hundredths, and none where a few people would be told."""
    found = rows.approxQuantile(list(features), [n / 10 for n in range(1, 10)], 0.01)
    cuts = {f: sorted({float(x) for x in q}) for f, q in zip(features, found, strict=True)}
    shares, people = _shares(rows, cuts), rows.count()
    told = {f: [0.0 if 0 < s * people < smallest else round(s, 2) for s in shares[f]] for f in features}
    return {f: {"cuts": cuts[f], "shares": told[f]} for f in features}


def drift(rows: DataFrame, reference: Mapping[str, Mapping[str, list[float]]]) -> dict[str, float]:
    """Population stability index of every feature against the training data; above `DRIFT` it has moved."""
    known = {f: told for f, told in reference.items() if told["cuts"] and f in rows.columns}
    now = _shares(rows, {f: told["cuts"] for f, told in known.items()})
    out = {}
    for feature, told in known.items():
        expected, seen = np.clip(np.array(told["shares"]), 0.01, None), np.clip(np.array(now[feature]), 0.01, None)
        out[feature] = round(float(((seen - expected) * np.log(seen / expected)).sum()), 2)
    return out


def dealt_out(people: DataFrame, seed: int) -> DataFrame:
    """(person, other): each person and somebody else in the same crowd, whose records it is given; everybody gets and gives once."""
    place = F.row_number().over(Window.orderBy("person")).alias("_place")
    by_chance = F.row_number().over(Window.orderBy(F.xxhash64("person", F.lit(seed)), "person")).alias("_place")
    everybody = people.select("person").distinct()
    return (
        everybody.select("person", place).join(everybody.select(F.col("person").alias("other"), by_chance), "_place").drop("_place")
    )


def _auc(rows: DataFrame, later: DataFrame, features: tuple[str, ...], strength: float) -> float:
    """How well the people of `later` are ranked; ranks need no calibration."""
    ready, learnt = _learnt(rows.cache(), features)
    line = LogisticRegression(featuresCol="features", labelCol="label", elasticNetParam=0.0, maxIter=100, regParam=strength)
    frame = scores(PipelineModel([*ready.stages, line.fit(learnt)]), later).select("label", "score").toPandas()
    rows.unpersist()
    return float(roc_auc_score(frame["label"], frame["score"])) if frame["label"].nunique() == 2 else 0.5


def train(data: Data, smallest: int, strength: float | None = None, dealt: Sequence[Data] = ()) -> Trained:
    """Trains, and measures on `test`: the model, its baseline, and the same model on data in which what is to be foretold was dealt out to others.

    Args:
        dealt: the same data made after the *sources* of the label were dealt out (`dealt_out`): a feature that was made from them too still
            foretells it, so that an AUC away from 0.5 shows a leak.

    Raises:
        UsageError: too few cases to train or to measure on.
    """
    rows, later = _with_gaps(data.train, data.features).cache(), _with_gaps(data.test, data.features).cache()
    for name, part in (("train", rows), ("test", later)):
        counts = {r["label"]: r["count"] for r in part.groupBy("label").count().collect()}
        if counts.get(1.0, 0) < smallest or counts.get(0.0, 0) < smallest:
            about = ", ".join(f"{k} {v}" for k, v in data.about.items())
            raise UsageError(f"too few people to {name} on: at least {smallest} with and {smallest} without are needed ({about})")
    measured = {
        r[0]
        for r in rows.select(F.explode(F.array(*[F.when(F.col(f).isNotNull(), F.lit(f)) for f in data.features])).alias("f"))
        .where("f IS NOT NULL")
        .distinct()
        .collect()
    }
    features = tuple(f for f in data.features if f in measured)
    model, columns = fit(rows, features, strength), ("person", "label", "score", "age", "sex", "department")
    frame = scores(model, later).select(*columns).toPandas()
    metrics = quality("", frame)
    base = fit(rows, data.baseline, strength)
    metrics |= quality("baseline_", scores(base, later).select(*columns).toPandas())
    penalty, weights = penalised(model)
    if dealt:
        metrics["dealt_out_auc"] = float(
            np.mean([_auc(_with_gaps(d.train, features), _with_gaps(d.test, features), features, penalty) for d in dealt])
        )
    out = Trained(model, metrics, _calibration(frame, smallest), _groups(frame, smallest), penalty, dict(zip(features, weights, strict=True)),
                  distribution(rows, features, smallest))  # fmt: skip
    rows.unpersist()
    later.unpersist()
    return out
