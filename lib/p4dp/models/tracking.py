"""MLflow: one run per linkage, algorithm or training."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow

from p4dp.config import Config


@dataclass(frozen=True)
class Run:
    """An MLflow run that is open."""

    run_id: str
    client: mlflow.MlflowClient

    def params(self, values: dict[str, Any]) -> None:
        """What was asked and read."""
        for key, value in values.items():
            self.client.log_param(self.run_id, key, value)

    def metrics(self, values: dict[str, float | int | None]) -> None:
        """What came out; nothing for what is not known."""
        for key, value in values.items():
            if value is not None:
                self.client.log_metric(self.run_id, key, float(value))

    def text(self, file: str, content: str) -> None:
        """An artifact that is text."""
        self.client.log_text(self.run_id, content, file)

    def object(self, file: str, content: Any) -> None:
        """An artifact that is JSON."""
        self.client.log_dict(self.run_id, content, file)


def uri(config: Config) -> str:
    """Where runs go: the server that is configured, or a database in the home."""
    return config.mlflow.uri or f"sqlite:///{Path(config.home).absolute()}/mlflow.db"


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
