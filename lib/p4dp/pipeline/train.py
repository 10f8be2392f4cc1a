"""train: a model from published tables, measured, registered as candidate; score: a registered model on the people of today; watch: the weekly signal."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.models import ModelSignature
from mlflow.types.schema import ColSpec, Schema
from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.algorithms import code_list, rules
from p4dp.contracts.small_counts import SMALLEST
from p4dp.errors import UsageError
from p4dp.linkage import assign
from p4dp.models import registry, tracking
from p4dp.models.training import admission, features, harness, influenza_watch, report, uncoded_diabetes
from p4dp.pipeline import derive
from p4dp.pipeline.clock import Progress
from p4dp.pipeline.context import Context, log

EXPERIMENT = "models"
MODELS = {m.NAME: m for m in (admission, uncoded_diabetes)}
#: Times that what is foretold is dealt out to others, to see whether anything leaks.
_DEALT = (1, 2)
#: Version of the watch; it has no model to register.
_WATCH_VERSION = 1


class _Inputs:
    """Published tables as training wants them; mentions are written once."""

    def __init__(self, context: Context, name: str, progress: Progress) -> None:
        self.context, published = context, context.ledger.published()
        wanted = [*derive.table_names("gp"), "events.event", "linked.link"]
        self.versions = {n: published[n] for n in wanted if n in published}
        if missing := [n for n in ("silver.patient", "silver.encounter") if n not in self.versions]:
            raise UsageError(f"nothing to train on: {', '.join(missing)} not published; run nightly first")
        self.folder = f"{context.config.at(context.config.roots.warehouse)}/staging/train={name}"
        lists = code_list.load()
        progress("mentions")
        side = derive.prepared(context, "gp", self.versions, [lists[n] for n in sorted({*features.LISTS, "diabetes"})], self.folder)
        self.people, self.mentions = side.people, side.mentions
        self.contacts = self.read("silver.encounter").select(
            F.col("patient_key").alias("person"), F.col("encounter_date").alias("day")
        )

    def read(self, name: str) -> DataFrame:
        """A table at its published version."""
        return self.context.tables.read(name, self.versions.get(name))

    @staticmethod
    def coded(mentions: DataFrame, day: dt.date) -> DataFrame:
        """Persons with a code of diabetes by a day, or of an unknown one."""
        told = rules.coded(mentions).where("code_list = 'diabetes'")
        return told.where(F.col("day").isNull() | (F.col("day") <= F.lit(day))).select("person").distinct()

    def data(self, name: str, as_of: dt.date | None, seed: int | None = None) -> harness.Data:
        """The data of a model; with a seed, what it foretells is dealt out to others first."""
        if name == uncoded_diabetes.NAME:
            day, mentions = as_of or derive.default_day(self.context), self.mentions
            if seed is not None:
                own = mentions.where("code_list = 'diabetes'").join(harness.dealt_out(self.people, seed), "person")
                given = own.drop("person").withColumnRenamed("other", "person")
                mentions = mentions.where("code_list != 'diabetes'").unionByName(given)
            return uncoded_diabetes.data(self.people, mentions, self.contacts, self.coded(mentions, day), day)
        if "linked.link" not in self.versions or "events.event" not in self.versions:
            raise UsageError("admission learns from linked patients: run load-snds and link first")
        events = self.read("events.event")
        links = assign.holding(self.read("linked.link")).withColumnRenamed("patient_key", "person")
        if seed is not None:
            links = links.join(harness.dealt_out(links, seed), "person").select(F.col("other").alias("person"), "beneficiary_id")
        stays = events.where("kind = 'stay'").select("beneficiary_id", F.col("start_date").alias("day"))
        until = as_of or events.where("kind = 'follow_up' AND start_date < end_date").agg(F.max("end_date")).collect()[0][0]
        if until is None:
            raise UsageError("admission needs claims that follow people: no follow-up period was computed; load more flow months")
        return admission.data(self.people, self.mentions, self.contacts, links, stays, until)


def run(
    context: Context, name: str, as_of: dt.date | None, strength: float | None, reason: str, progress: Progress = lambda _: None
) -> dict[str, Any]:
    """Trains a model and registers it as candidate; returns the closing summary.

    Args:
        as_of: the last day that counts; without it the last day that the data cover.
        strength: of the ridge penalty; without it chosen by cross-validation on the training data.

    Raises:
        UsageError: no such model, nothing to train on, too few cases.
    """
    if name == influenza_watch.NAME:
        return watch(context, progress)
    if name not in MODELS:
        raise UsageError(f"no model {name}; there are {', '.join((*MODELS, influenza_watch.NAME))}")
    inputs = _Inputs(context, name, progress)
    with tracking.tracked(context.config, EXPERIMENT, name, inputs.versions) as mlrun:
        mlrun.inputs({n: (context.tables.path(n), v) for n, v in inputs.versions.items()})
        progress("data")
        data = inputs.data(name, as_of)
        staged = {part: context.tables.parquet(f"{inputs.folder}/{part}", getattr(data, part)) for part in ("train", "test")}
        data = harness.Data(staged["train"], staged["test"], data.features, data.baseline, data.about)
        progress("train")
        trained = harness.train(data, SMALLEST, strength, [inputs.data(name, as_of, seed) for seed in _DEALT])
        moved = _drift(context, name, staged["test"])
        mlrun.params({**data.about, "strength": trained.strength, "features": ",".join(trained.coefficients)})
        mlrun.metrics(trained.metrics | {f"drift.{f}": v for f, v in moved.items()})
        mlrun.object("groups.json", trained.groups)
        mlrun.object("calibration.json", trained.calibration)
        mlrun.object("coefficients.json", trained.coefficients)
        mlrun.object("distribution.json", trained.distribution)
        mlrun.text("page.html", report.page(MODELS[name].SENTENCE, MODELS[name].LIMITS, data.about, trained))
        mlrun.tags({"model": name})
        progress("register")
        number = _register(context, name, mlrun.run_id, trained.model, list(trained.coefficients), reason)
    shutil.rmtree(inputs.folder, ignore_errors=True)
    return {
        "model": name,
        "version": number,
        "run_id": mlrun.run_id,
        "strength": trained.strength,
        **{k: round(v, 4) for k, v in trained.metrics.items()},
        "drifted": _drifted(name, moved),
    }


def _drift(context: Context, name: str, rows: DataFrame, chosen: dict[str, Any] | None = None) -> dict[str, float]:
    """How far the data of today are from those that a version, or the champion, or else the last version, was trained on."""
    if chosen is None:
        known = registry.versions(context.config, name)
        chosen = next((v for v in known if "champion" in v["aliases"]), known[-1] if known else None)
    if chosen is None:
        return {}
    client = mlflow.MlflowClient(tracking_uri=tracking.uri(context.config))
    with tempfile.TemporaryDirectory() as folder:
        text = Path(client.download_artifacts(chosen["run_id"], "distribution.json", folder)).read_text("utf-8")
    return harness.drift(rows, json.loads(text))


def _drifted(name: str, moved: Mapping[str, float]) -> list[str]:
    """Features that moved too far to trust the model as it is."""
    found = sorted(f for f, v in moved.items() if v > harness.DRIFT)
    if found:
        log.warning("%s: the data moved since it was trained: %s", name, ", ".join(found))
    return found


def _register(context: Context, name: str, run_id: str, model: PipelineModel, columns: list[str], reason: str) -> int:
    """The Spark ML pipeline as an MLflow model with signature and an invented example."""
    invented = pd.DataFrame([dict.fromkeys(columns, 1.0)])
    signature = ModelSignature(Schema([ColSpec("double", c, required=False) for c in columns]), Schema([ColSpec("double")]))
    return registry.register_spark(context.config, name, run_id, model, signature, invented, reason or "trained by configuration")


def score(context: Context, name: str, alias: str, progress: Progress = lambda _: None) -> dict[str, Any]:
    """Scores everybody whom the practices answer for today with a registered model; rows of gold.finding name it and its version."""
    if name not in MODELS:
        raise UsageError(f"no model {name} to score with; there are {', '.join(MODELS)}")
    chosen = next((v for v in registry.versions(context.config, name) if alias in v["aliases"]), None)
    if chosen is None:
        raise UsageError(f"{name} has no {alias}: p4dp train {name}, then p4dp algorithms promote {name} VERSION")
    inputs, day = _Inputs(context, f"{name}-score", progress), derive.default_day(context)
    model = registry.load_spark(context.config, f"models:/{name}@{alias}")
    rows = MODELS[name].asked(features.at(inputs.people, inputs.mentions, inputs.contacts, day, MODELS[name].HISTORY))
    if name == uncoded_diabetes.NAME:
        rows = rows.join(inputs.coded(inputs.mentions, day), "person", "left_anti")
    rows = context.tables.parquet(
        f"{inputs.folder}/rows", rows.withColumns({f: F.col(f).cast("double") for f in MODELS[name].FEATURES})
    )
    drifted = _drifted(name, _drift(context, name, rows, chosen))
    batch_id, slice_ = context.ledger.last_batch() + 1, f"{name}/gp"
    context.ledger.step(batch_id, "derive", "opened")
    context.tables.opened(batch_id)
    progress("score")
    found = harness.scores(model, rows).select(
        F.lit(slice_).alias("p4dp_slice"), F.lit(name).alias("algorithm"), F.lit(chosen["version"]).alias("version"), F.lit("gp").alias("side"), F.col("person").alias("person_id"),
        F.lit(None).cast("date").alias("start_date"), F.lit(None).cast("date").alias("end_date"), F.lit("score").alias("category"), F.col("score").alias("value"),
        F.array(F.lit("model")).alias("criteria"), F.lit(day).alias("as_of"), F.lit(chosen["run_id"]).alias("run_id"), F.lit(batch_id).cast("bigint").alias("batch_id"))  # fmt: skip
    context.tables.replace("gold.finding", found, [slice_])
    derive.gate(context, batch_id, "gold.finding")
    shutil.rmtree(inputs.folder, ignore_errors=True)
    return {
        "model": name,
        "version": chosen["version"],
        "alias": alias,
        "as_of": day.isoformat(),
        "people": context.tables.read("gold.finding").where(F.col("p4dp_slice") == slice_).count(),
        "drifted": drifted,
    }


def due(context: Context, today: dt.date) -> list[str]:
    """Models of `models.retrain_after` whose last version is older than so many days, or of which there is none.

    Raises:
        UsageError: no such model.
    """
    out = []
    for name, days in context.config.models.retrain_after.items():
        if name not in (*MODELS, influenza_watch.NAME):
            raise UsageError(f"models.retrain_after: no model {name}; there are {', '.join((*MODELS, influenza_watch.NAME))}")
        # the watch is fitted anew each time and has no version
        told = [p["at"] for v in registry.versions(context.config, name) for p in v["promotions"][:1]]
        if not told or (today - dt.date.fromisoformat(max(told)[:10])).days >= days:
            out.append(name)
    return out


def watch(context: Context, progress: Progress = lambda _: None) -> dict[str, Any]:
    """Weekly influenza-like illness by department, with expected level and alerts, into gold.weekly_signal."""
    published = context.ledger.published()
    wanted: tuple[str, ...] = ("silver.encounter", "silver.reason", "silver.diagnosis", "silver.patient")
    versions = {n: published[n] for n in wanted if n in published}
    if len(versions) < len(wanted):
        raise UsageError("nothing to watch: silver is not published; run nightly first")
    lists = code_list.load()
    matcher = code_list.Matcher(context.spark, [lists["influenza_like"]])

    def read(name: str) -> DataFrame:
        return context.tables.read(name, versions[name])

    week = F.date_trunc("week", "encounter_date").cast("date")
    visits = (
        read("silver.encounter")
        .where("kind != 'record_only'")
        .join(read("silver.patient").select("patient_key", "department"), "patient_key")
    )
    coded = [
        rows.select("encounter_id", F.col("code_system").alias("system"), "code")
        for rows in (read("silver.reason"), read("silver.diagnosis").where("assertion = 'present'"))
    ]
    ill = matcher.mentions(coded[0].unionAll(coded[1])).select("encounter_id").distinct().withColumn("_ill", F.lit(1))
    progress("count")
    rows = visits.where("department IS NOT NULL").join(ill, "encounter_id", "left").groupBy("department", week.alias("week")).agg(
        F.count("_ill").alias("cases"), F.count(F.lit(1)).alias("contacts")).toPandas()  # fmt: skip
    weekly = _every_week(rows)
    found = influenza_watch.watch(weekly)
    batch_id = context.ledger.last_batch() + 1
    with tracking.tracked(context.config, EXPERIMENT, influenza_watch.NAME, versions) as mlrun:
        mlrun.inputs({n: (context.tables.path(n), v) for n, v in versions.items()})
        alerts = found[found["alert"]]
        mlrun.metrics({"departments": found["department"].nunique(), "alert_weeks": len(alerts)})
        mlrun.text("page.html", report.weekly(influenza_watch.SENTENCE, found, SMALLEST))
        context.ledger.step(batch_id, "derive", "opened")
        context.tables.opened(batch_id)
        columns = ["department", "week", "cases", "contacts", "expected", "upper", "alert"]
        schema = "department string, week date, cases bigint, contacts bigint, expected double, upper double, alert boolean"
        frame = context.spark.createDataFrame(found[columns].values.tolist(), schema).withColumns({
            "watch": F.lit(influenza_watch.NAME), "version": F.lit(_WATCH_VERSION), "cases": F.col("cases").cast("int"), "contacts": F.col("contacts").cast("int"),
            "run_id": F.lit(mlrun.run_id), "batch_id": F.lit(batch_id).cast("bigint")})  # fmt: skip
        context.tables.overwrite("gold.weekly_signal", frame)
        derive.gate(context, batch_id, "gold.weekly_signal")
    return {
        "model": influenza_watch.NAME,
        "run_id": mlrun.run_id,
        "departments": int(found["department"].nunique()),
        "weeks": len(found),
        "drifted": influenza_watch.drifted(found),
        "alerts": len(alerts),
    }


def _every_week(rows: pd.DataFrame) -> pd.DataFrame:
    """Weeks without a contact are there with zeros; the last, unfinished week is left out."""
    if rows.empty:
        return rows
    weeks = pd.date_range(rows["week"].min(), rows["week"].max(), freq="7D").date[:-1]
    index = pd.MultiIndex.from_product([sorted(rows["department"].unique()), weeks], names=["department", "week"])
    return rows.set_index(["department", "week"]).reindex(index, fill_value=0).reset_index()
