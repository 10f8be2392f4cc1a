"""What waits in landing, and the registry of those who may deliver."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from p4dp.errors import UsageError
from p4dp.pipeline import discover
from tests.conftest import config_at

GOOD = {"practice_id": "P1", "software": "tabula", "commune": "2A004", "joined_on": "2026-01-01"}


def _context(home: Path) -> Any:
    (home / "landing").mkdir()
    return SimpleNamespace(config=config_at(home), ledger=SimpleNamespace(states=list), sources={"tabula"})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"commune": "1004"}, "commune"),
        ({"joined_on": "01/01/2026"}, "joined_on"),
        ({"software": None}, "software"),
        ({"left_on": "2025-12-31"}, "left_on lies before"),
    ],
)
def test_a_line_that_is_no_practice_is_named_before_the_night_begins(tmp_path: Path, changes: dict[str, object], told: str) -> None:
    context = _context(tmp_path)
    lines = [json.dumps(GOOD), "", json.dumps({**GOOD, **changes})]
    (tmp_path / "landing" / "practices.jsonl").write_text("\n".join(lines), "utf-8")
    with pytest.raises(UsageError, match=f"line 3: .*{told}"):
        discover.registry(context)
    (tmp_path / "landing" / "practices.jsonl").write_text(json.dumps({**GOOD, "region": "Corse"}), "utf-8")
    assert discover.registry(context) == {"P1": {**GOOD, "left_on": None}}
    (tmp_path / "landing" / "practices.jsonl").write_bytes('{"practice_id": "é"}'.encode("latin-1"))
    with pytest.raises(UsageError, match="not UTF-8"):
        discover.registry(context)


def test_a_folder_that_cannot_be_read_waits_and_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    context = _context(tmp_path)
    for delivery in ("d1", "d2"):
        (tmp_path / "landing" / "tabula" / "P1" / delivery).mkdir(parents=True)
    (tmp_path / "landing" / "tabula" / "P1" / "d1" / "manifest.json").symlink_to("/proc/self/mem")  # it opens, and cannot be read
    (tmp_path / "landing" / "tabula" / "P1" / "d2" / "manifest.json").write_text("{}", "utf-8")
    assert [f.folder for f in discover.waiting(context, None)] == ["tabula/P1/d2"]
    assert "tabula/P1/d1" in caplog.text
