"""MLflow: one run per linkage, algorithm or training."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

import mlflow
from mlflow.data.delta_dataset_source import DeltaDatasetSource
from mlflow.data.meta_dataset import MetaDataset
from mlflow.entities import DatasetInput, InputTag, Metric, Param, RunTag

from p4dp.config import Config

#: Metrics that a server takes in one call; of parameters and tags it takes a hundred.
_AT_ONCE = 1000


@dataclass(frozen=True)
class Run:
    """An MLflow run that is open."""

    run_id: str
    client: mlflow.MlflowClient

    def params(self, values: dict[str, Any]) -> None:
        """What was asked and read."""
        self.client.log_batch(self.run_id, params=[Param(key, str(value)) for key, value in values.items()])

    def metrics(self, values: Mapping[str, float | int | None]) -> None:
        """What came out; nothing for what is not known."""
        at = time.time_ns() // 1_000_000
        listed = [Metric(key, float(value), at, 0) for key, value in values.items() if value is not None]
        for start in range(0, len(listed), _AT_ONCE):
            self.client.log_batch(self.run_id, metrics=listed[start : start + _AT_ONCE])

    def text(self, file: str, content: str) -> None:
        """An artifact that is text."""
        self.client.log_text(self.run_id, content, file)

    def tags(self, values: dict[str, str]) -> None:
        """What a run is found by."""
        self.client.log_batch(self.run_id, tags=[RunTag(key, value) for key, value in values.items()])

    def inputs(self, tables: dict[str, tuple[str, int]]) -> None:
        """Tables that were read, as MLflow datasets: name → (path, version)."""
        listed = []
        for name, (path, version) in sorted(tables.items()):
            source = DeltaDatasetSource(path=path, delta_table_version=version)
            dataset = MetaDataset(source, name=name, digest=f"v{version}")
            listed.append(DatasetInput(dataset=dataset._to_mlflow_entity(), tags=[InputTag("mlflow.data.context", "input")]))
        self.client.log_inputs(self.run_id, datasets=listed)

    def object(self, file: str, content: Any) -> None:
        """An artifact that is JSON."""
        self.client.log_dict(self.run_id, content, file)


def uri(config: Config) -> str:
    """Where runs go: the server that is configured, or a database in the home."""
    return config.mlflow.uri or f"sqlite:///{Path(config.home).absolute()}/mlflow.db"


def runs(config: Config, experiment: str) -> list[dict[str, Any]]:
    """Runs of an experiment, newest first."""
    client = mlflow.MlflowClient(tracking_uri=uri(config))
    found = client.get_experiment_by_name(experiment)
    listed = client.search_runs([found.experiment_id], max_results=200) if found else []
    return [{"run_id": r.info.run_id, "name": r.info.run_name, "status": r.info.status, "as_of": r.data.params.get("as_of.gp") or r.data.params.get("as_of.snds"),
             "started": dt.datetime.fromtimestamp(r.info.start_time / 1000, dt.UTC).isoformat(timespec="seconds")} for r in listed]  # fmt: skip


@contextmanager
def tracked(config: Config, experiment: str, name: str, versions: dict[str, int]) -> Iterator[Run]:
    """Opens a run that names the versions of the tables it reads; it ends as failed when the work fails."""
    client = mlflow.MlflowClient(tracking_uri=uri(config))
    found = client.get_experiment_by_name(experiment)
    if found is None:
        # a server stores artifacts itself; without one they lie beside the database
        place = None if config.mlflow.uri else f"{Path(config.home).absolute()}/mlflow-artifacts/{experiment}"
        number = client.create_experiment(experiment, artifact_location=place)
    else:
        number = found.experiment_id
    run = client.create_run(number, run_name=name)
    out = Run(run.info.run_id, client)
    out.params({f"version.{table}": version for table, version in sorted(versions.items())})
    try:
        yield out
    except BaseException:
        client.set_terminated(out.run_id, "FAILED")
        raise
    client.set_terminated(out.run_id)
