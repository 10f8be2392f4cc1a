"""What every stage of a run shares."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from p4dp.config import Config
from p4dp.silver.mappings import Mappings
from p4dp.sources.spec import SourceSpec, load
from p4dp.storage.lease import Lease
from p4dp.storage.ledger import Ledger
from p4dp.storage.tables import Tables

log = logging.getLogger("p4dp")


@dataclass(frozen=True)
class Context:
    """One run: configuration, session, tables, ledger, sources."""

    config: Config
    spark: SparkSession
    tables: Tables
    ledger: Ledger

    @classmethod
    def of(cls, config: Config, spark: SparkSession, lease: Lease | None = None) -> Context:
        """A run that writes only while it holds the lease; without a lease it reads."""
        tables = Tables(spark, config, lease)
        return cls(config, spark, tables, Ledger(tables))

    @cached_property
    def sources(self) -> dict[str, SourceSpec]:
        """Every software of conf/sources."""
        return load(self.config.beside(self.config.sources))

    def _referential(self, path: str) -> DataFrame | None:
        file = self.config.at(path)
        if "://" not in file and not Path(file).exists():
            log.info("no referential %s: doing without", path)
            return None
        return self.spark.read.csv(file, header=True)

    @cached_property
    def mappings(self) -> Mappings:
        """Words of all software, and the site's referentials."""
        values: dict[str, dict[str, dict[str, str]]] = {}
        for name, source in self.sources.items():
            for field, words in source.values.items():
                values.setdefault(field, {})[name] = dict(words)
        return Mappings(
            values, self._referential(self.config.referentials.drugs), self._referential(self.config.referentials.communes)
        )

    def outbox(self, batch_id: int) -> str:
        """Where split leaves what land and conform may read: pseudonyms and coarsened traits, no identity."""
        return f"{self.config.at(self.config.roots.vault)}/outbox/batch={batch_id}"
