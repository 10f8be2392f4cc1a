"""Is a file what its manifest says, and can it be read to the last byte? Plain Python, run on the executors.

Everything that Spark's own readers forgive (ragged lines, an open quote, bytes of another encoding, NUL) refuses the whole
delivery here, before anything is landed. No message holds a value.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.csv as pacsv

from p4dp.errors import DefectiveDelivery
from p4dp.sources.spec import FileSpec, SourceSpec

MAX_LINE = 1 << 20
#: Bytes that a file may have: it is read whole, on an executor.
MOST_BYTES = 2 << 30


@dataclass
class Verified:
    """A file that can be read: its records and what was tolerated."""

    rows: int
    table: pa.Table | None = None
    records: list[dict[str, object]] | None = None
    notes: list[str] = field(default_factory=list)


def checksum(content: bytes, wanted: str, where: str) -> None:
    """Raises DefectiveDelivery unless the content has the manifest's SHA-256."""
    if hashlib.sha256(content).hexdigest() != wanted.lower():
        raise DefectiveDelivery("delivery.checksum", where, "sha256 differs from the manifest: truncated or changed on the way")


def text(content: bytes, source: SourceSpec, where: str) -> bytes:
    """The content in UTF-8.

    Raises:
        DefectiveDelivery: empty, a NUL byte, another encoding than the source declares, or a line beyond 1 MiB.
    """
    if not content:
        raise DefectiveDelivery("delivery.empty_file", where, "the file is empty: not even a header")
    if b"\0" in content:
        raise DefectiveDelivery("delivery.nul_byte", where, f"NUL byte at offset {content.index(0)}")
    ends = np.flatnonzero(np.frombuffer(content, np.uint8) == 10)
    longest = int(np.diff(ends, prepend=-1, append=len(content)).max())
    if longest > MAX_LINE:
        raise DefectiveDelivery("delivery.field_size", where, f"a line of {longest} bytes; {MAX_LINE} at most")
    plain = content.isascii()
    if source.encoding == "utf-8":
        try:
            content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise DefectiveDelivery("delivery.encoding", where, f"not UTF-8 at offset {error.start}") from None
        return content.removeprefix(b"\xef\xbb\xbf")
    if plain:
        return content
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("iso-8859-1").encode("utf-8")
    raise DefectiveDelivery("delivery.encoding", where, f"UTF-8 where {source.software} declares {source.encoding}")


def delimited(content: bytes, source: SourceSpec, spec: FileSpec, where: str) -> Verified:
    """A delimited file, every line of it.

    Raises:
        DefectiveDelivery: what `text` refuses, an open quote, a line with too few or too many fields, a required column missing.
    """
    content = text(content, source, where)
    if content.count(b'"') % 2:
        raise DefectiveDelivery("delivery.quote", where, "a quote is opened and never closed")
    first = re.split(rb"[\r\n]", content, maxsplit=1)[0]  # a reader ends a line at either: what follows is a patient's
    header = first.decode("utf-8").split(source.delimiter)
    header = [h.strip('"') for h in header]
    notes = columns_of(header, spec, where)
    try:
        table = pacsv.read_csv(
            pa.BufferReader(content),
            read_options=pacsv.ReadOptions(use_threads=False, block_size=8 << 20),
            parse_options=pacsv.ParseOptions(delimiter=source.delimiter, newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                column_types={h: pa.string() for h in header},
                strings_can_be_null=True,
                null_values=[""],
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:  # its message prints the line
        raise DefectiveDelivery("delivery.malformed", where, "a line with too few or too many fields") from None
    return Verified(table.num_rows, table=table, notes=notes)


def columns_of(header: list[str], spec: FileSpec, where: str) -> list[str]:
    """Notes on columns that are missing or unknown.

    Raises:
        DefectiveDelivery: a required column is missing, or a name stands twice.
    """
    if len(set(header)) != len(header):
        raise DefectiveDelivery("delivery.columns", where, "a column name stands twice")
    missing = [h for h in spec.required if h not in header]
    if missing:
        raise DefectiveDelivery("delivery.columns", where, f"required column missing: {', '.join(missing)}")
    notes = [f"{where}: column missing, left null: {h}" for h in spec.columns if h not in header]
    return notes + [f"{where}: unknown column, stays in the delivery: {h[:40]}" for h in header if h not in spec.columns]


def json_lines(content: bytes, source: SourceSpec, spec: FileSpec, where: str) -> Verified:
    """A file of one JSON object a line.

    Raises:
        DefectiveDelivery: what `text` refuses, a line that is no JSON object, a required name missing from a record.
    """
    content = text(content, source, where)
    records: list[dict[str, object]] = []
    names: set[str] = set()
    for n, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError:
            raise DefectiveDelivery("delivery.malformed", where, f"line {n} is not JSON") from None
        if not isinstance(record, dict):
            raise DefectiveDelivery("delivery.malformed", where, f"line {n} is not a JSON object")
        missing = [h for h in spec.required if h not in record]
        if missing:
            raise DefectiveDelivery("delivery.columns", where, f"line {n}: required name missing: {', '.join(missing)}")
        for name in spec.nested:
            listed = record.get(name)
            if listed is not None and not (isinstance(listed, list) and all(isinstance(e, dict) for e in listed)):
                raise DefectiveDelivery("delivery.malformed", where, f"line {n}: {name} is not a list of objects")
        names |= record.keys()
        records.append(record)
    known = {*spec.columns, *spec.nested}
    notes = [f"{where}: unknown name, stays in the delivery: {n[:40]}" for n in sorted(names - known)]
    return Verified(len(records), records=records, notes=notes)
