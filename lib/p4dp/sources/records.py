"""A verified file → bronze records and words, a column at a time in Arrow: names of columns change, values do not.

Text that is not of its field's shape is left out and named in `moved`; words go a way of their own. Runs in the vault, since a file's
patient numbers become pseudonyms here.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Protocol

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from p4dp.artefacts.arrow import schema_of, type_of
from p4dp.contracts import Table, table
from p4dp.contracts.bronze.base import fields_of, shape_of, vault_fields
from p4dp.contracts.bronze.nested import element_fields
from p4dp.contracts.shapes import COULD_HOLD_NIR, NIR, SHAPES
from p4dp.sources.spec import FileSpec, NestedSpec, SourceSpec
from p4dp.sources.verify import Verified

#: What landed.py adds when rows are written: their key, and what is the same for a whole batch.
ADDED_AT_LANDING = ("record_key", "batch_id", "landed_at")
#: Words on their way to restricted; landed.py hashes holder, kind and inside into the record's key.
WORDS = pa.schema(
    [(n, pa.string()) for n in ("practice_key", "patient_key", "holder_kind", "holder_id", "kind", "inside", "field", "text", "delivery_id")]
    + [("sequence", pa.int64())]
)  # fmt: skip
_PRACTITIONERS = ("author", "billing")
#: Traits by which two rows under one number are two people.
_TELLING = ("birth_year", "birth_month", "sex")


class Pseudonyms(Protocol):
    """What turns a practice's own numbers into pseudonyms (identity/keys.py)."""

    def patient(self, practice_id: str, local_id: str) -> str:
        """patient_key."""
        ...

    def practitioner(self, practice_id: str, local_id: str) -> str:
        """practitioner_key."""
        ...


@dataclass(frozen=True)
class Origin:
    """Where the rows of a delivery come from."""

    practice_id: str
    practice_key: str
    software: str
    delivery_id: str
    sequence: int
    extracted_on: dt.date


def columns_of(kind: str) -> pa.Schema:
    """Columns of bronze.<kind> as they leave the vault."""
    return schema_of(f"bronze.{kind}", ADDED_AT_LANDING)


def _text(value: object) -> str | None:
    """A JSON value as text; empty text is null."""
    if value is None or type(value) is str:
        return value or None
    return orjson.dumps(value).decode()


class _Holder:
    """Columns of a file, or of the elements of one array in it, under the software's own names."""

    def __init__(self, get: Callable[[str], pa.Array | None], rows: int) -> None:
        self._get, self.rows = cache(get), rows

    def field(self, spec: FileSpec | NestedSpec, name: str) -> pa.Array:
        """A field's text; null where the software does not write it."""
        header = spec.header_of(name)
        found = self._get(header) if header is not None else None
        if found is None:
            constant = spec.constants.get(name) if header is None else None
            return pa.nulls(self.rows, pa.string()) if constant is None else pa.repeat(constant, self.rows)
        return found


def _of_table(read: pa.Table) -> _Holder:
    return _Holder(lambda h: read[h].combine_chunks() if h in read.column_names else None, read.num_rows)


def _of_dicts(rows: list[dict[str, object]]) -> _Holder:
    def texts(header: str) -> pa.Array:
        values = [r.get(header) for r in rows]
        try:
            found = pa.array(values, pa.string())
        except pa.ArrowTypeError:  # numbers, or what is nested
            return pa.array([_text(v) for v in values], pa.string())
        empty = pc.equal(found, "")
        return pc.if_else(empty, pa.scalar(None, pa.string()), found) if pc.any(empty).as_py() else found

    return _Holder(texts, len(rows))


@cache
def _pattern(shape: str) -> str:
    return f"^({SHAPES[shape]})$"


def guarded(values: pa.Array, shape: str) -> tuple[pa.Array, pa.Array | None]:
    """Values of a shape (shapes.py), and where there was another text (None: nowhere)."""
    fits = pc.match_substring_regex(values, _pattern(shape))
    if shape in COULD_HOLD_NIR:
        fits = pc.and_not(fits, pc.match_substring_regex(values, NIR))
    if pc.all(fits).as_py() is not False:
        return values, None
    return pc.if_else(fits, values, pa.scalar(None, pa.string())), pc.fill_null(pc.invert(fits), False)


def _moved(masks: dict[str, pa.Array | None], rows: int) -> pa.Array:
    """Names of the fields whose text was of another shape, comma-separated; null when there is none."""
    names = [pc.if_else(mask, name, pa.scalar(None, pa.string())) for name, mask in masks.items() if mask is not None]
    if not names:
        return pa.nulls(rows, pa.string())
    # "skip" would leave out rows without any name
    joined = pc.binary_join_element_wise(*names, ",", null_handling="replace", null_replacement="")
    joined = pc.utf8_trim(pc.replace_substring_regex(joined, ",+", ","), ",")
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)


def _pseudonyms(numbers: pa.Array, make: Callable[[str], str]) -> pa.Array:
    coded = pc.dictionary_encode(numbers)
    keys = pa.array([make(n) for n in coded.dictionary.to_pylist()], pa.string())
    return keys.take(coded.indices)


@dataclass(frozen=True)
class _Elements:
    """All elements of one kind in a file's records, in order: their columns, and where each stands."""

    child: NestedSpec
    holder: _Holder
    owners: np.ndarray


class File:
    """One verified medical file of one delivery.

    Args:
        files: path of each record's file inside the delivery, when records come from several (documents).
        patient_keys: pseudonyms per record, when the records themselves do not name their patient.
    """

    def __init__(
        self,
        read: Verified,
        source: SourceSpec,
        spec: FileSpec,
        origin: Origin,
        path: str,
        make: Pseudonyms,
        files: list[str] | None = None,
        patient_keys: list[str] | None = None,
    ) -> None:
        self._read, self._source, self._spec, self._origin, self._path = read, source, spec, origin, path
        self._make, self._files, self._given_keys = make, files, patient_keys
        self._own = _of_table(read.table) if read.table is not None else _of_dicts(read.records or [])
        self.kind: Table = table(f"bronze.{spec.record}")

    @cached_property
    def _record_ids(self) -> pa.Array:
        return guarded(self._own.field(self._spec, "record_id"), "id")[0]

    @cached_property
    def local_ids(self) -> pa.Array:
        """The practice's patient number of each record."""
        return self._own.field(self._spec, "patient_id")

    @cached_property
    def _patient_keys(self) -> pa.Array:
        if self._given_keys is not None:
            return pa.array(self._given_keys, pa.string())
        return _pseudonyms(self.local_ids, lambda local: self._make.patient(self._origin.practice_id, local))

    @cached_property
    def _elements(self) -> dict[str, list[_Elements]]:
        """What the file's records hold, by kind."""
        found: dict[str, list[_Elements]] = {}
        for name, child in self._spec.nested.items():
            lists = [r.get(name) or () for r in self._read.records or []]
            sizes = np.fromiter((len(x) for x in lists), np.int64, len(lists))  # type: ignore[arg-type]
            flat = [e for listed in lists for e in listed]  # type: ignore[attr-defined]
            if flat:
                one = _Elements(child, _of_dicts(flat), np.repeat(np.arange(len(lists)), sizes))
                found.setdefault(child.record, []).append(one)
        return found

    def _array(self, kind: str, type_: pa.DataType) -> pa.Array:
        """The array column of one kind of children."""
        rows, groups = self._own.rows, self._elements.get(kind)
        if not groups:
            return pa.nulls(rows, type_)
        structs = pa.concat_arrays([_struct(g, table(f"bronze.{kind}")) for g in groups])
        owners = np.concatenate([g.owners for g in groups])
        if len(groups) > 1:
            structs = structs.take(pa.array(np.argsort(owners, kind="stable")))
        offsets = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=rows))]).astype(np.int32)
        return pa.ListArray.from_arrays(pa.array(offsets), structs).cast(type_)

    def _op(self) -> tuple[pa.Array, pa.Array | None]:
        """Which records are deleted, and where it is said in a word that nobody explained (None: nowhere)."""
        said, words = self._own.field(self._spec, "op"), self._source.values.get("op", {})
        deletes = pc.fill_null(pc.is_in(said, pa.array(["delete", *(w for w, s in words.items() if s == "delete")])), False)
        keeps = pc.is_in(said, pa.array(["upsert", *(w for w, s in words.items() if s == "upsert")]))
        strange = pc.and_(said.is_valid(), pc.invert(pc.or_(deletes, pc.fill_null(keeps, False))))
        return deletes, strange if pc.any(strange).as_py() else None

    def records(self) -> pa.Table:
        """Rows of bronze.<kind>, without what is added at landing and without `copies`."""
        rows, spec, origin = self._own.rows, self._spec, self._origin
        ids = self._record_ids
        masks: dict[str, pa.Array | None] = {"record_id": ids.is_null() if ids.null_count else None}
        values: dict[str, pa.Array] = {"record_id": ids}
        for column in fields_of(self.kind):
            value = self._own.field(spec, column.name)
            if column.name in spec.columns.values():
                value, masks[column.name] = guarded(value, shape_of(column))
            values[column.name] = value
        if self.kind.name == "encounter":
            for name in _PRACTITIONERS:
                values[name] = _pseudonyms(values[name], lambda n: self._make.practitioner(origin.practice_id, n))
        for column in self.kind.columns:
            if column.type.startswith("array"):
                values[column.name] = self._array(column.name, type_of(column.type))
        deletes, strange = self._op()
        if ids.null_count:  # a deletion of nobody knows what deletes nothing, and is told
            deletes = pc.and_(deletes, ids.is_valid())
        masks["op"] = strange
        values |= {
            "practice_key": pa.repeat(origin.practice_key, rows),
            "patient_key": self._patient_keys,
            "op": pc.if_else(deletes, "delete", "upsert"),
            "software": pa.repeat(origin.software, rows),
            "moved": _moved(masks, rows),
            "source_file": pa.repeat(self._path, rows) if self._files is None else pa.array(self._files, pa.string()),
            "source_row": pa.array(np.arange(1, rows + 1) if self._files is None else np.ones(rows), pa.int64()),
            **_provenance(origin, rows),
        }
        names = [f for f in columns_of(self.kind.name) if f.name != "copies"]
        return pa.table([values[f.name] for f in names], schema=pa.schema(names))

    def words(self) -> pa.Table:
        """Texts of the records and of their children."""
        holder, spec = self._own, self._spec
        ids, patients = self._record_ids, self._patient_keys
        parts = []
        for name in self.kind.texts:
            if name in spec.columns.values():
                text = holder.field(spec, name)
                parts.append(self._said(ids, patients, spec.record, pa.nulls(holder.rows, pa.string()), name, text))
        for kind in {c.record: None for c in spec.nested.values()}:
            taken = np.zeros(holder.rows, np.int64)
            for group in self._elements.get(kind, []):
                starts = np.concatenate([[0], np.cumsum(np.bincount(group.owners, minlength=holder.rows))])[group.owners]
                place = np.arange(len(group.owners)) - starts + taken[group.owners]
                taken += np.bincount(group.owners, minlength=holder.rows)
                inside = pc.coalesce(
                    group.holder.field(group.child, "record_id"),
                    pc.binary_join_element_wise("@", pa.array(place).cast(pa.string()), ""),
                )
                owners = pa.array(group.owners)
                for name in table(f"bronze.{kind}").texts:
                    if name in group.child.columns.values():
                        text = group.holder.field(group.child, name)
                        parts.append(self._said(ids.take(owners), patients.take(owners), kind, inside, name, text))
        return pa.concat_tables(parts) if parts else WORDS.empty_table()

    def _said(self, ids: pa.Array, patients: pa.Array, kind: str, inside: pa.Array, field: str, text: pa.Array) -> pa.Table:
        given = text.is_valid()
        rows = len(text)
        values = {
            "practice_key": pa.repeat(self._origin.practice_key, rows),
            "patient_key": patients,
            "holder_kind": pa.repeat(self._spec.record, rows),
            "holder_id": ids,
            "kind": pa.repeat(kind, rows),
            "inside": inside,
            "field": pa.repeat(field, rows),
            "text": text,
            "delivery_id": pa.repeat(self._origin.delivery_id, rows),
            "sequence": pa.repeat(pa.scalar(self._origin.sequence, pa.int64()), rows),
        }
        return pa.table([values[n] for n in WORDS.names], schema=WORDS).filter(given)


def _provenance(origin: Origin, rows: int) -> dict[str, pa.Array]:
    return {
        "delivery_id": pa.repeat(origin.delivery_id, rows),
        "sequence": pa.repeat(pa.scalar(origin.sequence, pa.int64()), rows),
        "extracted_on": pa.repeat(pa.scalar(origin.extracted_on, pa.date32()), rows),
    }


def _struct(group: _Elements, kind: Table) -> pa.Array:
    """Elements with the fields of their kind, guarded."""
    shapes = {"record_id": "id", **{c.name: shape_of(c) for c in fields_of(kind)}}
    names = [n for n in element_fields(kind) if n != "moved"]
    values, masks = {}, {}
    for name in names:
        value = group.holder.field(group.child, name)
        if name in group.child.columns.values():
            value, masks[name] = guarded(value, shapes[name])
        values[name] = value
    return pa.StructArray.from_arrays([*values.values(), _moved(masks, group.holder.rows)], [*names, "moved"])


def with_copies(rows: pa.Table, kind: str) -> pa.Table:
    """Adds `copies`: how many records of the delivery share the number, where there are several."""
    counted = pc.value_counts(rows["record_id"].combine_chunks())
    numbers, counts = counted.field("values"), counted.field("counts")
    several = pc.and_(pc.greater(counts, 1), numbers.is_valid())
    copies = pa.nulls(rows.num_rows, pa.int32())
    if pc.any(several).as_py():
        numbers, counts = numbers.filter(several), counts.filter(several)
        copies = counts.take(pc.index_in(rows["record_id"].combine_chunks(), numbers)).cast(pa.int32())
    return rows.append_column("copies", copies).select(columns_of(kind).names)


def people(rows: list[dict[str, object]], kind: str, origin: Origin) -> pa.Table:
    """Rows of bronze.patient or bronze.practitioner: coarsened traits under their pseudonyms, one row per person.

    What one row of a person lacks another may tell (a document and the list of patients); `copies` when they say different people.
    """
    number, once, copies = f"{kind}_key", dict[object, dict[str, object]](), Counter[object]()
    for row in rows:
        told = {k: v for k, v in row.items() if v not in (None, "")}
        held = once.setdefault(row[number], {})
        if any(held.get(t, told.get(t)) != told.get(t, held.get(t)) for t in _TELLING):
            copies[row[number]] += 1
        once[row[number]] = told | held
    shared = {"practice_key": origin.practice_key, "op": "upsert", "software": origin.software, "source_row": 1, 
        "delivery_id": origin.delivery_id, "sequence": origin.sequence, "extracted_on": origin.extracted_on}  # fmt: skip
    listed = [{**r, **shared, "record_id": key, "copies": 1 + copies[key] if copies[key] else None} for key, r in once.items()]
    out, masks = pa.Table.from_pylist(listed, schema=columns_of(kind)), dict[str, pa.Array | None]()
    for column in vault_fields(table(f"bronze.{kind}")):
        if column.guarded:
            kept, masks[column.name] = guarded(out[column.name].combine_chunks(), shape_of(column))
            out = out.set_column(out.schema.get_field_index(column.name), column.name, kept)
    return out.set_column(out.schema.get_field_index("moved"), "moved", _moved(masks, len(out)))
