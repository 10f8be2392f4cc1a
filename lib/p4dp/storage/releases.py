"""A project's own space: row-level tables below release/<project>/<release>, and what left it. A release counts once its manifest is there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from p4dp.config import Config
from p4dp.errors import UsageError
from p4dp.storage.tables import without_values

_MANIFEST = "manifest.json"


class Releases:
    """The space of one project. The site's file system decides who may enter it."""

    def __init__(self, spark: SparkSession, config: Config, project: str) -> None:
        self._spark = spark
        self.folder = Path(config.at(config.roots.release)) / project
        #: which person is in which practice, for checks only: not part of the project's space
        self._control = Path(config.at(config.roots.restricted)) / "release-control" / project

    def write(self, release_id: str, tables: dict[str, DataFrame], control: DataFrame, manifest: dict[str, Any]) -> Path:
        """Writes a release; until its last file is there it does not exist."""
        target = self.folder / release_id
        shutil.rmtree(target, ignore_errors=True)
        with without_values(f"releasing to {self.folder.name}"):
            for name, rows in tables.items():
                rows.write.format("delta").mode("overwrite").save(str(target / name))
            control.write.format("delta").mode("overwrite").save(str(self._control / release_id))
        (target / _MANIFEST).write_text(json.dumps(manifest, indent=1, default=str), "utf-8")
        return target

    def last(self) -> tuple[str, dict[str, Any]]:
        """The newest release and its manifest.

        Raises:
            UsageError: nothing was released to the project.
        """
        found = sorted(self.folder.glob(f"*/{_MANIFEST}"), key=lambda p: tuple(map(int, p.parent.name.split("-"))))
        if not found:
            raise UsageError(f"nothing was released to {self.folder.name} yet: p4dp publish {self.folder.name}")
        return found[-1].parent.name, json.loads(found[-1].read_text("utf-8"))

    def read(self, release_id: str, name: str) -> DataFrame:
        """A table of a release."""
        return self._spark.read.format("delta").load(str(self.folder / release_id / name))

    def control(self, release_id: str) -> DataFrame:
        """person, practice of a release."""
        return self._spark.read.format("delta").load(str(self._control / release_id))
