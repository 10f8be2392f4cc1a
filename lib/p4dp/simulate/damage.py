"""Whole deliveries that must be refused: copies of a good one, each damaged in one way, written by hand."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from p4dp.simulate.lives import DAY0
from p4dp.simulate.practice import Setting

Manifest = dict[str, Any]


def _file(folder: Path, manifest: Manifest, end: str) -> tuple[Path, dict[str, Any]]:
    entry = next(f for f in manifest["files"] if f["path"].endswith(end))
    return folder / entry["path"], entry


def _rewrite(folder: Path, manifest: Manifest, end: str, change: Callable[[bytes], bytes]) -> None:
    path, entry = _file(folder, manifest, end)
    content = change(path.read_bytes())
    path.write_bytes(content)
    entry["sha256"] = hashlib.sha256(content).hexdigest()


def _checksum(folder: Path, manifest: Manifest) -> None:
    _file(folder, manifest, "motifs.csv")[1]["sha256"] = "0" * 64


def _truncated(folder: Path, manifest: Manifest) -> None:
    path, _ = _file(folder, manifest, "motifs.csv")
    path.write_bytes(path.read_bytes()[: -max(path.stat().st_size // 3, 10)])


def _column(folder: Path, manifest: Manifest) -> None:
    _rewrite(folder, manifest, "motifs.csv", lambda c: c.replace(b"NUM;PATIENT", b"NUMERO;PATIENT", 1))


def _encoding(folder: Path, manifest: Manifest) -> None:
    _rewrite(folder, manifest, "motifs.csv", lambda c: c.decode("iso-8859-1").replace("motif", "problème").encode("utf-8"))


def _nul(folder: Path, manifest: Manifest) -> None:
    _rewrite(folder, manifest, "motifs.csv", lambda c: c[:-3] + b"\0" + c[-3:])


def _quote(folder: Path, manifest: Manifest) -> None:
    _rewrite(folder, manifest, "motifs.csv", lambda c: c.rstrip(b"\n") + b'"\n')


def _field(folder: Path, manifest: Manifest) -> None:
    _rewrite(folder, manifest, "motifs.csv", lambda c: c.rstrip(b"\n") + b"x" * 10_000_000 + b"\n")


def _empty(folder: Path, manifest: Manifest) -> None:
    _rewrite(folder, manifest, "motifs.csv", lambda c: b"")


def _ragged(folder: Path, manifest: Manifest) -> None:
    _rewrite(folder, manifest, "motifs.csv", lambda c: c.rstrip(b"\n") + b"\n1;2\n")


def _outside(folder: Path, manifest: Manifest) -> None:
    manifest["files"][0]["path"] = "../../practices.jsonl"


def _missing(folder: Path, manifest: Manifest) -> None:
    _file(folder, manifest, "motifs.csv")[0].unlink()


def _rows(folder: Path, manifest: Manifest) -> None:
    _file(folder, manifest, "motifs.csv")[1]["rows"] += 1


def _stranger(folder: Path, manifest: Manifest) -> None:
    manifest["practice_id"] = "P99999"


DAMAGES: list[tuple[str, Callable[[Path, Manifest], None]]] = [
    ("delivery.checksum", _checksum),
    ("delivery.checksum", _truncated),
    ("delivery.columns", _column),
    ("delivery.encoding", _encoding),
    ("delivery.nul_byte", _nul),
    ("delivery.quote", _quote),
    ("delivery.field_size", _field),
    ("delivery.empty_file", _empty),
    ("delivery.malformed", _ragged),
    ("delivery.path", _outside),
    ("delivery.missing_file", _missing),
    ("delivery.rows", _rows),
    ("delivery.unknown_practice", _stranger),
]


def damage(setting: Setting) -> list[dict[str, str]]:
    """Writes one damaged delivery of each kind for the first practice; returns folder and rule of each."""
    landing = Path(setting.landing)
    good = min((landing / "tabula" / "P00000").iterdir(), key=lambda d: json.loads((d / "manifest.json").read_text())["sequence"])
    out = []
    for n, (code, spoil) in enumerate(DAMAGES):
        practice = "P99999" if spoil is _stranger else "P00000"
        delivery_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"damaged/{n}"))
        folder = landing / "tabula" / practice / delivery_id
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(good, folder)
        manifest: Manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        when = DAY0 + dt.timedelta(hours=20)
        manifest |= {
            "delivery_id": delivery_id,
            "sequence": 1000 + n,
            "extracted_at": f"{when.isoformat()}T20:00:00Z"[:10] + "T21:00:00Z",
        }
        spoil(folder, manifest)
        (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
        out.append({"folder": f"tabula/{practice}/{delivery_id}", "code": code})
    return out
