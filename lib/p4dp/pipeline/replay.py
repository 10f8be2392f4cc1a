"""runs replay: an algorithm's run again on the same table versions, with its own file and lists; the same rows, or what is gone."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import mlflow
from mlflow.exceptions import MlflowException
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException

from p4dp.algorithms import core
from p4dp.errors import StorageError, UsageError
from p4dp.models import portable_algorithm, tracking
from p4dp.pipeline import derive
from p4dp.pipeline.clock import Progress
from p4dp.pipeline.context import Context


def _version_gone(context: Context, name: str, version: int) -> str | None:
    """Why a version cannot be asked for; None when its history still has it."""
    try:
        context.tables.read(name, version)
    except (StorageError, PySparkException):
        return f"{name} version {version}: the version is no longer in its history"
    return None


def _files_gone(context: Context, name: str, version: int) -> str | None:
    """Why a version cannot be read to its end; None when it can. Only reading tells: data files and deletion vectors go at different times."""
    try:
        context.tables.read(name, version).write.format("noop").mode("overwrite").save()
    except (PySparkException, Py4JError):
        return f"{name} version {version}: data files were removed (VACUUM beyond retention)"
    return None


def run(context: Context, run_id: str, progress: Progress = lambda _: None) -> dict[str, Any]:
    """Replays a run of an algorithm; `identical` says whether every side gave the same rows.

    Raises:
        UsageError: no such run, not one of an algorithm, or an input that is gone.
    """
    client = mlflow.MlflowClient(tracking_uri=tracking.uri(context.config))
    try:
        told = client.get_run(run_id)
    except MlflowException:
        raise UsageError(f"no run {run_id} at {tracking.uri(context.config)}") from None
    tags, params = told.data.tags, told.data.params
    if "algorithm" not in tags or "sides" not in tags:
        raise UsageError(f"run {run_id} is not a run of an algorithm: only those can be replayed")
    versions = {k.removeprefix("version."): int(v) for k, v in params.items() if k.startswith("version.")}
    progress("inputs")
    if missing := [why for name, v in versions.items() if (why := _version_gone(context, name, v))]:
        raise UsageError(f"run {run_id} cannot be replayed: {'; '.join(missing)}")
    folder = Path(context.config.at(context.config.roots.warehouse)) / "staging" / f"replay={run_id}"
    kept = folder / "artifacts"
    kept.mkdir(parents=True, exist_ok=True)
    source = Path(client.download_artifacts(run_id, "source.py", str(kept))).read_text("utf-8")
    lists = portable_algorithm.lists_of(
        json.loads(Path(client.download_artifacts(run_id, "code_lists.json", str(kept))).read_text("utf-8"))
    )
    algorithm = portable_algorithm.algorithm_of(source)
    given = {k.removeprefix("parameter."): v for k, v in params.items() if k.startswith("parameter.")}
    found: dict[str, dict[str, Any]] = {}
    try:
        for side in tags["sides"].split(","):
            progress(side)
            data = derive.prepared(context, side, versions, lists.values(), str(folder))
            result = derive.run_one(
                context, algorithm, side, data, dt.date.fromisoformat(params[f"as_of.{side}"]), given, str(folder)
            )
            found[side] = {"rows": result.rows, "identical": result.hash == tags[f"hash.{side}"]}
    except StorageError:
        if missing := [why for name, v in versions.items() if (why := _files_gone(context, name, v))]:
            raise UsageError(f"run {run_id} cannot be replayed: {'; '.join(missing)}") from None
        raise
    shutil.rmtree(folder)
    return {"run_id": run_id, "algorithm": algorithm.name, "identical": all(f["identical"] for f in found.values()), "sides": found,
            "code_unchanged": core.code_of(algorithm.source) == tags["code"], "inputs": versions}  # fmt: skip
