"""A small country through two nights: what was planted is caught, and what was good is there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from p4dp.contracts import layer
from p4dp.errors import UsageError
from p4dp.evaluate.quality import evaluate
from p4dp.pipeline import reprocess, status
from p4dp.pipeline.conform import TRANSFORMATIONS
from p4dp.pipeline.context import Context
from tests.conftest import ROOT, Country


def _copy(country: Country, home: Path, *parts: str) -> Country:
    for part in parts:
        shutil.copytree(country.home / part, home / part)
    return Country(country.spark, home)


def test_every_planted_defect_is_caught_and_nothing_else(country: Country) -> None:
    result = evaluate(country.context)
    assert result["planted"] > 200
    assert (result["missed"], result["extra"], result["wrong"]) == (0, 0, 0), result


def test_damaged_deliveries_are_refused_whole(country: Country) -> None:
    assert (country.first["refused"], country.first["accepted"], country.second["refused"]) == (13, 3, 0)  # type: ignore[attr-defined]
    refused = {s["delivery_id"] for s in country.context.ledger.states() if s["state"] == "refused"}
    for kind in ("reason", "encounter", "patient"):
        assert not refused & {
            r[0] for r in country.context.tables.read(f"bronze.{kind}").select("delivery_id").distinct().collect()
        }


def test_every_table_was_filled(country: Country) -> None:
    quarantined = {r[0] for r in country.context.tables.read("silver.quarantine").select("table_name").distinct().collect()}
    for name in TRANSFORMATIONS:
        assert name in quarantined or country.context.tables.read(f"silver.{name}").limit(1).count(), name


def test_official_documents_reach_silver(country: Country, request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--cda"):
        pytest.skip("no --cda folder given")
    delivery = next(s["delivery_id"] for s in country.context.ledger.states() if s["practice_id"] == "P90000")
    counts = {
        name: country.context.tables.read(f"silver.{name}").where(f"delivery_id = '{delivery}'").count() for name in TRANSFORMATIONS
    }
    assert {name: n for name, n in counts.items() if n} == {
        "patient": 1, "history": 6, "allergy": 1, "lifestyle": 2, "prescription": 2, "vaccination": 1, "lab_result": 2, "document": 4}  # fmt: skip
    codes = {
        r[0] for r in country.context.tables.read("silver.history").where(f"delivery_id = '{delivery}'").select("code").collect()
    }
    assert codes == {"G459", "I200", "N10", "I211", "DDAF004", "D571"}


def test_the_same_night_again_writes_nothing(country: Country) -> None:
    before = {f"silver.{t.name}": country.context.tables.version(f"silver.{t.name}") for t in layer("silver")}
    assert country.night()["batches"] == 0
    assert {name: country.context.tables.version(name) for name in before} == before


def test_personal_notes_are_never_landed(country: Country) -> None:
    texts = country.context.tables.read("restricted.free_text")
    assert not texts.where("text LIKE '%note du medecin%'").count()


@pytest.mark.verify
def test_silver_from_nothing_is_the_same(country: Country, tmp_path: Path) -> None:
    other = _copy(country, tmp_path, "landing", "referentials", "vault", "warehouse", "restricted")
    with other.lease() as lease:
        reprocess.rebuild(Context.of(other.config, other.spark, lease))
    for name in TRANSFORMATIONS:
        assert other.silver(name) == country.silver(name), name


def test_a_rule_that_nobody_has_is_refused(country: Country) -> None:
    with pytest.raises(UsageError, match=r"no row rule encounter\.kind\.code; is it encounter\.kind\.codes"):
        reprocess.run(country.context, rule="encounter.kind.code")


def test_quality_pages_are_listed(country: Country) -> None:
    quality = country.home / "logs" / "quality"
    page = (quality / "index.html").read_text("utf-8")
    assert page.index("batch-2/index.html") < page.index("batch-1/index.html")
    assert "silver.encounter" in (quality / "batch-1" / "index.html").read_text("utf-8")  # GE's own Data Docs of the batch


def test_status_shows_counts_only(country: Country) -> None:
    page = status.collect(country.context)
    assert (
        page["deliveries"] == {"accepted": country.first["accepted"] + country.second["accepted"], "refused": 13}
        and page["quarantined"]
        and page["unfinished"] is None
    )


def test_gate_looked_at_every_table(country: Country) -> None:
    results = [r for r in country.context.tables.rows("ops.quality") if r["source"] is None]
    assert {r["table_name"] for r in results} >= {f"silver.{name}" for name in TRANSFORMATIONS}
    assert [r["check_name"] for r in results if not r["passed"]] == []


@pytest.mark.verify
def test_plans_and_event_logs_hold_no_identity(country: Country, tmp_path: Path) -> None:
    """A night in a process of its own, with all that the engine tells of itself written down: its plans among it."""
    for part in ("landing", "referentials"):
        shutil.copytree(country.home / part, tmp_path / part)
    events, properties = tmp_path / "events", tmp_path / "conf" / "spark.conf"
    events.mkdir()
    shutil.copytree(ROOT / "conf" / "spark", properties.parent)
    told = {"enabled": "true", "dir": f"file:{events}", "compress": "false", "rolling.enabled": "false"}
    usual = (ROOT / "conf" / "spark" / "test.conf").read_text("utf-8")
    properties.write_text(usual + "".join(f"spark.eventLog.{k} {v}\n" for k, v in told.items()), "utf-8")
    command = [sys.executable, str(ROOT / "jobs" / "nightly.py"), "--home", str(tmp_path), "--config", str(ROOT / "conf" / "test.yaml"),
               "--set", f"spark.properties={properties}"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    log = "".join(f.read_text("utf-8") for f in events.iterdir())
    assert log.count("physicalPlanDescription") > 100
    wanted, _ = country.identities()
    assert [w for w in sorted(wanted) if w in log or w in done.stderr or w in done.stdout] == []
