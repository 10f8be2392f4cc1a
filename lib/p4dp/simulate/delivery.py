"""A delivery as a practice's software leaves it in landing: its files, and the manifest that names them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from pathlib import Path

from p4dp.simulate.dialects import Files


def write(landing: Path, software: str, practice_id: str, sequence: int, day: dt.date, full: bool, files: Files) -> Path:
    """Writes a delivery, the manifest last; returns its folder."""
    delivery_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{practice_id}/{sequence}/{len(files)}"))
    folder = landing / software / practice_id / delivery_id
    listed = []
    for path, (content, part, rows) in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        listed.append({"path": path, "part": part, "rows": rows, "sha256": hashlib.sha256(content).hexdigest()})
    manifest = {
        "delivery_id": delivery_id,
        "practice_id": practice_id,
        "software": software,
        "sequence": sequence,
        "extracted_at": f"{day.isoformat()}T20:00:00Z",
        "kind": "full" if full else "incremental",
        "files": listed,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), "utf-8")
    return folder
