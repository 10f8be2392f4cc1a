"""Known errors are one line on stderr and a stable exit code."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from p4dp.cli import main
from p4dp.setup_java import java_problem
from p4dp.storage.lease import Lease

ROOT = Path(__file__).resolve().parents[2]


def _call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(str(ended.value.code)), capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nightly", "--set", "quality.tolerence=1"], "did you mean quality.tolerance"),
        (["nightly", "--date", "05/01/2026"], "write yyyy-MM-dd"),
        (["nightly", "--config", "conf/none.yaml"], "no configuration"),
        (["dictionary", "silver.encounters"], "did you mean silver.encounter"),
        (["evaluate", "weather"], "can be evaluated"),
        (["simulate", "--patients", "0"], "1 or more"),
        (["nightly", "--nonsense"], "nonsense"),
    ],
)
def test_usage_errors(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str], says: str
) -> None:
    monkeypatch.setenv("P4DP_CONFIG", str(ROOT / "conf/test.yaml"))
    home = [] if arguments[0] in ("dictionary",) else ["--home", str(tmp_path)]
    code, errors = _call(capsys, *arguments, *home)
    assert code == 2 and says in errors and "Traceback" not in errors


def test_a_held_lease_is_exit_5(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("P4DP_CONFIG", str(ROOT / "conf/test.yaml"))
    with Lease(tmp_path / "logs" / "lease", 60):
        code, errors = _call(capsys, "nightly", "--home", str(tmp_path))
    assert code == 5 and str(os.getpid()) in errors


def test_a_dictionary_page(capsys: pytest.CaptureFixture[str]) -> None:
    main(["dictionary", "silver.encounter"])
    assert "One contact or record entry" in capsys.readouterr().out


def test_java_that_is_missing_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert (java_problem() or "").startswith("no Java found: install a Java 17 runtime")


def test_algorithms_of_a_folder_are_listed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P4DP_CONFIG", str(ROOT / "conf/test.yaml"))
    for folder, there in (([], False), (["--folder", str(ROOT / "docs/examples/own_algorithm")], True)):
        main(["algorithms", *folder])
        names = {line.split("│")[1].strip() for line in capsys.readouterr().out.splitlines() if line.startswith("│")}
        assert {"diabetes", "asthma"} <= names and ("gout" in names) is there
