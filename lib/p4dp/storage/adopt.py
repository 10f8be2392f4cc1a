"""Parquet files that workers wrote in a table's columns become files of that Delta table, without being written a second time.

The engine's own transaction commits them, so that its log store, its checks of the protocol and its conflicts hold as for any write;
the actions are the protocol's JSON. What such a write would have checked, the workers have: the columns, and that none is null that must not be.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyarrow.fs as pafs
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

from p4dp.storage.parts import filesystem_of

_AT_ONCE = 8
Action = dict[str, dict[str, Any]]


def _statistics(footer: pq.FileMetaData, columns: tuple[str, ...]) -> str:
    """Rows of a file, and bounds and nulls of columns that its footer holds them of, as Delta keeps them."""
    stats: dict[str, Any] = {"numRecords": footer.num_rows, "minValues": {}, "maxValues": {}, "nullCount": {}}
    groups = [footer.row_group(n) for n in range(footer.num_row_groups)]
    places = {groups[0].column(n).path_in_schema: n for n in range(footer.num_columns)} if groups else {}
    for name in columns:
        found = [g.column(places[name]).statistics for g in groups] if name in places else []
        if not found or not all(s is not None and s.has_min_max and s.has_null_count for s in found):
            continue
        low, high = min(s.min for s in found), max(s.max for s in found)
        if isinstance(low, dt.datetime):
            continue  # Delta's are cut to the millisecond, a bound must not be
        stats["minValues"][name], stats["maxValues"][name] = low, high
        stats["nullCount"][name] = sum(s.null_count for s in found)
    return json.dumps(stats, default=str)


def copied(files: list[str], folder: str, columns: tuple[str, ...]) -> list[Action]:
    """Copies files into a table's folder under their own names; gives what a commit must say of them.

    Copying again after a kill writes the same files; what no commit names is not part of the table.

    Args:
        columns: those of which the table keeps bounds per file.
    """

    def one(file: str) -> Action:
        (source, path), (target, inside) = filesystem_of(file), filesystem_of(folder)
        name = path.rpartition("/")[2]
        pafs.copy_files(path, f"{inside}/{name}", source_filesystem=source, destination_filesystem=target)
        with target.open_input_file(f"{inside}/{name}") as stream:
            size, footer = stream.size(), pq.read_metadata(stream)
        told = {"path": name, "partitionValues": {}, "size": size, "modificationTime": int(time.time() * 1000), "dataChange": True}
        return {"add": {**told, "stats": _statistics(footer, columns)}}

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(one, files))


def commit(spark: SparkSession, path: str, actions: list[Action], once: tuple[str, int] | None = None) -> bool:
    """Commits actions to a table in one version.

    Args:
        once: application and the number of this write; a table that has seen it is left as it is, and the answer is False.
    """
    jvm: Any = spark._jvm
    # a thread that has run no statement yet has no session of its own, and the transaction looks for one
    spark._get_j_spark_session_class(jvm).setActiveSession(spark._jsparkSession)
    delta = jvm.org.apache.spark.sql.delta
    nothing = getattr(getattr(jvm.scala, "None$"), "MODULE$")
    transaction = delta.DeltaLog.forTable(spark._jsparkSession, path).startTransaction(nothing, nothing)
    if once:
        application, number = once
        if transaction.txnVersion(application) >= number:
            return False
        actions = [*actions, {"txn": {"appId": application, "version": number, "lastUpdated": int(time.time() * 1000)}}]
    said = jvm.PythonUtils.toSeq([delta.actions.Action.fromJson(json.dumps(a)) for a in actions])
    operation = getattr(getattr(delta, "DeltaOperations$ManualUpdate$"), "MODULE$")
    transaction.commit(said, operation, getattr(getattr(jvm.scala.collection.immutable, "Map$"), "MODULE$").empty())
    return True
