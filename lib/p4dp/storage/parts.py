"""Parts: Parquet files that a worker writes for a later stage, by name, many deliveries a file.

A file counts only when the attempt that wrote it reported it, so a task that ran twice leaves nothing twice. The list of what counts
is one JSON file, written last.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.fs as pafs
import pyarrow.parquet as pq

_FLUSH_BYTES = 192 << 20
_LIST = "parts.json"


def filesystem(path: str) -> tuple[pafs.FileSystem, str]:
    """The file system of a path or an address, and the path inside it."""
    return pafs.FileSystem.from_uri(path) if "://" in path else (pafs.LocalFileSystem(), path)


class PartWriter:
    """Gathers tables by part and writes them in large files below `roots[part]`, or below `root`.

    Args:
        finish: what becomes of the rows of a part when they are written.
    """

    def __init__(self, root: str, roots: dict[str, str], finish: Callable[[str, pa.Table], pa.Table]) -> None:
        self._root, self._roots, self._finish = root, roots, finish
        self._held: dict[str, list[pa.Table]] = {}
        self._bytes = 0

    def add(self, part: str, rows: pa.Table) -> Iterator[tuple[str, str]]:
        """Keeps rows; gives (part, path) of what was written to keep memory bounded."""
        self._held.setdefault(part, []).append(rows)
        self._bytes += rows.nbytes
        if self._bytes > _FLUSH_BYTES:
            yield from self.flush()

    def flush(self) -> Iterator[tuple[str, str]]:
        """Writes all that is held; gives (part, path)."""
        for part, tables in self._held.items():
            folder = f"{self._roots.get(part, self._root)}/{part}"
            path = f"{folder}/{uuid.uuid4().hex}.parquet"
            system, inside = filesystem(path)
            system.create_dir(inside.rpartition("/")[0], recursive=True)
            pq.write_table(self._finish(part, pa.concat_tables(tables)), inside, filesystem=system, compression="snappy")
            yield part, path
        self._held, self._bytes = {}, 0


def write_list(root: str, parts: dict[str, list[str]]) -> None:
    """Says which files of a root count."""
    system, inside = filesystem(root)
    system.create_dir(inside, recursive=True)
    with system.open_output_stream(f"{inside}/{_LIST}") as stream:
        stream.write(json.dumps(parts).encode())


def read_list(root: str) -> dict[str, list[str]]:
    """Part → files that count."""
    system, inside = filesystem(root)
    with system.open_input_stream(f"{inside}/{_LIST}") as stream:
        return dict(json.loads(bytes(stream.readall())))


def listed(root: str, part: str) -> list[str] | None:
    """Files of one part that count; None where no list names the part."""
    system, inside = filesystem(root)
    known = system.get_file_info(f"{inside}/{_LIST}").type == pafs.FileType.File
    return read_list(root).get(part) if known else None


def folders(root: str, prefix: str) -> list[tuple[str, float]]:
    """Folders of a root whose names begin so: (address, seconds since 1970 when it last changed), by name."""
    system, inside = filesystem(root)
    found = system.get_file_info(pafs.FileSelector(inside, allow_not_found=True))
    mine = sorted(
        (f for f in found if f.type == pafs.FileType.Directory and f.base_name.startswith(prefix)), key=lambda f: f.base_name
    )
    return [(f"{root}/{f.base_name}", (f.mtime_ns or 0) / 1e9) for f in mine]


def clear(root: str) -> None:
    """Removes what an earlier attempt left."""
    system, inside = filesystem(root)
    if system.get_file_info(inside).type == pafs.FileType.Directory:
        system.delete_dir(inside)
