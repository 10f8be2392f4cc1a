"""Delta tables by name: created from contracts, read at versions, written exactly once.

Exactly once: a batch's rows carry its number, so a write first looks whether the table holds them (true after a kill between
tables, false after a RESTORE). Delta's own transaction id guards the gap between look and commit; its application id names
the last RESTORE, because Delta still counts ids of versions that a RESTORE undid.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from p4dp.artefacts import ddl
from p4dp.artefacts.arrow import schema_of
from p4dp.config import Config
from p4dp.contracts import TABLES
from p4dp.errors import StorageError
from p4dp.storage import delta_rs
from p4dp.storage.lease import Lease

#: Rows of a table up to which this process answers questions itself; the keys of so many take about a gigabyte.
_FEW = 30_000_000
_IGNORED = "{}: batch {} counts as already written, by another run or by one whose rows are not there"


@contextmanager
def without_values(doing: str) -> Iterator[None]:
    """Rewrites the engine's errors: what was done, its error class, the constraint; never its message, which prints rows."""
    try:
        yield
    except (PySparkException, Py4JError) as error:
        text = str(error)
        name = re.search(r"CHECK constraint (\w+)|\[(?:DELTA_)?NOT_NULL[^]]*\][^:]*column[^:]*: ?(\w+)", text)
        kind = re.search(r"\[([A-Z_.]{4,})\]", text)
        rule = f", rule {(name.group(1) or name.group(2)).replace('__', '.')}" if name else ""
        where = f" ({kind.group(1)})" if kind else f" ({type(error).__name__})"
        raise StorageError(f"{doing}{where}{rule}; the engine's message is left out because it may hold values") from None


class Tables:
    """The tables of one home."""

    def __init__(self, spark: SparkSession, config: Config, lease: Lease | None = None) -> None:
        self.spark, self._config, self._lease = spark, config, lease
        self._roots = {"vault": config.at(config.roots.vault), "restricted": config.at(config.roots.restricted)}
        self._known: set[str] = set()
        self._new: int | None = None
        self._written: set[str] = set()

    def path(self, name: str) -> str:
        """Where `layer.table` lies."""
        layer, table = name.split(".")
        root = self._roots.get(layer, f"{self._config.at(self._config.roots.warehouse)}/{layer}")
        return f"{root}/{table}"

    def exists(self, name: str) -> bool:
        """Whether the table was created."""
        if name in self._known:
            return True
        if "://" in self.path(name):
            try:
                self.spark.sql(f"DESCRIBE DETAIL delta.`{self.path(name)}`").collect()
                found = True
            except PySparkException:
                found = False
        else:
            found = bool(self._versions(name))
        if found:
            self._known.add(name)
        return found

    def create(self, name: str) -> None:
        """Creates the table from its contract unless it exists."""
        if not self.exists(name):
            self._fence()
            # a run that was killed while it created the table left a log without a version: Delta takes that for a table
            log = Path(self.path(name), "_delta_log")
            if "://" not in self.path(name) and not any(log.glob("*checkpoint*")):
                shutil.rmtree(log, ignore_errors=True)
            with without_values(f"creating {name}"):
                self.spark.sql(ddl.create(TABLES[name], self.path(name)))
            self._known.add(name)

    def empty(self, name: str) -> None:
        """Empties the table and amends it; earlier versions stay."""
        if not self.exists(name):
            return
        self._fence()
        with without_values(f"emptying {name}"):
            self.spark.sql(f"DELETE FROM delta.`{self.path(name)}`").collect()
        self.amend(name)

    def amend(self, name: str) -> None:
        """Gives the table, unless it is still to be created, the columns and constraints that its contract has gained or changed since; rows that it holds must keep them."""
        if not self.exists(name):
            return
        self._fence()
        path = self.path(name)
        with without_values(f"amending {name}"):
            columns, told = self._described(name)
            constraints = {
                k.removeprefix("delta.constraints.").lower(): v for k, v in told.items() if k.startswith("delta.constraints.")
            }
            for statement in ddl.amended(TABLES[name], path, columns, constraints):
                self.spark.sql(statement)

    def _described(self, name: str) -> tuple[list[str], dict[str, str]]:
        """Columns and properties of a table that exists."""
        if delta_rs.reads(self.path(name)):
            return delta_rs.described(self.path(name))
        properties = self.spark.sql(f"SHOW TBLPROPERTIES delta.`{self.path(name)}`").collect()
        return self.read(name).columns, {r["key"]: r["value"] for r in properties}

    def read(self, name: str, version: int | None = None) -> DataFrame:
        """The table, at a version or as it is; without rows when it was never created."""
        if not self.exists(name):
            return self.spark.createDataFrame([], ddl.columns(TABLES[name]))
        at = "" if version is None else f" VERSION AS OF {version}"
        return self.spark.sql(f"SELECT * FROM delta.`{self.path(name)}`{at}")

    def rows(self, name: str, version: int | None = None) -> list[dict[str, Any]]:
        """All rows of a table of few rows, at a version or as it is, in no order; none when it was never created."""
        if not self.exists(name):
            return []
        if delta_rs.reads(self.path(name)):
            return delta_rs.rows(self.path(name), version)
        utc = {c.name for c in TABLES[name].columns if c.type == "timestamp"}
        return [
            {k: v.astimezone(dt.UTC) if k in utc and v else v for k, v in r.asDict().items()}
            for r in self.read(name, version).collect()
        ]

    def changed(self, name: str, batch_id: int, added: dict[str, str]) -> DataFrame:
        """Rows that a batch wrote, with boolean columns: name → SQL."""
        rows = self.read(name).where(F.col("batch_id") == batch_id)
        return rows.withColumns({n: F.expr(sql) for n, sql in added.items()}) if added else rows

    def few_changed(self, name: str, batch_id: int, added: dict[str, str], most: int) -> pd.DataFrame | None:
        """`changed`, in memory; None when there are more than `most` rows."""
        if delta_rs.reads(self.path(name)):
            found = delta_rs.changed(self.path(name), schema_of(name), batch_id, added, most)
            return None if len(found) > most else found.to_pandas()
        sample = self.changed(name, batch_id, added).limit(most + 1).toPandas()
        return None if len(sample) > most else sample

    def ask(self, query: str, **names: str) -> list[dict[str, Any]]:
        """The answer to a query over `{name}`s of tables: of this process where none has many rows, for a hundredth of the time; else of the engine.

        Args:
            query: in the SQL that both know.
            names: table by the name that the query gives it.
        """
        paths = {name: self.path(told) for name, told in names.items()}
        if all(delta_rs.reads(p) and 0 <= delta_rs.held(p) <= _FEW for p in paths.values()):
            return delta_rs.ask(query.format(**{n: n for n in names}), paths)
        frames: dict[str, Any] = {name: self.read(told) for name, told in names.items()}
        return [r.asDict() for r in self.spark.sql(query, **frames).collect()]

    def _versions(self, name: str) -> list[int]:
        return [int(p.stem) for p in Path(self.path(name), "_delta_log").glob("*.json") if p.stem.isdigit()]

    def version(self, name: str) -> int:
        """The latest version."""
        if "://" not in self.path(name):  # what Delta itself does, without a job
            return max(self._versions(name))
        return int(self._history(name, 1)[0]["version"])

    def _history(self, name: str, limit: int) -> list[dict[str, Any]]:
        rows = self.spark.sql(f"DESCRIBE HISTORY delta.`{self.path(name)}` LIMIT {limit}").select("version", "operation").collect()
        return [r.asDict() for r in rows]

    def _fence(self) -> None:
        if self._lease:
            self._lease.check()

    def opened(self, batch_id: int) -> None:
        """Says that this process opened a new batch: before its own first write, no table can hold rows of it."""
        self._new = batch_id

    def is_new(self, batch_id: int) -> bool:
        """Whether this process opened the batch."""
        return batch_id == self._new

    def holds(self, name: str, batch_id: int) -> bool:
        """Whether the table holds rows of the batch."""
        if not self.exists(name) or self.version(name) == 0 or (batch_id == self._new and name not in self._written):
            return False
        if delta_rs.reads(self.path(name)):
            return bool(len(delta_rs.changed(self.path(name), pa.schema([("batch_id", pa.int64())]), batch_id, {}, 0)))
        return bool(self.read(name).where(F.col("batch_id") == batch_id).limit(1).count())

    def _restores(self, name: str) -> int:
        """Version of the last RESTORE, -1 when there was none."""
        if self.version(name) < 2:
            return -1
        rows = self.spark.sql(f"DESCRIBE HISTORY delta.`{self.path(name)}`").where("operation = 'RESTORE'")
        return int(rows.agg(F.coalesce(F.max("version"), F.lit(-1))).collect()[0][0])

    def append(self, name: str, rows: DataFrame, batch_id: int) -> bool:
        """Appends a batch's rows once; False when the table holds them already.

        Raises:
            StorageError: a constraint is broken, or the engine failed; nothing was written.
        """
        self.create(name)
        if self.holds(name, batch_id):
            return False
        self._fence()
        with without_values(f"appending to {name}"):
            before = self.version(name)
            writer = rows.select(*TABLES[name].names).write.format("delta").mode("append")
            # even of a batch that is new: a run that stalled in its write must not write beside the one that took over
            writer = writer.option("txnAppId", self._writer(name)).option("txnVersion", batch_id)
            writer.option("userMetadata", f'{{"batch":{batch_id}}}').save(self.path(name))
            if self.version(name) == before and rows.limit(1).count():
                raise StorageError(_IGNORED.format(name, batch_id))
        self._written.add(name)
        return True

    def adopt(self, name: str, files: list[str], batch_id: int) -> bool:
        """Makes Parquet files in the table's columns part of it, as a batch's rows, once; False when the table holds them already.

        Raises:
            StorageError: the engine failed; no file is part of the table.
        """
        self.create(name)
        if not delta_rs.writes(self.path(name)):
            return self.append(name, self.spark.read.schema(ddl.columns(TABLES[name])).parquet(*files), batch_id)
        if self.holds(name, batch_id):
            return False
        path, writer = self.path(name), self._writer(name)
        actions = delta_rs.copied(files, path, schema_of(name), ddl.skipped_by(TABLES[name]))
        self._fence()
        if delta_rs.seen(path, writer) >= batch_id:
            raise StorageError(_IGNORED.format(name, batch_id))
        delta_rs.commit(path, actions, writer, batch_id)
        self._written.add(name)
        return True

    def _writer(self, name: str) -> str:
        """The application id under which a table's batches are counted since its last RESTORE."""
        return f"p4dp:{name}:{self._restores(name)}"

    def append_kept(self, name: str, rows: DataFrame, kept: str, batch_id: int) -> int:
        """Appends the rows that a condition keeps; returns the number of the others, -1 when an earlier run wrote the batch."""
        seen = Observation()
        # the condition is a column of its own below the observation, so that each row is judged once
        watched = rows.withColumn("_kept", F.expr(kept)).observe(seen, F.count_if(~F.col("_kept")).alias("others"))
        if not self.append(name, watched.where("_kept"), batch_id):
            return -1
        return int(seen.get["others"])

    def log(self, name: str, rows: list[dict[str, object]]) -> None:
        """Appends to a table of few rows; a column that its contract gained since it was created is added, empty in earlier rows."""
        if not rows:
            return
        self.create(name)
        self._fence()
        listed = [{c: r.get(c) for c in TABLES[name].names} for r in rows]
        if delta_rs.writes(self.path(name)):
            try:
                delta_rs.append(self.path(name), listed, schema_of(name))
            except StorageError as error:
                told = ", ".join(self._broken(name, listed)) or "none that is declared"
                raise StorageError(f"{error}, rule {told}; the message is left out because it may hold values") from None
            return
        with without_values(f"writing {name}"):
            frame = self.spark.createDataFrame([tuple(r.values()) for r in listed], ddl.columns(TABLES[name]))
            frame.coalesce(1).write.format("delta").mode("append").option("mergeSchema", "true").save(self.path(name))

    def _broken(self, name: str, listed: list[dict[str, Any]]) -> list[str]:
        """Codes of the rules that rows break."""
        missing = [
            f"{name.split('.')[1]}.{c.name}.required"
            for c in TABLES[name].columns
            if c.required and any(r[c.name] is None for r in listed)
        ]
        checks = ddl.checks(TABLES[name])
        if missing or not checks:
            return missing
        with without_values(f"reading rows of {name}"):
            rows = self.spark.createDataFrame([tuple(r.values()) for r in listed], ddl.columns(TABLES[name]))
            found = rows.selectExpr(*(f"count_if(NOT ({sql})) AS `{n}`" for n, sql in checks.items())).collect()[0]
        return [n.replace("__", ".") for n in checks if found[n]]

    def merge(self, name: str, rows: DataFrame, replaced_practices: list[str]) -> None:
        """Upserts and deletes by key in one commit.

        Args:
            rows: the contract's columns and `_gone`: true where the key must not stay.
            replaced_practices: practices whose rows are all in `rows`; what is not there goes.
        """
        table = TABLES[name]
        self.create(name)
        self._fence()
        view = f"p4dp_merge_{name.replace('.', '_')}"
        rows.select(*table.names, "_gone").createOrReplaceTempView(view)
        on = " AND ".join(f"t.`{k}` = s.`{k}`" for k in table.key)
        updates = ", ".join(f"t.`{c}` = s.`{c}`" for c in table.names)
        listed = ", ".join(f"`{c}`" for c in table.names)
        values = ", ".join(f"s.`{c}`" for c in table.names)
        statement = (
            f"MERGE INTO delta.`{self.path(name)}` t USING {view} s ON {on}"
            f" WHEN MATCHED AND s._gone THEN DELETE WHEN MATCHED THEN UPDATE SET {updates}"
            f" WHEN NOT MATCHED AND NOT s._gone THEN INSERT ({listed}) VALUES ({values})"
        )
        if replaced_practices:
            keys = ", ".join(f"'{p}'" for p in sorted(replaced_practices))
            statement += f" WHEN NOT MATCHED BY SOURCE AND t.practice_key IN ({keys}) THEN DELETE"
        with without_values(f"merging into {name}"):
            self.spark.sql(statement).collect()
        self.spark.catalog.dropTempView(view)

    def overwrite(self, name: str, rows: DataFrame) -> None:
        """Replaces a small derived table whole."""
        self.create(name)
        self._fence()
        with without_values(f"writing {name}"):
            rows.select(*TABLES[name].names).write.format("delta").mode("overwrite").save(self.path(name))

    def replace(self, name: str, rows: DataFrame, slices: list[str]) -> None:
        """Replaces slices (values of p4dp_slice) of a table in one commit; others stay."""
        self.create(name)
        self._fence()
        listed = ", ".join(f"'{s}'" for s in slices)
        with without_values(f"writing {name}"):
            chosen = rows.select(*TABLES[name].names).where(f"p4dp_slice IN ({listed})")
            chosen.write.format("delta").mode("overwrite").option("replaceWhere", f"p4dp_slice IN ({listed})").save(self.path(name))

    def restore(self, name: str, version: int) -> None:
        """Takes the table back to a version."""
        self._fence()
        with without_values(f"restoring {name}"):
            self.spark.sql(f"RESTORE TABLE delta.`{self.path(name)}` TO VERSION AS OF {version}").collect()

    def upkeep(self, name: str) -> None:
        """Compacts the table; old versions stay until VACUUM."""
        self._fence()
        with without_values(f"optimising {name}"):
            self.spark.sql(f"OPTIMIZE delta.`{self.path(name)}`").collect()

    def parquet(self, path: str, rows: DataFrame) -> DataFrame:
        """Breaks lineage: writes rows as a staging file and reads them back."""
        return self.counted(path, rows, {})[0]

    def counted(self, path: str, rows: DataFrame, counts: dict[str, Column]) -> tuple[DataFrame, dict[str, int]]:
        """`parquet`, and aggregates of the rows that were taken while they were written."""
        self._fence()
        seen = Observation()
        watched = rows.observe(seen, *(c.alias(n) for n, c in counts.items())) if counts else rows
        with without_values("staging"):
            watched.write.mode("overwrite").parquet(path)
        return self.spark.read.schema(rows.schema).parquet(path), dict(seen.get) if counts else {}
