"""Big countries out of a simulated one: practices multiplied under new numbers, and one night cut off from the years before it.

A copy of a practice has its own number, so its pseudonyms and keys are its own; its files are links, which costs no space.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Manifest = dict[str, Any]


def _deliveries(landing: Path, practice: dict[str, Any]) -> Iterator[tuple[Path, Manifest]]:
    for manifest in sorted((landing / practice["software"] / practice["practice_id"]).glob("*/manifest.json")):
        yield manifest.parent, json.loads(manifest.read_text("utf-8"))


def registry(landing: Path) -> list[dict[str, Any]]:
    """The practices of a landing folder that send tabular files."""
    rows = [json.loads(line) for line in (landing / "practices.jsonl").read_text("utf-8").splitlines()]
    return [r for r in rows if r["software"] in ("tabula", "nidus")]


def multiply(landing: Path, out: Path, times: int) -> int:
    """Every practice `times` times; returns the size in bytes."""
    listed, size = [], 0
    for practice in registry(landing):
        for n in range(times):
            number = f"{practice['practice_id']}-{n}"
            listed.append({**practice, "practice_id": number})
            for folder, told in _deliveries(landing, practice):
                delivery = f"{told['delivery_id']}-{n}"
                target = out / practice["software"] / number / delivery
                for file in told["files"]:
                    (target / file["path"]).parent.mkdir(parents=True, exist_ok=True)
                    os.link(folder / file["path"], target / file["path"])
                    size += (target / file["path"]).stat().st_size
                manifest = {**told, "practice_id": number, "delivery_id": delivery}
                (target / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    (out / "practices.jsonl").write_text("".join(json.dumps(p) + "\n" for p in listed), "utf-8")
    return size


def cut(landing: Path, out: Path, before: int, night: int) -> None:
    """Of every practice its last consultations: `before` as a full delivery, then `night` as the incremental one of the next day."""
    for practice in registry(landing):
        folder, told = next(_deliveries(landing, practice))
        rows = {f["path"]: _rows(folder / f["path"]) for f in told["files"]}
        visits = next(p for p in rows if Path(p).stem == "consultations")
        dates, number = ("DATE", "NUM") if practice["software"] == "tabula" else ("encounter_date", "id")
        ordered = sorted(rows[visits], key=lambda r: _day(str(r[dates])))[-before - night :]
        old, new = {r[number] for r in ordered[:-night]}, {r[number] for r in ordered[-night:]}
        patients = {str(r.get("PATIENT") or r.get("patient")) for r in ordered}
        for sequence, wanted in ((1, old), (2, new)):
            files = {}
            for path, listed in rows.items():
                kept = [r for r in listed if _belongs(path, r, wanted, number, patients, sequence == 1)]
                if kept:
                    files[path] = kept
            _write(out / practice["software"] / practice["practice_id"], told, sequence, files)
    (out / "practices.jsonl").write_text("".join(json.dumps(p) + "\n" for p in registry(landing)), "utf-8")


def _day(text: str) -> str:
    return text[6:10] + text[3:5] + text[:2] if text[2:3] == "/" else text


def _belongs(path: str, row: dict[str, Any], visits: set[Any], number: str, patients: set[str], first: bool) -> bool:
    """Whether a record goes into a delivery: with its consultation, or as a standing fact into the first one."""
    if Path(path).stem == "consultations":
        return row[number] in visits
    if row.get("CONSULTATION"):
        return row["CONSULTATION"] in visits
    patient = row.get("PATIENT") or row.get("patient") or row.get("patient_id") or row.get("NUM_PATIENT")
    return first and (patient is None or str(patient) in patients)


def _rows(file: Path) -> list[dict[str, Any]]:
    if file.suffix == ".csv":
        return list(csv.DictReader(io.StringIO(file.read_text("iso-8859-1"), newline=""), delimiter=";"))
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def _content(path: str, rows: list[dict[str, Any]]) -> bytes:
    if not path.endswith(".csv"):
        return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows).encode()
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("iso-8859-1")


def _write(practice: Path, told: Manifest, sequence: int, files: dict[str, list[dict[str, Any]]]) -> None:
    delivery = f"{told['delivery_id'][:30]}-{sequence}"
    listed = []
    for path, rows in files.items():
        content = _content(path, rows)
        target = practice / delivery / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        part = "identity" if path.startswith("identity/") else "medical"
        listed.append({"path": path, "part": part, "rows": len(rows), "sha256": hashlib.sha256(content).hexdigest()})
    manifest = {**told, "delivery_id": delivery, "sequence": sequence, "files": listed, "extracted_at": f"2026-01-0{4 + sequence}T20:00:00Z",
                "kind": "full" if sequence == 1 else "incremental"}  # fmt: skip
    (practice / delivery / "manifest.json").write_text(json.dumps(manifest), "utf-8")
