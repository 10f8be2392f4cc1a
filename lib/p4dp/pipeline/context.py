"""What every stage of a run shares."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property

from pyspark.sql import SparkSession

from p4dp.config import Config
from p4dp.pipeline import referential
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

    @cached_property
    def mappings(self) -> Mappings:
        """Words of all software, and the site's referentials.

        Raises:
            UsageError: a referential is not what it should be.
        """
        values: dict[str, dict[str, dict[str, str]]] = {}
        for name, source in self.sources.items():
            for field, words in source.values.items():
                values.setdefault(field, {})[name] = dict(words)
        held, at = self.config.referentials, self.config.at
        drugs = referential.read(self.spark, at(held.drugs), "cip13", "atc")
        return Mappings(values, drugs, referential.communes(self.spark, at(held.communes)))

    def outbox(self, batch_id: int) -> str:
        """Where split leaves what land and conform may read: pseudonyms and coarsened traits, no identity."""
        return f"{self.config.at(self.config.roots.vault)}/outbox/batch={batch_id}"
