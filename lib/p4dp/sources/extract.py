"""Files of an SNDS extract: which table each is, in which dialect, and its rows as text under official names.

Real extracts differ from the schema: other case and order of columns, columns missing or unknown, older names, dates of several kinds. What
can be read is read and noted; a file without a key column, or that breaks off, is refused and the rest is loaded.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from p4dp.contracts import Table, layer
from p4dp.contracts.snds.base import kind_of

_HEAD, _TAIL = 1 << 20, 1 << 16
_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2}|19[0-9]{2})(?![0-9]{4})")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
#: Columns whose eight digits are day, month, year; elsewhere eight digits are year, month, day.
_DAY_FIRST = ("ENT_DAT", "SOR_DAT")
#: Types of Parquet that are days already.
_MOMENTS = ("date", "timestamp", "timestamp_ntz")


class RefusedFile(Exception):
    """A file that is not loaded: a stable code and the reason, without a value."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code, self.reason = code, reason


@dataclass
class ExtractFile:
    """One file of an extract.

    Attributes:
        path: below the extract's folder.
        columns: name in the file → official name, for the columns that the contract has.
        missing: columns of the contract that the file lacks; they are null.
        unknown: columns of the file that the contract lacks; they stay in the extract.
        breaks_off: why its last line is not whole; empty when it is.
    """

    path: str
    table: Table
    year: str | None
    format: str
    delimiter: str = ""
    breaks_off: str = ""
    encoding: str = ""
    header: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    sha256: str = ""


def table_of(path: Path) -> tuple[Table, str | None] | None:
    """The table that a file's name says, and the year in its name or in a folder's; None when it is no table of ours."""
    stem = path.name.split(".")[0].upper()
    years = _YEAR.findall(stem) or [y for part in reversed(path.parts[:-1]) for y in _YEAR.findall(part)]
    for contract in sorted(layer("snds"), key=lambda t: -len(t.official)):
        official = contract.official.upper()
        pmsi = re.match(r"T_MCO(?:AA|[0-9]{2,4})([A-Z]+)(?=$|[^A-Z])", stem)
        if official.startswith("T_MCO"):
            if pmsi and official == f"T_MCOAA{pmsi.group(1)}":
                found = re.match(r"T_MCO([0-9]{2,4})", stem)
                year = found.group(1) if found else None
                return contract, (f"20{year}" if year and len(year) == 2 else year) or (years[0] if years else None)
        elif official.startswith("CT_IND"):
            if stem.startswith("CT_IND"):
                return contract, years[0] if years else None
        elif re.match(rf"{official}(?=$|[^A-Z0-9_]|_?[0-9])", stem):
            return contract, years[0] if years else None
    return None


def inspect(root: Path, path: Path, contract: Table, year: str | None) -> ExtractFile:
    """Looks at a file without reading it whole.

    Raises:
        RefusedFile: it cannot be read, lacks a key column, or has a column twice.
    """
    found = ExtractFile(str(path.relative_to(root)), contract, year, path.suffix.lower().lstrip("."))
    if found.format == "parquet":
        try:
            schema = pq.read_schema(path)
            found.header, found.types = schema.names, [str(t) for t in schema.types]
        except (pa.ArrowInvalid, OSError):
            raise RefusedFile("extract.unreadable", "not a Parquet file: truncated or changed on the way") from None
        found.sha256 = _sha256(path)
    else:
        _inspect_text(path, found)
    if len({h.upper() for h in found.header}) < len(found.header):
        raise RefusedFile("extract.columns", "a column name stands twice")
    names = {c.name.upper(): c.name for c in contract.columns if kind_of(c)}
    found.columns = {h: names[h.strip('"').upper()] for h in found.header if h.strip('"').upper() in names}
    found.unknown = [h for h in found.header if h not in found.columns]
    held = set(found.columns.values())
    found.missing = [c.name for c in contract.columns if kind_of(c) and c.name not in held and "project extracts" not in c.source]
    instead = {"BEN_NIR_PSA": "NUM_ENQ", "NIR_ANO_17": "NUM_ENQ", "BEN_NIR_ANO": "NUM_ANO", "BEN_IDT_ANO": "NUM_ANO"}
    lost = [k for k in contract.needs if k in found.missing and instead.get(k) not in held]
    if lost:
        raise RefusedFile("extract.key_column", f"key columns missing: {', '.join(lost)}")
    return found


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(8 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _inspect_text(path: Path, found: ExtractFile) -> None:
    """Delimiter, encoding and header of a text file; whether its last line is whole."""
    digest, utf8, previous, head, tail = hashlib.sha256(), True, b"", b"", b""
    with path.open("rb") as stream:
        while chunk := stream.read(8 << 20):
            digest.update(chunk)
            head = head or chunk[:_HEAD]
            tail = (tail + chunk)[-_TAIL:]
            if utf8 and not chunk.isascii():
                whole = previous + chunk
                try:
                    whole.decode("utf-8")
                    previous = b""
                except UnicodeDecodeError as error:
                    utf8 = len(whole) - error.start < 4  # a letter cut in two by the block
                    previous = whole[error.start :]
            elif previous:
                utf8 = False
    if not head.strip():
        raise RefusedFile("extract.empty_file", "the file is empty: not even a header")
    if b"\0" in head:
        raise RefusedFile("extract.unreadable", "NUL bytes: not a text file")
    found.sha256, found.encoding = digest.hexdigest(), "utf-8" if utf8 and not previous else "iso-8859-1"
    # a reader ends a line at either: what follows the first one is somebody's
    first = re.split(rb"[\r\n]", head, maxsplit=1)[0].decode(found.encoding).strip("\ufeff")
    found.delimiter = max(";,\t|", key=first.count)
    # a delimiter at the end of every line makes a column without a name
    found.header = [h.strip().strip('"').replace("`", "'") or f"_{n}" for n, h in enumerate(first.split(found.delimiter), 1)]
    last = re.split(rb"[\r\n]", tail.rstrip(b"\r\n"))[-1].decode(found.encoding, "replace")
    fields = len(re.sub(r'"[^"]*"', "", last).split(found.delimiter))
    if fields != len(found.header):  # it is still read, to learn which months it would have replaced
        found.breaks_off = f"the last line has {fields} fields, the header {len(found.header)}: the file breaks off"


def slice_of(contract: Table, year: str | None) -> Column:
    """What a later load replaces: the flow month of a claim line, the year of a yearly table, or all.

    Trap 6: flows of January and February of an archived year lie in the table of the year before, so the month is read from the line, never
    from the name of the file.
    """
    if "FLX_DIS_DTD" in contract.names:
        return F.coalesce(F.date_format("FLX_DIS_DTD", "yyyy-MM"), F.lit("unknown"))
    return F.lit(year if yearly(contract) and year else "all")


def yearly(contract: Table) -> bool:
    """Whether a table comes once a year."""
    return contract.name.startswith("t_mco") or contract.name in ("da_pra_r", "ct_ind")


def alike(files: list[ExtractFile]) -> list[list[ExtractFile]]:
    """Files that one reader can take together: same header, dialect and year."""
    groups: dict[tuple[object, ...], list[ExtractFile]] = {}
    for file in files:
        groups.setdefault((file.format, file.delimiter, file.encoding, file.year, *file.header, *file.types), []).append(file)
    return list(groups.values())


def text_rows(spark: SparkSession, root: Path, files: list[ExtractFile]) -> DataFrame:
    """Rows of files that are alike, under official names, with `p4dp_file`; `_ragged` where a line has another number of fields."""
    first, paths = files[0], [str(root / f.path) for f in files]
    names = [F.col(f"`{h}`").alias(n) for h, n in first.columns.items()]
    if first.format == "parquet":
        rows = spark.read.parquet(*paths)
        ragged = F.lit(False)
    else:
        schema = ", ".join(f"`{h}` string" for h in first.header) + ", `_ragged` string"
        # with column pruning the reader splits only what is asked for, and no longer sees a line of another length
        rows = spark.read.option("columnPruning", "false").csv(paths, schema=schema, sep=first.delimiter, header=True, encoding=first.encoding, mode="PERMISSIVE",
                              columnNameOfCorruptRecord="_ragged", quote='"', escape='"')  # fmt: skip
        ragged = F.col("_ragged").isNotNull()
    path = F.url_decode(F.replace(F.col("_metadata.file_path"), F.lit("+"), F.lit("%2B")))
    inside = F.substring_index(path, f"{root}/", -1)
    return rows.select(*names, inside.alias("p4dp_file"), ragged.alias("_ragged"))


def day(raw: Column, name: str) -> Column:
    """A day written in any of the dialects: yyyy-MM-dd, dd/MM/yyyy, 01JAN1996:00:00:00, and eight digits."""
    month = F.element_at(
        F.create_map(*[F.lit(x) for n, m in enumerate(_MONTHS) for x in (m, f"{n + 1:02d}")]), F.upper(F.substring(raw, 3, 3))
    )

    def part(start: int, length: int) -> Column:
        return F.substring(raw, start, length)

    digits = (part(5, 4), part(3, 2), part(1, 2)) if name in _DAY_FIRST else (part(1, 4), part(5, 2), part(7, 2))
    return (
        F.when(part(5, 1) == "-", part(1, 10))
        .when(part(3, 1) == "/", F.concat_ws("-", part(7, 4), part(4, 2), part(1, 2)))
        .when(part(3, 1).between("A", "Z") | part(3, 1).between("a", "z"), F.concat_ws("-", part(6, 4), month, part(1, 2)))
        .when(F.length(raw) == 8, F.concat_ws("-", *digits))
        .try_cast("date")
    )


def _digits(raw: Column, kind: str) -> Column:
    """A day as text: eight digits where a tool stored them as a number."""
    if kind in ("string", "binary"):
        return raw.cast("string")
    return F.lpad(raw.try_cast("decimal(38,0)").cast("string"), 8, "0")


def typed(rows: DataFrame, file: ExtractFile) -> DataFrame:
    """Rows in the contract's columns; `_unreadable` names the columns whose text is not of their type, null when all is well.

    Blanks are trimmed in one projection, values read in the next and judged in a third, so that no text is read twice.
    """
    types = dict(rows.dtypes)
    known = [c for c in file.table.columns if kind_of(c)]
    texts = [c.name for c in known if types.get(c.name) == "string"]
    rows = rows.withColumns({name: F.nullif(F.trim(name), F.lit("")) for name in texts})
    values, given = [], {}
    for column in known:
        if column.name not in types:
            values.append(F.lit(None).cast(column.type).alias(column.name))
            continue
        raw = F.col(column.name)
        if column.type == "string":
            if types[column.name] in ("double", "float"):  # a tool's way to store whole numbers beside nulls
                raw = F.when(raw == F.floor(raw), raw.cast("decimal(38,0)").cast("string")).otherwise(raw.cast("string"))
            values.append(raw.cast("string").alias(column.name))
            continue
        if column.type == "date":
            value = raw.cast("date") if types[column.name] in _MOMENTS else day(_digits(raw, types[column.name]), column.name)
        elif column.name in texts:
            number = F.translate(raw, ",", ".").try_cast("double")
            value = number if column.type == "double" else F.when(number == F.floor(number), number).try_cast(column.type)
        else:
            value = raw.try_cast(column.type)
        values.append(value.alias(column.name))
        given[column.name] = raw.isNotNull().alias(f"_given_{column.name}")
    read = rows.select(*values, *given.values(), "p4dp_file", "_ragged")
    failed = {name: F.col(f"_given_{name}") & F.col(name).isNull() for name in given}
    unreadable = F.lit(None).cast("string")
    if failed:
        names = F.concat_ws(",", *(F.when(did, name) for name, did in failed.items()))
        unreadable = F.when(reduce(or_, failed.values()), names)
    return read.select(*(c.name for c in known), "p4dp_file", unreadable.alias("_unreadable"), "_ragged")
