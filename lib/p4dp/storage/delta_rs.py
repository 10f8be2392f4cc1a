"""What Delta tables need no engine for: files that workers wrote become files of a table, few rows are appended and read. By delta-rs.

Spark has no way to add files that are there, and takes a second where delta-rs takes a hundredth. Nothing here knows a Spark session, so it is the
same with a classic one, one over Spark Connect, or another engine: the process that runs the stage reads and writes the folder itself, as it does
for the ledger's lease and the outbox. delta-rs writes to tables on a mounted file system that are not clustered; others are Spark's.
"""

from __future__ import annotations

import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs as pafs
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, QueryBuilder, Transaction, write_deltalake
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction
from sqlglot import transpile

from p4dp.errors import StorageError

_AT_ONCE = 8


def reads(path: str) -> bool:
    """Whether the table is on a mounted file system."""
    return "://" not in path


def writes(path: str) -> bool:
    """Whether the table can be written to: it is on a mounted file system, and not clustered (as all bronze was in older homes)."""
    return reads(path) and "clustering" not in (DeltaTable(path, without_files=True).protocol().writer_features or [])


def rows(path: str, version: int | None = None) -> list[dict[str, Any]]:
    """All rows of a table of few rows, at a version or as it is, in no order; moments in UTC."""
    return list(DeltaTable(path, version=version).to_pyarrow_table().to_pylist(maps_as_pydicts="strict"))


def held(path: str) -> int:
    """Rows in the files of a table, those that are marked as deleted among them; -1 when a file does not tell."""
    told = pa.table(DeltaTable(path).get_add_actions(flatten=True))["num_records"]
    return -1 if told.null_count else int(pc.sum(told).as_py() or 0)


def described(path: str) -> tuple[list[str], dict[str, str]]:
    """Columns of a table, and its properties."""
    table = DeltaTable(path, without_files=True)
    return [f.name for f in table.schema().fields], {k: v for k, v in table.metadata().configuration.items() if v is not None}


def ask(query: str, paths: dict[str, str]) -> list[dict[str, Any]]:
    """The answer to a query of its own dialect (DataFusion) over tables, by the names that it gives them."""
    builder = QueryBuilder()
    for name, path in paths.items():
        builder = builder.register(name, DeltaTable(path))
    return list(pa.table(builder.execute(query).read_all()).to_pylist())


def changed(path: str, schema: pa.Schema, batch_id: int, added: dict[str, str], most: int) -> pa.Table:
    """Rows of a batch, at most one more than `most`.

    Args:
        schema: the columns that are wanted.
        added: boolean columns: name → condition in Spark's SQL.
    """
    conditions = [f'{transpile(sql, "spark", "postgres")[0]} AS "{name}"' for name, sql in added.items()]
    wanted = ", ".join([*(f'"{name}"' for name in schema.names), *conditions])
    query = f"SELECT {wanted} FROM t WHERE batch_id = {batch_id} LIMIT {most + 1}"
    found = pa.table(QueryBuilder().register("t", DeltaTable(path)).execute(query).read_all())
    return found.cast(pa.schema([*(f.with_nullable(True) for f in schema), *((name, pa.bool_()) for name in added)]))


def append(path: str, listed: list[dict[str, Any]], schema: pa.Schema) -> None:
    """Appends few rows; columns that the table does not have are added to it.

    Raises:
        StorageError: a constraint is broken, a value is of another type, or the log could not be written.
    """
    try:
        write_deltalake(path, pa.Table.from_pylist(listed, schema=schema), mode="append", schema_mode="merge")
    except (DeltaError, pa.ArrowException, UnicodeError) as error:  # their messages show values
        raise StorageError(f"appending to {path} ({type(error).__name__})") from None


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
        if hasattr(low, "hour"):
            continue  # a moment: Delta's are cut to the millisecond, a bound must not be
        stats["minValues"][name], stats["maxValues"][name] = low, high
        stats["nullCount"][name] = sum(s.null_count for s in found)
    return json.dumps(stats, default=str)


def copied(files: list[str], folder: str, schema: pa.Schema, columns: tuple[str, ...]) -> list[AddAction]:
    """Copies files into a table's folder under their own names; gives what a commit must say of them.

    A name appears there with its whole content only, so a run that stalled in its copy does no harm to the one that took over. Copying again
    after a kill gives the same files; what no commit names is not part of the table.

    Args:
        schema: the table's.
        columns: those of which the table keeps bounds per file.

    Raises:
        StorageError: a file has other columns than the table: another version of the platform wrote it.
    """
    wanted = list(zip(schema.names, schema.types, strict=True))

    def one(file: str) -> AddAction:
        source, path = pafs.FileSystem.from_uri(file) if "://" in file else (pafs.LocalFileSystem(), file)
        name = path.rpartition("/")[2]
        target = Path(folder, name)
        aside = Path(folder, f"{name}.{uuid.uuid4().hex}")  # what a kill leaves of it VACUUM takes
        pafs.copy_files(path, str(aside), source_filesystem=source, destination_filesystem=pafs.LocalFileSystem())
        with pq.ParquetFile(aside) as written:
            told, stats = written.schema_arrow, _statistics(written.metadata, columns)
        if list(zip(told.names, told.types, strict=True)) != wanted:
            aside.unlink()
            raise StorageError(f"{file}: other columns than {folder}: finish open batches with the version that began them")
        aside.replace(target)
        return AddAction(name, target.stat().st_size, {}, int(time.time() * 1000), True, stats)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(one, files))


def seen(path: str, writer: str) -> int:
    """The highest number of a writer's commits that the table remembers; -1 before the first."""
    number = DeltaTable(path, without_files=True).transaction_version(writer)
    return -1 if number is None else number


def commit(path: str, actions: list[AddAction], writer: str, number: int) -> None:
    """Makes files part of a table in one version, and writes no row.

    What a writer would have checked, those who wrote the files have: the columns, and that none is null that must not be.

    Args:
        writer: application whose commits are numbered.

    Raises:
        StorageError: the log could not be written, or somebody else wrote to the table meanwhile; no file is part of it.
    """
    table = DeltaTable(path)
    once = CommitProperties({"userMetadata": f'{{"batch":{number}}}'}, 0, [Transaction(writer, number, int(time.time() * 1000))])
    try:
        table.create_write_transaction([*actions], "append", table.schema(), commit_properties=once)
    except DeltaError as error:
        raise StorageError(f"adding files to {path} ({type(error).__name__}); run the stage again") from error
