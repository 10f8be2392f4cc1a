"""Files → rows, on the executors: one record with its number in the file.

Reading with Arrow inside the executors gives exact record numbers and reads thousands of small files as one job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.fs as pafs
from pyspark.sql import DataFrame

from p4dp.sources import verify
from p4dp.sources.spec import FileSpec, SourceSpec

Batches = Iterator[pa.RecordBatch]
_ROWS_A_BATCH = 20_000


def content(path: str) -> bytes:
    """All bytes of a file on any file system that Arrow knows."""
    filesystem, inside = pafs.FileSystem.from_uri(path) if "://" in path else (pafs.LocalFileSystem(), path)
    with filesystem.open_input_stream(inside) as stream:
        return bytes(stream.readall())


def _numbered(file_no: int, columns: dict[str, Any], rows: int) -> Batches:
    table = pa.table(
        {"_file_no": pa.array([file_no] * rows, pa.int32()), "_row": pa.array(range(1, rows + 1), pa.int64()), **columns}
    )
    yield from table.to_batches(max_chunksize=_ROWS_A_BATCH)


def delimited_reader(source: SourceSpec, spec: FileSpec, headers: list[str]) -> Callable[[Batches], Batches]:
    """A reader of delimited files that gives the named columns as text; a column that a file lacks is null."""

    def read(batches: Batches) -> Batches:
        for batch in batches:
            for file in batch.to_pylist():
                table = verify.delimited(content(file["path"]), source, spec, file["source_file"]).table
                assert table is not None
                rows = table.num_rows
                columns = {h: table[h] if h in table.column_names else pa.nulls(rows, pa.string()) for h in headers}
                yield from _numbered(file["_file_no"], columns, rows)

    return read


def line_reader(source: SourceSpec) -> Callable[[Batches], Batches]:
    """A reader of JSON lines that gives each line as text; the engine parses it."""

    def read(batches: Batches) -> Batches:
        for batch in batches:
            for file in batch.to_pylist():
                lines = [x for x in verify.text(content(file["path"]), source, file["source_file"]).split(b"\n") if x.strip()]
                yield from _numbered(file["_file_no"], {"line": pa.array(lines, pa.binary()).cast(pa.string())}, len(lines))

    return read


def rows(files: DataFrame, source: SourceSpec, spec: FileSpec, headers: list[str]) -> DataFrame:
    """Files (_file_no, path, source_file) → `_file_no`, `_row` and the named columns, or `line` for JSON."""
    if source.reader == "delimited":
        schema = ", ".join(["_file_no int", "_row bigint", *(f"`{h}` string" for h in headers)])
        return files.mapInArrow(delimited_reader(source, spec, headers), schema)
    return files.mapInArrow(line_reader(source), "_file_no int, _row bigint, line string")
