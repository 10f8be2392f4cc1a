"""Registered algorithms and models: versions with signature, example, card, aliases, and the reason of every promotion."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import mlflow
import mlflow.spark
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.types.schema import ColSpec, ParamSchema, ParamSpec, Schema
from pyspark.ml import PipelineModel

from p4dp.algorithms.core import Algorithm, code_of
from p4dp.config import Config
from p4dp.errors import UsageError
from p4dp.models import portable_algorithm, tracking

log = logging.getLogger("p4dp")
ALIASES = ("candidate", "champion")
_PARTS = ("algorithms", "errors.py", "__init__.py")


@contextmanager
def _at(config: Config) -> Iterator[mlflow.MlflowClient]:
    """MLflow's own state set to the site's server, and set back."""
    before, registry = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    mlflow.set_tracking_uri(tracking.uri(config))
    mlflow.set_registry_uri(tracking.uri(config))
    try:
        yield mlflow.MlflowClient(tracking_uri=tracking.uri(config), registry_uri=tracking.uri(config))
    finally:
        mlflow.set_tracking_uri(before)
        mlflow.set_registry_uri(registry)


def example() -> pd.DataFrame:
    """Two people who do not exist."""
    person = {"sex": "female", "birth_year": 1950, "birth_month": 3, "observed_from": "2020-01-01", "observed_until": "2025-12-31"}
    known = {**person, "person": "invented-1", "origin": "diagnosis", "system": "CISP-2", "code": "T90", "day": "2024-05-02"}
    free = {**person, "person": "invented-2", "origin": "diagnosis", "system": "CISP-2", "code": "R05", "day": "2024-05-02"}
    frame = pd.DataFrame([known, free]).reindex(columns=[*portable_algorithm.PEOPLE, *portable_algorithm.RECORDS])
    numbers = dict.fromkeys(("value", "quantity"), 0.0)
    return frame.fillna({c: numbers.get(c, "") for c in frame.columns})


def _signature() -> ModelSignature:
    kinds = {"birth_year": "long", "birth_month": "long", "value": "double", "quantity": "double"}
    columns = [
        ColSpec(kinds.get(n, "string"), n, required=n == "person")
        for n in (*portable_algorithm.PEOPLE, *portable_algorithm.RECORDS)
    ]
    found = [ColSpec("double" if n == "value" else "string", n, required=False) for n in portable_algorithm.COLUMNS]
    params = [
        ParamSpec("side", "string", "gp"),
        ParamSpec("as_of", "string", ""),
        ParamSpec("parameters", "string", "{}"),
    ]
    return ModelSignature(Schema(columns), Schema(found), ParamSchema(params))


def register(config: Config, algorithm: Algorithm, run_id: str, reason: str) -> dict[str, Any]:
    """Registers the algorithm of a run, as it ran: its file and lists are taken from the run. It becomes the candidate.

    Raises:
        UsageError: no such run, or not one of this algorithm.
    """
    if not reason.strip():
        raise UsageError("--reason is needed: why this version")
    with _at(config) as client:
        try:
            run = client.get_run(run_id)
        except MlflowException:
            raise UsageError(f"no run {run_id} at {tracking.uri(config)}") from None
        if run.data.tags.get("algorithm") != algorithm.name:
            raise UsageError(f"run {run_id} is not one of {algorithm.name}")
        with tempfile.TemporaryDirectory(prefix="p4dp-register-") as work:
            artifacts = {}
            for name, file in (("source", "source.py"), ("code_lists", "code_lists.json"), ("card", "card.md")):
                artifacts[name] = client.download_artifacts(run_id, file, work)
            if run.data.tags.get("code") != code_of(Path(artifacts["source"]).read_text("utf-8")):
                raise UsageError(
                    f"run {run_id} ran on other rules than those that are installed (p4dp.algorithms changed since): run {algorithm.name} again"
                )
            code = Path(work) / "p4dp"
            for part in _PARTS:
                origin = Path(portable_algorithm.__file__).parents[1] / part
                if origin.is_dir():
                    shutil.copytree(origin, code / part, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    code.mkdir(exist_ok=True)
                    shutil.copy(origin, code / part)
            card = Path(artifacts["card"]).read_text("utf-8")
            with mlflow.start_run(run_id=run_id):
                logged = mlflow.pyfunc.log_model(
                    name=algorithm.name, python_model=portable_algorithm.__file__, artifacts=artifacts, code_paths=[str(code)], signature=_signature(),
                    input_example=example(), registered_model_name=algorithm.name,
                    pip_requirements=[f"{p}=={version(p)}" for p in ("mlflow", "pyspark", "pandas", "pyyaml", "pyarrow")])  # fmt: skip
        client.set_terminated(run_id, run.info.status)  # opening it again changed its end
        number = str(logged.registered_model_version)
        client.update_model_version(algorithm.name, number, card)
        _told(client, algorithm.name, number, "candidate", reason)
    return {"model": algorithm.name, "version": int(number), "alias": "candidate", "run_id": run_id}


def _told(client: mlflow.MlflowClient, name: str, number: str, alias: str, reason: str) -> None:
    client.set_registered_model_alias(name, alias, number)
    who = os.environ.get("P4DP_USER") or getpass.getuser()
    told = {"alias": alias, "reason": reason, "by": who, "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds")}
    before = client.get_model_version(name, number).tags
    client.set_model_version_tag(name, number, f"promotion.{sum(k.startswith('promotion.') for k in before) + 1}", json.dumps(told))


def promote(config: Config, name: str, number: int, alias: str, reason: str) -> dict[str, Any]:
    """Gives a version an alias; the reason, who and when stay with the version.

    Raises:
        UsageError: no such version, an unknown alias, no reason.
    """
    if alias not in ALIASES:
        raise UsageError(f"alias {alias}: one of {', '.join(ALIASES)}")
    if not reason.strip():
        raise UsageError("--reason is needed: why this version")
    with _at(config) as client:
        try:
            client.get_model_version(name, str(number))
        except MlflowException:
            raise UsageError(f"no version {number} of {name} is registered") from None
        _told(client, name, str(number), alias, reason)
    return {"model": name, "version": number, "alias": alias, "reason": reason}


def note(config: Config, name: str, key: str, told: dict[str, Any]) -> None:
    """Keeps a finding about a registered model with it; nothing when it is not registered."""
    with _at(config) as client:
        try:
            client.set_registered_model_tag(name, key, json.dumps(told))
        except MlflowException:
            return


def notes(config: Config, name: str, prefix: str) -> list[dict[str, Any]]:
    """What was noted about a registered model under a prefix."""
    with _at(config) as client:
        try:
            tags = client.get_registered_model(name).tags
        except MlflowException:
            return []
    return [json.loads(v) for k, v in sorted(tags.items()) if k.startswith(prefix)]


def versions(config: Config, name: str) -> list[dict[str, Any]]:
    """Registered versions of a model with aliases and the reasons of their promotions."""
    with _at(config) as client:
        try:
            aliases = client.get_registered_model(name).aliases
        except MlflowException:
            return []
        out = []
        for found in client.search_model_versions(f"name = '{name}'"):
            told = client.get_model_version(name, found.version)
            mine = sorted(a for a, v in aliases.items() if str(v) == str(found.version))
            reasons = [json.loads(v) for k, v in sorted(told.tags.items()) if k.startswith("promotion.")]
            out.append({"version": int(found.version), "run_id": found.run_id, "aliases": mine, "promotions": reasons})
    return sorted(out, key=lambda r: r["version"])


def register_spark(
    config: Config, name: str, run_id: str, model: PipelineModel, signature: ModelSignature, example_: pd.DataFrame, reason: str
) -> int:
    """Registers a Spark ML pipeline of a run as candidate; returns its version."""
    with _at(config) as client, tempfile.TemporaryDirectory(prefix="p4dp-spark-model-") as work:
        with mlflow.start_run(run_id=run_id):
            logged = mlflow.spark.log_model(
                model, artifact_path=name, registered_model_name=name, signature=signature, input_example=example_, dfs_tmpdir=work,
                pip_requirements=[f"{p}=={version(p)}" for p in ("mlflow", "pyspark", "pandas", "numpy")])  # fmt: skip
        client.update_run(run_id, status="RUNNING")  # it is not over yet
        number = int(logged.registered_model_version)
        _told(client, name, str(number), "candidate", reason)
    return number


def load_spark(config: Config, uri: str) -> PipelineModel:
    """A registered Spark ML pipeline."""
    with _at(config), tempfile.TemporaryDirectory(prefix="p4dp-spark-model-") as work:
        return mlflow.spark.load_model(uri, dfs_tmpdir=work)


def load(config: Config, uri: str) -> Any:
    """The Python model behind a registered algorithm (`models:/NAME@champion`).

    Raises:
        UsageError: it is not registered.
    """
    with _at(config) as client:
        try:
            model = mlflow.pyfunc.load_model(uri)
            ran = client.get_run(model.metadata.run_id).data.tags.get("code")
        except MlflowException as error:
            raise UsageError(f"{uri}: {str(error).splitlines()[0]}") from None
    found = model.unwrap_python_model()
    if ran != code_of(found.algorithm.source):
        log.warning("%s: the package's rules changed since it was registered; in this process its file runs on those of today", uri)
    return found
