"""A verified file → bronze records and words."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import orjson

from p4dp.identity.keys import PseudonymMaker
from p4dp.pipeline.opening import Delivery, open_delivery
from p4dp.sources import records, verify
from p4dp.sources.manifest import ManifestFile
from p4dp.sources.spec import load

SOURCES = load(Path(__file__).resolve().parents[2] / "conf" / "sources")
MAKE = PseudonymMaker(b"0" * 32)
ORIGIN = records.Origin("P1", "0f", "nidus", "d1", 4, dt.date(2026, 1, 5))


def _nidus(*rows: dict[str, object]) -> records.File:
    content = b"\n".join(orjson.dumps(r) for r in rows)
    spec = SOURCES["nidus"].medical["consultations.jsonl"]
    read = verify.json_lines(content, SOURCES["nidus"], spec, "c")
    return records.File(read, SOURCES["nidus"], spec, ORIGIN, "medical/consultations.jsonl", MAKE)


def test_children_stay_with_their_record() -> None:
    rows = _nidus(
        {"id": "C1", "patient": 7, "reason": [{"id": "R1", "code": "J11"}, {"code": "DUPONT JEAN"}]},
        {"id": "C2", "patient": "8"},
        {"id": "C3", "patient": "7", "op": "S", "reason": [{"id": "R3", "code": "R05"}]},
    ).records()
    assert [[e["code"] for e in r["reason"] or []] for r in rows.to_pylist()] == [["J11", None], [], ["R05"]]
    assert [e["moved"] for e in rows["reason"][0].as_py()] == [None, "code"]
    assert rows["op"].to_pylist() == ["upsert", "upsert", "delete"]
    assert rows["patient_key"].to_pylist() == [MAKE.patient("P1", n) for n in ("7", "8", "7")]
    assert rows["source_row"].to_pylist() == [1, 2, 3]


def test_text_of_another_shape_is_named_and_left_out() -> None:
    rows = _nidus(
        {"id": "C1", "patient": "7"}, {"id": "not a number", "patient": "7", "encounter_date": "hier", "kind": "1790356121135"}
    ).records()
    assert rows["moved"].to_pylist() == [None, "record_id,encounter_date,kind"]
    assert rows["record_id"].to_pylist() == ["C1", None]


def test_words_find_their_record() -> None:
    words = _nidus(
        {"id": "C1", "patient": "7", "note_text": "vu", "reason": [{"id": "R1", "reason_text": "toux"}, {"reason_text": "fièvre"}]},
    ).words()
    assert [(w["holder_id"], w["kind"], w["inside"], w["text"]) for w in words.to_pylist()] == [
        ("C1", "encounter", None, "vu"), ("C1", "reason", "R1", "toux"), ("C1", "reason", "1", "fièvre")]  # fmt: skip


def _delivery(folder: Path, **files: bytes) -> Delivery:
    listed = []
    for name, content in files.items():
        part = "identity" if name == "patients" else "medical"
        path = folder / part / f"{name.replace('_', '-')}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        rows = content.count(b"\n") - 1
        listed.append(ManifestFile(path=f"{part}/{path.name}", part=part, rows=rows, sha256=hashlib.sha256(content).hexdigest()))
    return Delivery(str(folder), "tabula", "P1", "d1", 1, dt.date(2026, 1, 5), tuple(listed))


def test_a_number_used_twice_is_counted_over_the_files_of_a_delivery(tmp_path: Path) -> None:
    head = b"NUM;PATIENT;CONSULTATION;CODE_CISP;LIBELLE;ETAT\n"
    delivery = _delivery(tmp_path, motifs_1=head + b"1;7;3;A01;;\n2;7;3;A01;;\n", motifs_2=head + b"2;9;3;A02;;\n")
    opened = open_delivery(delivery, SOURCES["tabula"], MAKE, 1)
    rows = opened.parts["reason"][0].to_pylist()
    assert [(r["record_id"], r["copies"]) for r in rows] == [("1", None), ("2", 2), ("2", 2)]
    assert [r["local_id"] for r in opened.parts["unsure"][0].to_pylist()] == ["7", "9"]
