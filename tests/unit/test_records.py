"""A verified file → bronze records and words."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path

import orjson
import pyarrow as pa
import pytest
from lxml import etree

from p4dp.errors import DefectiveDelivery
from p4dp.identity.keys import PseudonymMaker
from p4dp.pipeline import opening
from p4dp.pipeline.opening import Delivery, open_delivery
from p4dp.sources import cda, records, verify
from p4dp.sources.manifest import ManifestFile, parse
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
        ("C1", "encounter", None, "vu"), ("C1", "reason", "R1", "toux"), ("C1", "reason", "@1", "fièvre")]  # fmt: skip


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
    assert [r["patient_key"] for r in opened.parts["unsure"][0].to_pylist()] == [MAKE.patient("P1", n) for n in ("7", "9")]


def test_encounters_that_a_delivery_names_and_does_not_hold_are_told(tmp_path: Path) -> None:
    """A number that is not of its shape is no reference; one that is deleted is held."""
    reasons = (
        b"NUM;PATIENT;CONSULTATION;CODE_CISP;LIBELLE;ETAT\n1;7;3;A01;;\n2;7;4;A01;;\n3;7;5;A01;;\n4;7;;A01;;\n5;7;vue hier;A01;;\n"
    )
    visits = b"NUM;PATIENT;DATE;TYPE;PRATICIEN;FACTURANT;OBSERVATION;ETAT\n3;7;05/01/2026;C;1;1;;\n4;7;05/01/2026;C;1;1;;S\n"
    opened = open_delivery(_delivery(tmp_path, motifs=reasons, consultations=visits), SOURCES["tabula"], MAKE, 1)
    assert [r["record_id"] for r in opened.parts["loose"][0].to_pylist()] == ["5"]


def test_a_word_for_what_became_of_a_record_must_be_explained() -> None:
    rows = _nidus(
        {"id": "C1", "patient": "7", "op": "SUPPR"},
        {"id": "no number", "patient": "7", "op": "S"},
        {"id": "C3", "patient": "7", "op": "S"},
    ).records()
    assert list(zip(rows["op"].to_pylist(), rows["moved"].to_pylist(), strict=True)) == [
        ("upsert", "op"),
        ("upsert", "record_id"),
        ("delete", None),
    ]


def test_people_are_made_whole_and_two_under_one_number_are_told() -> None:
    def person(key: str, **traits: object) -> dict[str, object]:
        return {"patient_key": key, "birth_year": 1950, "birth_month": 3, "sex": "F", "nir_status": "valid", **traits}

    rows = [
        person("a", commune=None),
        person("a", commune="13055"),
        person("b"),
        person("b", birth_year=1980),
        person("c", commune="12 rue des Lilas"),
    ]
    found = {r["patient_key"]: r for r in records.people(rows, "patient", ORIGIN).to_pylist()}
    assert (found["a"]["commune"], found["a"]["copies"], found["b"]["copies"]) == ("13055", None, 2)
    assert (found["c"]["commune"], found["c"]["moved"]) == (None, "commune")


@pytest.mark.parametrize(
    "text", ["1790356121135", "179035612113582", "7790301000001", "1.79.03.56.121.135", "1-79-03-2A-121-135", "pat:2790356121135"]
)
def test_no_nir_has_the_shape_of_a_number(text: str) -> None:
    assert records.guarded(pa.array([text]), "id")[0].to_pylist() == [None]


@pytest.mark.parametrize(
    "text", ["3400932857241", "20260105101500", "2026-01-05-000123", "C-1", "8f14e45f-ceea-467f-9d5e-1c2d3e4f5a6b"]
)
def test_numbers_of_other_things_keep_their_shape(text: str) -> None:
    assert records.guarded(pa.array([text]), "id")[0].to_pylist() == [text]


def test_what_the_folder_does_not_hold_is_told_apart_from_what_cannot_be_read_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = _delivery(tmp_path, motifs=b"NUM;PATIENT;CONSULTATION;CODE_CISP;LIBELLE;ETAT\n")
    monkeypatch.setattr(verify, "MOST_BYTES", 10)
    with pytest.raises(DefectiveDelivery, match="send the file in pieces"):
        open_delivery(delivery, SOURCES["tabula"], MAKE, 1)
    monkeypatch.undo()

    def broken(*_: object) -> bytes:
        raise PermissionError

    monkeypatch.setattr(opening, "content", broken)
    with pytest.raises(PermissionError):  # the delivery is not to blame: it waits
        open_delivery(delivery, SOURCES["tabula"], MAKE, 1)
    monkeypatch.undo()
    file = tmp_path / "medical" / "motifs.csv"
    file.unlink()
    file.mkdir()
    with pytest.raises(DefectiveDelivery, match="not in the folder"):
        open_delivery(delivery, SOURCES["tabula"], MAKE, 1)


@pytest.mark.parametrize(("change", "message"), [({"sequence": 10**25}, "sequence"), ({"sequence": -1}, "sequence"),
                                                 ({"files": [{"path": f"medical/{'x' * 300}.csv", "part": "medical", "rows": 1, "sha256": "0"}]}, "255 bytes")])  # fmt: skip
def test_a_manifest_that_no_ledger_could_hold_is_refused(change: dict[str, object], message: str) -> None:
    told = {
        "delivery_id": "d",
        "practice_id": "P1",
        "software": "tabula",
        "sequence": 1,
        "extracted_at": "2026-01-05T20:00:00Z",
        "kind": "full",
        "files": [],
        **change,
    }
    with pytest.raises(DefectiveDelivery, match=message):
        parse(json.dumps(told).encode(), "tabula", "P1", "d")


@pytest.mark.parametrize(("value", "more", "status"), [
    ('xsi:type="PQ" value="25" unit="{pack}/a"', "", "current"), ('xsi:type="PQ" value="0" unit="{pack}/a"', "", "never"),
    ('xsi:type="PQ" value="0" unit="{cigarette}/d"', "", "unknown"), ('xsi:type="CD" code="8517006"', "", "former"), ('xsi:type="CD" code="266919005"', "", "never"),
    ('xsi:type="CD" nullFlavor="UNK"', "", "unknown"), ('xsi:type="CD" code="77176002"', 'negationInd="true"', "never"),
])  # fmt: skip
def test_a_habit_is_current_former_never_or_not_known(value: str, more: str, status: str) -> None:
    spaces = 'xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    entry = etree.fromstring(f'<entry {spaces}><observation {more}><code code="229819007"/><value {value}/></observation></entry>')
    ((_, row),) = cda._lifestyle(entry)
    assert row["status"] == status
