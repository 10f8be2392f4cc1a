"""One delivery, opened once: every file verified to its last byte, identity and medicine taken apart. Runs in the vault.

Nothing of a delivery leaves before its last file was found sound: it is accepted or refused whole.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs as pafs

from p4dp.artefacts.arrow import schema_of
from p4dp.contracts import table
from p4dp.contracts.shapes import in_letters
from p4dp.errors import DefectiveDelivery
from p4dp.identity import nir, traits
from p4dp.identity.keys import PseudonymMaker
from p4dp.sources import cda, records, verify
from p4dp.sources.manifest import ManifestFile
from p4dp.sources.spec import FileSpec, NestedSpec, SourceSpec
from p4dp.sources.verify import Verified
from p4dp.storage import parts

#: The part `unsure`: patients whom medical files name and this delivery's identity part does not; another delivery may tell of them, earlier or later.
_UNSURE = pa.schema([("patient_key", pa.string())])
#: The part `loose`: encounters that records name and this delivery does not hold.
_LOOSE = pa.schema([("practice_key", pa.string()), ("record_id", pa.string())])
Row = dict[str, Any]


@dataclass(frozen=True)
class Delivery:
    """What the manifest says of a delivery, and where it lies."""

    folder: str
    software: str
    practice_id: str
    delivery_id: str
    sequence: int
    extracted_on: dt.date
    files: tuple[ManifestFile, ...]


@dataclass
class Opened:
    """What a sound delivery gives: tables by the name of the part that they belong to, and the account of its files."""

    parts: dict[str, list[pa.Table]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    size: int = 0
    notes: list[str] = field(default_factory=list)

    def add(self, part: str, rows: pa.Table) -> None:
        """Keeps rows for a part."""
        if rows.num_rows:
            self.parts.setdefault(part, []).append(rows)


def content(path: str, most: int) -> bytes:
    """All bytes of a file on any file system that Arrow knows.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it has more than `most` bytes.
    """
    filesystem, inside = parts.filesystem(path)
    told = filesystem.get_file_info(inside)
    if told.type != pafs.FileType.File:
        raise FileNotFoundError
    if (told.size or 0) > most:
        raise ValueError
    with filesystem.open_input_stream(inside) as stream:
        return bytes(stream.readall())


class _Opening:
    """One delivery while it is being opened."""

    def __init__(self, delivery: Delivery, source: SourceSpec, make: PseudonymMaker, key_version: int) -> None:
        self.delivery, self.source, self.make, self.version = delivery, source, make, key_version
        practice = make.practice(delivery.practice_id)
        self.origin = records.Origin(
            delivery.practice_id, practice, delivery.software, delivery.delivery_id, delivery.sequence, delivery.extracted_on
        )
        self.out = Opened()
        self.patients: list[Row] = []
        self.practitioners: list[Row] = []
        self.named: set[str] = set()
        self.documents: list[tuple[str, Row, str, list[tuple[str, str, str]]]] = []

    def _person(self, row: Row, path: str, number: str, key: str, make: Callable[[str, str], str]) -> Row:
        local, practice_id = row.pop(number), self.delivery.practice_id
        return {**row, "practice_id": practice_id, "local_id": local, key: make(practice_id, local), "key_version": self.version,
                "delivery_id": self.delivery.delivery_id, "sequence": self.delivery.sequence, "source_file": path}  # fmt: skip

    def patient(self, row: Row, path: str) -> Row:
        """Keeps a patient's identity, and its traits made coarse."""
        year, month = traits.birth_month(row.get("birth_date"))
        known = {"nir_status": nir.status(row.get("nir")), "birth_year": year, "birth_month": month}
        self.patients.append(self._person(row, path, "patient_id", "patient_key", self.make.patient) | known)
        return self.patients[-1]

    def file(self, file: ManifestFile, path: str) -> None:
        """Reads one file, which is called `path` in all that is said of it.

        Raises:
            DefectiveDelivery: it is not what the manifest says, or cannot be read to its end.
            OSError: the file system does not give it now.
        """
        try:
            data = content(f"{self.delivery.folder}/{file.path}", verify.MOST_BYTES)
        except FileNotFoundError:
            raise DefectiveDelivery("delivery.missing_file", path, "listed in the manifest, not in the folder") from None
        except ValueError:
            most = verify.MOST_BYTES >> 20
            raise DefectiveDelivery(
                "delivery.file_size", path, f"more than {most} MiB: send the file in pieces (a-1.csv, a-2.csv)"
            ) from None
        verify.checksum(data, file.sha256, path)
        self.out.size += len(data)
        self.out.rows[path] = file.rows
        name = PurePosixPath(file.path).name
        if file.part == "mixed":
            self._document(data, path)
            return
        if self.source.is_never_landed(name):
            self.out.notes.append(f"{path}: never landed")
            return
        spec = self.source.spec_of(file.part, name)
        if spec is None:
            self.out.notes.append(f"{path}: unknown file, stays in the delivery")
            return
        read = (verify.json_lines if self.source.reader == "jsonl" else verify.delimited)(data, self.source, spec, path)
        if read.rows != file.rows:
            raise DefectiveDelivery("delivery.rows", path, f"{read.rows} records, the manifest says {file.rows}")
        self.out.notes += read.notes
        if file.part == "identity":
            self._identity(read, spec, path)
        elif read.rows:
            self._medical(records.File(read, self.source, spec, self.origin, path, self.make), spec)

    def _identity(self, read: Verified, spec: FileSpec, path: str) -> None:
        rows = read.table.to_pylist() if read.table is not None else read.records or []
        number = f"{spec.record}_id"
        for raw in rows:
            row = {f: (None if raw.get(h) in (None, "") else str(raw[h])) for h, f in spec.columns.items()}
            if not row.get(number):
                raise DefectiveDelivery("delivery.columns", path, f"a record without {number}")
            if spec.record == "patient":
                self.patient(row, path)
            else:
                self.practitioners.append(self._person(row, path, number, "practitioner_key", self.make.practitioner))

    def _medical(self, file: records.File, spec: FileSpec) -> None:
        self.named |= {n for n in pc.unique(file.local_ids).to_pylist() if n}
        self.out.add(spec.record, file.records())
        self.out.add("free_text", file.words())

    def _document(self, data: bytes, path: str) -> None:
        identity, dossier, words = cda.parse(data, path)
        if not identity["patient_id"]:
            raise DefectiveDelivery("delivery.malformed", path, "a document without a patient number")
        patient = self.patient(identity, path)
        dossier["record_id"] += "#" + in_letters(patient["patient_key"][:16])
        self.documents.append((path, dossier, patient["patient_key"], words))

    def _dossiers(self) -> None:
        """All documents of the delivery as rows of one kind, whose arrays already carry our field names."""
        kind = table("bronze.dossier")
        nested = {
            c.name: NestedSpec(record=c.name, columns={f: f for f in records.element_fields(table(f"bronze.{c.name}"))})
            for c in kind.columns
            if c.type.startswith("array")
        }
        spec = FileSpec(record="dossier", columns={n: n for n in ("record_id", "as_of", "origin")}, nested=nested)
        read = Verified(len(self.documents), records=[d for _, d, _, _ in self.documents])
        paths, keys = [p for p, _, _, _ in self.documents], [k for _, _, k, _ in self.documents]
        file = records.File(read, self.source, spec, self.origin, "", self.make, paths, keys)
        self.out.add("dossier", file.records())
        said = [
            {"practice_key": self.origin.practice_key, "patient_key": key, "holder_kind": "dossier", "holder_id": dossier["record_id"],
             "kind": child, "inside": inside or None, "field": "result_text" if inside else "narrative_text", "text": text,
             "delivery_id": self.origin.delivery_id, "sequence": self.origin.sequence}
            for _, dossier, key, words in self.documents
            for child, inside, text in words
        ]  # fmt: skip
        self.out.add("free_text", pa.Table.from_pylist(said, schema=records.WORDS))

    def _loose(self) -> pa.Table:
        """Numbers of encounters that records of the delivery name and that it does not hold."""
        tables = [t for (t, *_) in self.out.parts.values() if "encounter_record_id" in t.column_names]
        columns = [c for t in tables for c in t["encounter_record_id"].chunks]
        named = pa.chunked_array(columns, pa.string()).unique().drop_null()
        held = self.out.parts.get("encounter")
        if held:
            named = named.filter(pc.invert(pc.is_in(named, held[0]["record_id"].combine_chunks())))
        return pa.table([pa.repeat(self.origin.practice_key, len(named)), named], schema=_LOOSE)

    def close(self) -> Opened:
        """The delivery's parts, once every file was read."""
        if self.documents:
            self._dossiers()
        out = self.out
        for kind, tables in out.parts.items():
            if kind != "free_text":
                out.parts[kind] = [records.with_copies(pa.concat_tables(tables), kind)]
        out.add("loose", self._loose())
        for kind, rows in (("patient", self.patients), ("practitioner", self.practitioners)):
            if rows:
                out.add(f"vault.{kind}", pa.Table.from_pylist(rows, schema=schema_of(f"vault.{kind}", ("batch_id",))))
                out.add(kind, records.people(rows, kind, self.origin))
        practice_id = self.delivery.practice_id
        unsure = sorted(self.named - {p["local_id"] for p in self.patients})
        out.add("unsure", pa.table({"patient_key": [self.make.patient(practice_id, n) for n in unsure]}, schema=_UNSURE))
        return out


def open_delivery(delivery: Delivery, source: SourceSpec, make: PseudonymMaker, key_version: int) -> Opened:
    """Opens a delivery.

    Raises:
        DefectiveDelivery: the first defect that was found; its message holds no value.
    """
    opening = _Opening(delivery, source, make, key_version)
    for place, file in enumerate(delivery.files, 1):
        # files and folders may be named after a patient: outside the vault only names that the software declares are told, others by their place in the manifest
        folder, _, name = file.path.partition("/")
        known = folder == file.part != "mixed" and (source.spec_of(file.part, name) or source.is_never_landed(name))
        opening.file(file, file.path if known else f"{file.part}/#{place}")
    return opening.close()
