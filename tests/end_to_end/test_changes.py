"""Nights that do not go as planned: a third software, deliveries to refuse or leave out, a gate that fails, a mapping that is mended, kills."""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
import time
from pathlib import Path

import pytest
import yaml
from pyspark.sql import functions as F

from p4dp.config import load
from p4dp.errors import GateFailed
from p4dp.pipeline import nightly, reprocess
from p4dp.pipeline.context import Context
from p4dp.silver import TRANSFORMATIONS
from p4dp.simulate.delivery import write
from tests.conftest import ROOT, Country
from tests.end_to_end.killed import run_until

DAY = dt.date(2026, 1, 8)
TERTIO = {
    "software": "tertio",
    "reader": "delimited",
    "delimiter": ",",
    "identity": {"pat.csv": {"record": "patient", "required": ["id"], "columns": {"id": "patient_id", "dob": "birth_date", "sex": "sex", "town": "commune"}}},
    "medical": {
        "visits.csv": {"record": "encounter", "required": ["nr", "id"], "columns": {"nr": "record_id", "id": "patient_id", "day": "encounter_date"},
                       "constants": {"kind": "surgery"}},
        "certs.csv": {"record": "certificate", "required": ["nr", "id"],
                      "columns": {"nr": "record_id", "id": "patient_id", "visit": "encounter_record_id", "day": "issued_on", "what": "kind"}},
    },
    "values": {"patient.sex": {"M": "male", "W": "female"}},
}  # fmt: skip


class _Site:
    """A copy of the country with a third software; its configuration can be changed between nights."""

    def __init__(self, country: Country, home: Path) -> None:
        for part in ("landing", "referentials", "vault", "warehouse", "restricted", "logs"):
            shutil.copytree(country.home / part, home / part)
        self.home, self.spark, self.country = home, country.spark, Country(country.spark, home)
        shutil.copytree(ROOT / "conf" / "sources", home / "sources")
        shutil.copytree(ROOT / "expectations", home / "expectations")
        self.declare(TERTIO)
        with (home / "landing" / "practices.jsonl").open("a") as registry:
            for practice in ("P00050", "P00051"):
                entry = {"practice_id": practice, "software": "tertio", "commune": "13055", "joined_on": "2026-01-01"}
                registry.write(json.dumps(entry) + "\n")

    def declare(self, source: dict[str, object]) -> None:
        (self.home / "sources" / "tertio.yaml").write_text(yaml.safe_dump(source), "utf-8")

    def deliver(self, practice: str, day: str) -> Path:
        files = {
            "identity/pat.csv": (b"id,dob,sex,town\n1,1950-02-03,W,13055\n", "identity", 1),
            "medical/visits.csv": (f"nr,id,day\nV1,1,{day}\n".encode(), "medical", 1),
            "medical/certs.csv": (f"nr,id,visit,day,what\nC1,1,V1,{day},SPO\n".encode(), "medical", 1),
        }
        return write(self.home / "landing", "tertio", practice, 1, DAY, False, files)  # type: ignore[arg-type]

    def context(self, *sets: str) -> Context:
        given = [f"sources={self.home}/sources", f"expectations={self.home}/expectations", *sets]
        self.config = load(ROOT / "conf" / "test.yaml", str(self.home), given)
        return Context.of(self.config, self.spark, self.lease)

    def states(self) -> dict[str, set[tuple[str, str | None]]]:
        """What was said of each folder, one word per manifest that it had."""
        out: dict[str, set[tuple[str, str | None]]] = {}
        for s in self.country.context.ledger.states():
            out.setdefault(s["folder"], set()).add((s["state"], s["code"]))
        return out

    def tertio(self, name: str) -> list[dict[str, object]]:
        tables = self.country.context.tables
        keys = tables.read("silver.practice").where("software = 'tertio'").select("practice_key")
        return [r.asDict() for r in tables.read(f"silver.{name}").join(keys, "practice_key", "left_semi").collect()]


@pytest.mark.verify
def test_nights_that_do_not_go_as_planned(country: Country, tmp_path: Path) -> None:
    site = _Site(country, tmp_path)
    landing = site.home / "landing"
    good = site.deliver("P00050", "2026-01-07")
    wrong = site.deliver("P00051", "2999-01-07")
    empty = (b"x;y\n", "medical", 0)
    twins = [
        write(landing, "tabula", "P00000", 60, DAY, False, {f"medical/{n}.csv": empty for n in names}) for names in ("a", "ab")
    ]
    known = next(s for s in country.context.ledger.states() if s["state"] == "accepted" and s["practice_id"] == "P00001")
    changed = landing / known["folder"] / "manifest.json"
    changed.write_text(json.dumps({**json.loads(changed.read_text()), "period_to": "2026-01-02"}))

    never = [{"name": "encounter.never", "sentence": "Never.", "severity": "fail", "query": "SELECT 1 AS one",
              "type": "expect_column_values_to_be_in_set", "kwargs": {"column": "one", "value_set": [2]}}]  # fmt: skip
    extra = site.home / "expectations" / "extra" / "silver" / "never.yaml"
    extra.write_text(yaml.safe_dump(never), "utf-8")
    strict = 'quality.zero_tolerance=["encounter.encounter_date.range"]'

    with site.country.lease() as site.lease:
        # an expectation that fails takes silver back to what was published
        with pytest.raises(GateFailed, match=r"encounter\.never"):
            nightly.run(site.context(strict))
        for name in ("encounter", "certificate", "patient", "quarantine"):
            assert site.country.silver(name) == country.silver(name), name
        extra.unlink()
        assert nightly.run(site.context(strict))["batches"] == 1

        # one row with a date in the future left its whole delivery out; the rest of the night went on
        states = site.states()
        assert states[str(good.relative_to(landing))] == {("accepted", None)}
        assert states[str(wrong.relative_to(landing))] == {("left_out", "delivery.zero_tolerance")}
        assert [states[str(t.relative_to(landing))] for t in twins] == [{("refused", "delivery.sequence")}] * 2
        assert states[known["folder"]] == {("accepted", None), ("refused", "delivery.duplicate_id")}
        assert [(r["kind"], str(r["encounter_date"])) for r in site.tertio("encounter")] == [("surgery", "2026-01-07")]
        assert [(r["sex"], r["birth_year"], r["department"]) for r in site.tertio("patient")] == [("female", 1950, "13")]
        assert site.tertio("certificate") == []  # its word has no mapping yet
        assert [r["rules"] for r in site.tertio("quarantine")] == [["certificate.kind.codes"]]

        # the mapping is mended: the quarantined rows are run again
        site.declare({**TERTIO, "values": {**TERTIO["values"], "certificate.kind": {"SPO": "sport"}}})  # type: ignore[dict-item]
        mended = reprocess.run(site.context(), rule="certificate.kind.codes")
        assert (mended["practices"], mended["quarantined_before"], mended["quarantined_after"]) == (1, 1, 0)
        assert [(r["kind"], str(r["issued_on"])) for r in site.tertio("certificate")] == [("sport", "2026-01-07")]


def _practice_of_three_patients(home: Path, sequences: tuple[int, ...]) -> None:
    """Deliveries in which records wait for a patient or a consultation that a later one brings, and a consultation is deleted and sent again."""
    visits, certs = "nr,id,day,op\n", "nr,id,visit,day,what\n"

    def people(*numbers: int) -> dict[str, tuple[bytes, str, int]]:
        rows = "".join(f"{n},195{n}-02-03,W,13055\n" for n in numbers)
        return {"identity/pat.csv": (f"id,dob,sex,town\n{rows}".encode(), "identity", len(numbers))}

    def medical(seen: str, given: str) -> dict[str, tuple[bytes, str, int]]:
        return {"medical/visits.csv": ((visits + seen).encode(), "medical", seen.count("\n")),
                "medical/certs.csv": ((certs + given).encode(), "medical", given.count("\n"))}  # fmt: skip

    files = {
        1: (True, {**people(1), **medical("V1,1,2026-01-02,\nV3,1,2026-01-02,\n", "C1,1,V1,2026-01-02,SPO\n")}),
        2: (False, medical("V2,2,2026-01-03,\n", "C2,1,V9,2026-01-03,SPO\nC3,3,V3,2026-01-03,SPO\n")),
        3: (False, {**people(2), **medical("V9,1,2026-01-03,\nV1,,,D\n", "")}),
        4: (False, medical("V1,1,2026-01-02,\n", "")),
    }
    for sequence in sequences:
        full, listed = files[sequence]
        write(home / "landing", "tertio", "P00050", sequence, dt.date(2026, 1, 4 + sequence), full, listed)  # type: ignore[arg-type]


def _told(site: Country) -> dict[str, object]:
    tables = site.context.tables
    return {
        "visits": sorted(str(r[0]) for r in tables.read("silver.encounter").select("encounter_date").collect()),
        "certificates": tables.read("silver.certificate").where("encounter_id IS NOT NULL").count(),
        "quarantine": sorted(
            (r[0], r[1]) for r in tables.read("silver.quarantine").select("record_id", F.concat_ws(",", "rules")).collect()
        ),
        **{name: site.silver(name) for name in ("patient", "encounter", "certificate")},
    }


@pytest.mark.parametrize(
    "nights",
    [
        ((3, 4), (1, 2)),
        pytest.param(((1, 2), (3, 4)), marks=pytest.mark.verify),
        pytest.param(((1, 2), (3,), (4,)), marks=pytest.mark.verify),
        pytest.param(((1, 2, 3, 4),), marks=pytest.mark.verify),
    ],
)
def test_what_arrives_in_whatever_order_gives_what_a_rebuild_gives(
    spark, tmp_path: Path, nights: tuple[tuple[int, ...], ...]
) -> None:
    site = Country(spark, tmp_path)
    visits = {
        **TERTIO["medical"]["visits.csv"],
        "columns": {"nr": "record_id", "id": "patient_id", "day": "encounter_date", "op": "op"},
    }  # type: ignore[index]
    declared = {
        **TERTIO,
        "medical": {**TERTIO["medical"], "visits.csv": visits},
        "values": {**TERTIO["values"], "op": {"D": "delete"}, "certificate.kind": {"SPO": "sport"}},
    }  # type: ignore[dict-item]
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "tertio.yaml").write_text(yaml.safe_dump(declared), "utf-8")
    (tmp_path / "landing").mkdir()
    (tmp_path / "landing" / "practices.jsonl").write_text(
        json.dumps({"practice_id": "P00050", "software": "tertio", "commune": "13055", "joined_on": "2026-01-01"})
    )
    site.config = load(ROOT / "conf" / "test.yaml", str(tmp_path), [f"sources={tmp_path}/sources"])
    person = {"identity/pat.csv": (b"id,dob,sex,town\n1,1950-02-03,W,13055\n", "identity", 1)}
    write(tmp_path / "landing", "tertio", "P00051", 1, DAY, True, person)  # type: ignore[arg-type]
    for night in nights:
        _practice_of_three_patients(tmp_path, night)
        assert site.night()["refused"] == (night == nights[0])  # a practice that nobody registered yet
        with (tmp_path / "landing" / "practices.jsonl").open("a") as registry:
            registry.write(
                "\n" + json.dumps({"practice_id": "P00051", "software": "tertio", "commune": "13055", "joined_on": "2026-01-01"})
            )
    if len(nights) > 1:
        assert {s["code"] for s in site.context.ledger.states() if s["practice_id"] == "P00051"} == {None}
    told = _told(site)
    assert told["visits"] == [
        "2026-01-02",
        "2026-01-02",
        "2026-01-03",
        "2026-01-03",
    ]  # V1 again, V3, V2 of a patient told of later, V9
    assert told["certificates"] == 1  # C2, whose consultation came later; C1 went with V1 and does not come back with it
    assert told["quarantine"] == [("C3", "certificate.patient_key.required")]  # of whom nobody tells
    before = site.context.ledger.published()["silver.encounter"]
    with site.lease() as lease:
        reprocess.rebuild(Context.of(site.config, site.spark, lease))
    assert _told(site) == told and site.context.ledger.published()["silver.encounter"] > before


def _killed_after(seconds: float, home: Path) -> None:
    """A night that gets a kill -9; it may have ended before."""
    begun = time.monotonic()
    run_until(lambda: time.monotonic() - begun > seconds, "nightly.py", home)


@pytest.mark.verify
def test_killed_twice_and_out_of_order_gives_the_same_silver(country: Country, tmp_path: Path) -> None:
    for part in ("landing", "referentials"):
        shutil.copytree(country.home / part, tmp_path / part)
    (tmp_path / "vault").mkdir()
    shutil.copy(country.home / "vault" / "secret", tmp_path / "vault" / "secret")
    other, rng = Country(country.spark, tmp_path), random.Random(3)
    aside = tmp_path / "aside"
    for manifest in sorted((tmp_path / "landing").rglob("manifest.json")):
        if b'"sequence": 1,' in manifest.read_bytes():
            shutil.move(manifest.parent, aside / manifest.parent.relative_to(tmp_path / "landing"))
    _killed_after(rng.uniform(12, 30), tmp_path)
    other.night()
    shutil.copytree(aside, tmp_path / "landing", dirs_exist_ok=True)
    _killed_after(rng.uniform(12, 30), tmp_path)
    other.night()
    for name in TRANSFORMATIONS:
        assert other.silver(name) == country.silver(name), name
