"""What a scientist opens: published tables as Spark DataFrames, with their contract beside them. It only reads."""

from __future__ import annotations

import difflib
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from p4dp.algorithms import code_list
from p4dp.config import load
from p4dp.contracts import TABLES, Table
from p4dp.errors import UsageError
from p4dp.pipeline.context import Context
from p4dp.storage.session import start

#: Layers that a scientist reads; vault and restricted have accounts of their own, bronze is raw.
LAYERS = ("silver", "events", "linked", "gold", "snds", "ops")


class Warehouse:
    """The published state of one warehouse. `warehouse["silver.diagnosis"]` is a DataFrame."""

    def __init__(self, home: str | None, config: str) -> None:
        settings = load(Path(config), home)
        self._context = Context.of(settings, start(settings, "warehouse"))
        self._published = self._context.ledger.published()

    @property
    def spark(self) -> SparkSession:
        """The session, for SQL and for frames of your own."""
        return self._context.spark

    def tables(self) -> dict[str, str]:
        """Names of the tables that can be read → what one row is."""
        return {
            n: TABLES[n].grain
            for n in sorted(TABLES)
            if n.split(".")[0] in LAYERS and (n in self._published or n.startswith("ops."))
        }

    def contract(self, name: str) -> Table:
        """What a table promises: columns with type, unit and source, rules, caveat.

        Raises:
            UsageError: there is no such table; the nearest name is said.
        """
        if name not in TABLES:
            near = difflib.get_close_matches(name, self.tables(), 1)
            raise UsageError(f"no table {name}" + (f"; did you mean {near[0]}?" if near else ""))
        return TABLES[name]

    def __getitem__(self, name: str) -> DataFrame:
        """A table at its published version.

        Raises:
            UsageError: it does not exist, is not a scientist's to read, or is not published.
        """
        if self.contract(name).layer not in LAYERS:
            raise UsageError(f"{name} is not read from here: {', '.join(LAYERS)} are")
        if name not in self._published and not name.startswith("ops."):
            raise UsageError(f"{name} is not published yet")
        return self._context.tables.read(name, self._published.get(name))

    def version(self, name: str) -> int:
        """The version that is read: note it with every result."""
        self[name]
        return self._published[name]

    def findings(self, algorithm: str, side: str = "gp") -> DataFrame:
        """What an algorithm found on one side."""
        return self["gold.finding"].where((F.col("algorithm") == algorithm) & (F.col("side") == side))

    def code_list(self, name: str) -> code_list.CodeList:
        """A code list of the library, with version, status and source."""
        lists = code_list.load()
        if name not in lists:
            near = difflib.get_close_matches(name, lists, 1)
            raise UsageError(f"no code list {name}" + (f"; did you mean {near[0]}?" if near else ""))
        return lists[name]
