"""A small country through two nights: what was planted is caught, and what was good is there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from p4dp.contracts import layer
from p4dp.evaluate.quality import evaluate
from p4dp.pipeline import reprocess, status
from p4dp.pipeline.conform import TRANSFORMATIONS
from p4dp.pipeline.context import Context
from tests.conftest import Country


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


@pytest.mark.parametrize("name", sorted(TRANSFORMATIONS))
def test_gate_looked_at_every_table(country: Country, name: str) -> None:
    results = country.context.tables.read("ops.quality").where(f"table_name = 'silver.{name}' AND source IS NULL")
    assert results.where("passed").count() >= 1 and results.where("NOT passed").count() == 0
