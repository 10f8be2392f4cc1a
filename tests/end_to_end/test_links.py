"""Claims of the small country are loaded and linked by a night; what it found is held against the truth."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import math
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import mlflow
import pytest
from pyspark.sql import functions as F

from p4dp.errors import UsageError
from p4dp.evaluate import links, snds, truth
from p4dp.models.tracking import uri
from p4dp.pipeline import link, link_direct, link_explain, link_other, link_steps, load_snds, nightly
from p4dp.pipeline.context import Context
from p4dp.simulate import circuit
from p4dp.simulate.practice import Practice
from tests.conftest import Country, config_at
from tests.end_to_end.killed import run_until


def test_events_equal_the_truth(linked: Country) -> None:
    """The other dialects, and other seeds, are `make verify`."""
    result = snds.evaluate(linked.context)
    assert result["planted"] > 1500 and len(result["by_kind"]) >= 14
    assert {k: result[k] for k in ("missed", "extra", "wrong", "people_mixed")} == {
        "missed": 0,
        "extra": 0,
        "wrong": 0,
        "people_mixed": 0,
    }, result


def test_the_night_links_most_of_those_who_can_be_linked(linked: Country) -> None:
    assert linked.third["extracts"] == 1 and linked.third["linked"] > 30  # type: ignore[attr-defined]
    found = links.evaluate(linked.context)
    seen = [g for g in found["by_visits"] if g["visits"] != "0" and g["patients"]]  # of the others nothing can be found
    right = sum(g["recall"] * g["patients"] for g in seen)
    assert found["precision"] > 0.97 and right > 0.95 * sum(g["patients"] for g in seen) and found["recall"] > 0.45
    assert found["decoy_low"] <= found["false_share"] <= found["decoy_high"]
    right = sum(round(g["recall"] * g["patients"]) for g in found["by_visits"] if g["patients"])
    assert right == found["linked"] - found["false_links"] == round(found["recall"] * found["with_counterpart"])
    by_record = found["by_record"]
    assert (
        sum(g["linked"] for g in by_record) == found["linked"] and sum(g["false_links"] for g in by_record) == found["false_links"]
    )
    curve = {p["asked"]: p for p in found["curve"]}
    same = ("linked", "precision", "recall")
    assert [curve[found["asked_precision"]][k] for k in same] == pytest.approx([found[k] for k in same], abs=1e-4)
    assert curve[0.99999]["linked"] <= found["linked"] <= curve[0.5]["linked"] and len(curve) > 10
    assert by_record[0]["threshold"] is None  # traits alone prove nothing here
    ranking = {p["precision"]: p["recall"] for p in found["ranking"]}
    assert ranking[0.9999] <= ranking[0.99] <= ranking[0.95] and ranking[0.95] >= found["recall"]
    run = linked.context.tables.read("linked.run").first()
    told = linked.context.tables.read("linked.threshold").where(F.col("run_id") == run["run_id"]).collect()
    assert [sum(r[k] for r in told) for k in ("linked", "decoys")] == [run[k] for k in ("linked", "decoys")]
    untraced = linked.context.tables.read("linked.unlinked").where("reason = 'no_trace'").count()
    assert sum(r["patients"] for r in told) == run["patients"] and untraced == by_record[0]["patients"]
    reasons = {r[0] for r in linked.context.tables.read("linked.unlinked").select("reason").collect()}
    assert "no_trace" in reasons  # a practice that sends documents has no visits to go by
    patients = linked.context.tables.read("silver.patient").count()
    assert patients == linked.context.tables.read("linked.link").count() + linked.context.tables.read("linked.unlinked").count()


def test_conform_ends_with_silver(linked: Country) -> None:
    with linked.lease() as lease:
        done = nightly.run(Context.of(linked.config, linked.spark, lease), last="conform")
    assert done["batches"] == 0 and not {"extracts", "linked"} & done.keys()


def test_practitioners_are_aligned_without_a_correspondence(linked: Country) -> None:
    known = {p: a[:8] for a, p in truth.lines(linked.context, "doctor")}
    found = {r["pfs"]: r["doctor"] for r in linked.context.tables.read("linked.practitioner").collect()}
    assert len(found) >= 2 and all(known[p] == doctor for p, doctor in found.items())


def test_a_linkage_is_an_mlflow_run(linked: Country) -> None:
    run_id = linked.context.tables.read("linked.run").collect()[0]["run_id"]
    run = mlflow.MlflowClient(tracking_uri=uri(linked.config)).get_run(run_id)
    assert run.info.status == "FINISHED" and int(run.data.params["version.silver.encounter"]) > 0
    assert run.data.metrics["linked"] == linked.third["linked"]  # type: ignore[attr-defined]
    steps = {k.removeprefix("seconds."): v for k, v in run.data.metrics.items() if k.startswith("seconds.")}
    assert steps.keys() == {"evidence", "candidates", "model", "links", "page"} and min(steps.values()) > 0
    names = {f.path for f in mlflow.MlflowClient(tracking_uri=uri(linked.config)).list_artifacts(run_id)}
    assert {"model.json", "match_weights.html"} <= names


def test_the_evidence_of_a_link_adds_up_and_who_asked_is_written_down(linked: Country, tmp_path: Path) -> None:
    site = Country(linked.spark, tmp_path)
    shutil.copytree(linked.home, tmp_path, dirs_exist_ok=True)
    tables = site.context.tables
    held, term = tables.read("linked.link").where("method = 'indirect'").collect(), tables.read("linked.term").count()
    assert len(held) > 30 and term
    asked = [min(held, key=lambda r: r["weight"]), max(held, key=lambda r: r["weight"])]
    with site.lease() as lease:
        context = Context.of(site.config, site.spark, lease)
        for purpose in ("", " "):
            with pytest.raises(UsageError, match="say what for"):
                link_explain.run(context, asked[0]["patient_key"], purpose)
        told = [link_explain.run(context, r["patient_key"], "a complaint") for r in asked]
        with pytest.raises(UsageError, match="no such patient"):
            link_explain.run(context, "f" * 32, "a complaint")
        for precision in (0.0, 99.9):
            with pytest.raises(UsageError, match="at most 1"):
                link.run(context, full=True, precision=precision)
        turned = [f"{pfs},{am}" for am, pfs in truth.lines(context, "doctor")]
        (tmp_path / "referentials" / "practitioners.csv").write_text("\n".join(["am_number,pfs_num", *turned]), "utf-8")
        with pytest.raises(UsageError, match="the other way round"):
            link.run(context, "B")
    assert not list((tmp_path / "warehouse" / "staging").glob(f"link={context.ledger.last_batch()}"))
    levels = {(r["comparison"], r["label"]): r for r in tables.read("linked.model").collect()}
    usual = next(
        r["u"]
        for (c, _), r in levels.items()
        if c == "place" and r["level"] == max(x["level"] for (k, _), x in levels.items() if k == "place")
    )
    terms = {r["commune"]: r["tf_commune"] for r in tables.read("linked.term").collect()}
    communes = {r["patient_key"]: r["commune_code"] for r in tables.read("silver.patient").collect()}
    for link_, one in zip(asked, told, strict=True):
        assert one["beneficiary_id"] == link_["beneficiary_id"] and one["counts"]["visits_met"] == link_["visits_met"]
        for name, found in one["evidence"].items():
            known = levels.get((name, found["level"]))
            assert found["weight"] == (round(math.log2(known["m"] / known["u"]), 2) if known else 0.0), name
        place = levels.get(("place", one["evidence"]["place"]["level"]))
        exact = place is not None and place["u"] == usual  # only a shared commune is worth what its size says
        worth = (
            math.log2(usual / terms[communes[link_["patient_key"]]]) if exact and communes[link_["patient_key"]] in terms else 0.0
        )
        assert one["commune_and_later_evidence"] == pytest.approx(worth, abs=0.1)
        said = json.dumps({k: v for k, v in one.items() if k != "valid_from"}, default=str)
        assert not re.search(r"\d{4}-\d\d-\d\d", said) and not re.search(r"[A-Z]\d\d[A-Z]{2}\d\d", said)  # neither a day nor a drug
    # claims came in which the beneficiary has another pseudonym, and nothing was linked since
    site.spark.sql(f"DELETE FROM delta.`{tables.path('events.beneficiary')}` WHERE beneficiary_id = '{asked[0]['beneficiary_id']}'")
    with site.lease() as lease:
        context = Context.of(site.config, site.spark, lease)
        context.ledger.publish(
            context.ledger.last_batch(), {"events.beneficiary": ("events", tables.version("events.beneficiary"))}
        )
        with pytest.raises(UsageError, match="no longer in what is published"):
            link_explain.run(context, asked[0]["patient_key"], "a complaint")
    accesses = tables.read("ops.access").where("command = 'link explain'").select("object", "purpose").collect()
    wanted = [*(r["patient_key"] for r in asked), "f" * 32, asked[0]["patient_key"]]
    assert sorted((r[0], r[1]) for r in accesses) == sorted((f"linked.link/{k}", "a complaint") for k in wanted)


def test_links_of_an_earlier_version_are_not_gone_on_with(linked: Country, tmp_path: Path) -> None:
    site = Country(linked.spark, tmp_path)
    shutil.copytree(linked.home, tmp_path, dirs_exist_ok=True)
    tables, last = site.context.tables, link.last_of(site.context)
    assert last and link.of_this_version(site.context, last, tables.version("linked.link"))
    for kinds in (1, None):  # its thresholds were of other kinds of record
        assert not link.of_this_version(site.context, {**last, "kinds": kinds}, tables.version("linked.link"))
    # an import of today's version gave the table its new column; links that were found before hold nothing in it
    site.spark.sql(f"UPDATE delta.`{tables.path('linked.link')}` SET holds = NULL WHERE weight > 20")
    assert not link.of_this_version(site.context, last, tables.version("linked.link"))
    with site.lease() as lease:
        context = Context.of(site.config, site.spark, lease)
        context.ledger.publish(context.ledger.last_batch(), {"linked.link": ("link", tables.version("linked.link"))})
    with pytest.raises(UsageError, match="of an earlier version"):
        links.evaluate(site.context)


def test_nothing_new_is_not_linked_again_and_what_contradicts_ends_a_link(linked: Country, tmp_path: Path) -> None:
    assert not link.waits(linked.context)
    assert link.waits(Context.of(config_at(linked.home, "linkage.regime=D"), linked.spark))
    other = Country(linked.spark, tmp_path)
    shutil.copytree(linked.home, tmp_path, dirs_exist_ok=True)
    before = {(r["patient_key"], r["beneficiary_id"]): r for r in other.context.tables.read("linked.link").collect()}
    moved = next(k for k in sorted(before) if before[k]["visits_met"] > 4)
    with other.lease() as lease:
        context = Context.of(other.config, other.spark, lease)
        # one link is made to point at someone else, and its patient loses a visit: a deletion leaves no row behind
        links_path, encounters = context.tables.path("linked.link"), context.tables.path("silver.encounter")
        stranger = (
            context.tables.read("events.beneficiary")
            .where(~F.col("beneficiary_id").isin([b for _, b in before]))
            .first()["beneficiary_id"]
        )
        other.spark.sql(
            f"UPDATE delta.`{links_path}` SET beneficiary_id = '{stranger}', valid_from = DATE'2026-01-01' WHERE patient_key = '{moved[0]}'"
        )
        # three direct links: of a patient who is gone, to a beneficiary who is gone, and one that nothing speaks against
        kept = next((moved[0], b) for _, b in sorted(before) if b != moved[1])
        told = [("f" * 32, stranger), (moved[0], "0" * 17), kept]
        row = context.tables.read("linked.link").where(F.col("patient_key") == moved[0])
        direct = row.drop("patient_key", "beneficiary_id").withColumns(
            {"method": F.lit("direct"), "weight": F.lit(None).cast("double")}
        )
        direct = direct.crossJoin(other.spark.createDataFrame(told, "patient_key string, beneficiary_id string"))
        direct.select(row.columns).write.format("delta").mode("append").save(links_path)
        last = context.ledger.last_batch()
        since, until = link_steps.window(context.tables.read("events.event"))
        visits = context.tables.read("silver.encounter").where((F.col("patient_key") == moved[0]) & (F.col("kind") == "surgery"))
        dropped = visits.where(F.col("encounter_date").between(since, until)).agg(F.max("encounter_id")).first()[0]
        other.spark.sql(f"DELETE FROM delta.`{encounters}` WHERE encounter_id = '{dropped}'")
        context.ledger.publish(
            last,
            {
                "linked.link": ("link", context.tables.version("linked.link")),
                "silver.encounter": ("conform", context.tables.version("silver.encounter")),
            },
        )
        # a linkage that was killed before it was published has not seen it
        context.ledger.step(last + 1, "link", "opened")
        seen = context.tables.read("linked.run").first().asDict()
        context.tables.log(
            "linked.run", [{**seen, "run_id": "k" * 32, "batch_id": last + 1, "silver_batch": last + 1, "events_batch": last + 1}]
        )
        assert link.waits(context)
        again = link.run(context)
        assert "k" * 32 not in {r[0] for r in context.tables.read("linked.run").select("run_id").collect()}
    assert (
        not again["is_full"] and 1 <= again["patients"] < 20 and again["linked"] >= 1
    )  # the one, and whoever of the practice might be the same
    after = {
        (r["patient_key"], r["beneficiary_id"]): (r["valid_from"], r["valid_to"] is None)
        for r in other.context.tables.read("linked.link").collect()
    }
    assert after[moved[0], stranger] == (dt.date(2026, 1, 1), False) and after[moved][1]
    assert {k for k, (_, holds) in after.items() if holds} == {*before, kept}
    assert [after[pair][1] for pair in told] == [False, False, True]


@pytest.mark.verify
def test_two_who_fit_one_beneficiary_stay_in_doubt_whoever_is_seen_next(linked: Country, tmp_path: Path) -> None:
    """A record that stands twice in a practice: nobody gets the link, on a night that brings news of one of them neither; until the other is gone."""
    site = Country(linked.spark, tmp_path)
    shutil.copytree(linked.home, tmp_path, dirs_exist_ok=True)
    before = {
        r["patient_key"]: r["beneficiary_id"] for r in site.context.tables.read("linked.link").where("visits_met > 3").collect()
    }
    one, twin = sorted(before)[0], "f" * 32
    names = ("patient", "encounter", "prescription", "order", "lab_result")

    def night(context: Context, change: Callable[[str, int], object]) -> set[str]:
        batch = context.ledger.last_batch() + 1
        for name in names:
            change(context.tables.path(f"silver.{name}"), batch)
        context.ledger.publish(batch, {f"silver.{n}": ("conform", context.tables.version(f"silver.{n}")) for n in names})
        assert not link.run(context)["is_full"]
        return {r[0] for r in context.tables.read("linked.link").where("valid_to IS NULL").select("patient_key").collect()}

    def doubled(path: str, batch: int) -> None:
        rows = site.spark.read.format("delta").load(path).where(F.col("patient_key") == one)
        copies = rows.withColumns({"patient_key": F.lit(twin), "batch_id": F.lit(batch).cast("bigint")})
        copies.write.format("delta").mode("append").save(path)

    with site.lease() as lease:
        context = Context.of(site.config, site.spark, lease)
        assert not {one, twin} & night(context, doubled)
        seen = f"UPDATE delta.`{{}}` SET batch_id = {{}} WHERE patient_key = '{twin}'"
        assert not {one, twin} & night(context, lambda path, batch: site.spark.sql(seen.format(path, batch)))
        assert one in night(context, lambda path, _: site.spark.sql(f"DELETE FROM delta.`{path}` WHERE patient_key = '{twin}'"))


@pytest.mark.verify
def test_the_trusted_circuit_links_whom_it_finds(linked: Country, tmp_path: Path) -> None:
    other = Country(linked.spark, tmp_path)
    shutil.copytree(linked.home, tmp_path, dirs_exist_ok=True)
    with other.lease() as lease:
        context = Context.of(other.config, other.spark, lease)
        asked = link_direct.request(context)
        file = Path(str(asked["folder"])) / "subjects.csv"
        lines = file.read_text("utf-8").splitlines()
        assert lines[0] == "NUM_SUJET;NIR_ASSURE;DATE_NAISSANCE;SEXE;NIR_BENEFICIAIRE" and len(lines) == asked["subjects"] + 1
        assert all(len(x.split(";")[1]) == 13 and len(x.split(";")[2]) == 8 for x in lines[1:]) and file.stat().st_mode & 0o77 == 0
        batches = context.ledger.batches()
        with pytest.raises(UsageError, match="load the extract that the circuit returned"):
            link_direct.take_in(context, asked["request"])
        assert context.ledger.batches() == batches  # an import that is refused leaves nothing open
        returned = tmp_path / "snds-extracts" / "returned"
        played = circuit.play(tmp_path, file, tmp_path / "snds-extracts" / "sas", returned)
        assert 0 < played["found"] < played["subjects"]
        shutil.rmtree(tmp_path / "warehouse" / "snds")
        shutil.rmtree(tmp_path / "warehouse" / "events")
        context = Context.of(other.config, other.spark, lease)
        load_snds.run(context, returned)
        done = link_direct.take_in(context, asked["request"])
        assert done["linked"] >= played["found"] - 2
    rows = (
        context.tables.read("linked.link")
        .where("method = 'direct' AND valid_to IS NULL")
        .select("patient_key", "beneficiary_id")
        .collect()
    )
    assert rows and len({b for _, b in rows}) <= len(rows)
    found = links.evaluate(context, "direct")
    assert (found["precision"], found["linked"]) == (1.0, done["linked"]) and found["recall"] > 0.5
    with other.lease() as lease:
        searched = link_direct.request(Context.of(other.config, other.spark, lease), indirect=True)
    care = (Path(str(searched["folder"])) / "care.csv").read_text("utf-8").splitlines()
    assert care[0] == "NUM_SUJET;day;kind;code" and len(care) > 100
    assert searched["request"].endswith("-search")
    with other.lease() as lease:  # had the same people come back from a search, they would be no proof by NIR
        context = Context.of(other.config, other.spark, lease)
        other.spark.sql(
            f"UPDATE delta.`{context.tables.path('vault.subject')}` SET request_id = '{asked['request']}-search' WHERE request_id = '{asked['request']}'"
        )
        assert link_direct.take_in(context, f"{asked['request']}-search")["method"] == "searched"
    both = context.tables.read("linked.link").where("valid_to IS NULL").groupBy("method").count().collect()
    assert {r[0]: r[1] for r in both if r[0] != "indirect"} == {"direct": done["linked"], "searched": done["linked"]}


def test_another_warehouse_is_linked_by_traits_and_gives_back_numbers_only(linked: Country, tmp_path: Path) -> None:
    other = Country(linked.spark, tmp_path / "données à part")  # as a name it would be encoded, and names lie elsewhere
    for part in ("vault", "warehouse", "truth"):
        shutil.copytree(linked.home / part, other.home / part)
    people = {p.number: p for n in range(3) for p in Practice(linked.setting(), n).people.values()}
    rows = [
        f"{n};{p.birth_name.upper()};{p.given_name};{p.birth:%d/%m/%Y};{'M' if p.sex == 'male' else 'F'};{p.birth_place}"
        for n, p in people.items()
        if n % 4
    ]
    (other.home / "list.csv").write_text("\n".join(["IPP;NOM;PRENOM;DDN;SEXE;LIEU", *rows]), "utf-8")
    description = other.home / "eds.yaml"
    description.write_text(
        "name: eds\nfile: list.csv\ncolumns: {id: IPP, family_name: NOM, given_names: PRENOM, birth_date: DDN, sex: SEXE, birth_place: LIEU}\n"
    )
    with other.lease() as lease:
        context = Context.of(other.config, other.spark, lease)
        done = link_other.run(context, description)
        (other.home / "list.csv").write_text("\n".join(["IPP;NOM;PRENOM;DDN;SEXE;LIEU", *rows, rows[0]]), "utf-8")
        with pytest.raises(UsageError, match="different values of IPP"):
            link_other.run(context, description)
    correspondence = Path(done["correspondence"])
    assert list(tmp_path.iterdir()) == [other.home]
    assert list(correspondence.parent.iterdir()) == [correspondence] and correspondence.stat().st_mode & 0o077 == 0
    lines = [x.split(";") for x in Path(done["correspondence"]).read_text("utf-8").splitlines()]
    patients, _ = links.people(linked.context)
    assert lines[0] == ["patient_key", "IPP", "probability"] and len(lines) == done["linked"] + 1
    wanted = {p for p, n in patients.items() if n % 4 and n in people}
    true = [key for key, number, _ in lines[1:] if patients[key] == int(number)]
    assert len(true) >= 0.98 * done["linked"] and len(true) >= 0.9 * len(wanted)


@pytest.mark.verify
def test_new_pseudonyms_end_old_links_and_find_the_same_people(linked: Country, tmp_path: Path) -> None:
    """CNAM keys its pseudonyms anew about every two years: the whole extract comes again under other ones."""
    site = Country(linked.spark, tmp_path)
    shutil.copytree(linked.home, site.home, dirs_exist_ok=True)
    before = {
        r[0]: r[1]
        for r in site.context.tables.read("linked.link").where("valid_to IS NULL").select("patient_key", "beneficiary_id").collect()
    }
    columns = {"BEN_NIR_PSA", "BEN_NIR_ANO", "BEN_IDT_ANO", "NIR_ANO_17", "id_carto"}
    renewed: dict[str, str] = {}

    def new(old: str) -> str:
        return (
            renewed.setdefault(old, hashlib.sha256(f"key 2 {old}".encode()).hexdigest()[:17].upper())
            if old and set(old) - {"X", "D"}
            else old
        )

    for file in (site.home / "snds-extracts" / "sas").rglob("*.csv"):
        header, *rows = csv.reader(file.open(encoding="utf-8"), delimiter=";")
        places = [n for n, name in enumerate(header) if name in columns]
        if places:
            with file.open("w", encoding="utf-8", newline="") as out:
                writer = csv.writer(out, delimiter=";", lineterminator="\n")
                writer.writerow(header)
                writer.writerows([new(v) if n in places else v for n, v in enumerate(row)] for row in rows)
    with site.lease() as lease:
        context = Context.of(site.config, site.spark, lease)
        load_snds.run(context, site.home / "snds-extracts" / "sas")
        link.run(context, full=True)
    rows = site.context.tables.read("linked.link").select("patient_key", "beneficiary_id", "valid_to").collect()
    ended = {r[0]: r[1] for r in rows if r[2] is not None}
    now = {r[0]: r[1] for r in rows if r[2] is None}
    assert ended == before and set(now.values()) <= set(renewed.values())
    same = [p for p in before.keys() & now.keys() if renewed.get(before[p]) == now[p]]
    assert len(same) > 0.9 * len(before)


@pytest.mark.verify
def test_a_new_secret_is_a_new_home_with_other_keys_and_the_same_links(linked: Country, tmp_path: Path) -> None:
    site = Country(linked.spark, tmp_path)
    for part in ("landing", "referentials", "snds-extracts", "truth"):
        shutil.copytree(linked.home / part, site.home / part)
    done = site.night()
    assert done["linked"] == linked.third["linked"]  # type: ignore[attr-defined]

    def people(of: Country) -> tuple[set[str], set[tuple[int | None, str]]]:
        numbers, _ = links.people(of.context)
        rows = of.context.tables.read("linked.link").where("valid_to IS NULL").collect()
        return set(numbers), {(numbers[r["patient_key"]], r["beneficiary_id"]) for r in rows}

    (old_keys, old), (new_keys, new) = people(linked), people(site)
    assert old == new and len(old_keys) == len(new_keys) and not old_keys & new_keys


@pytest.mark.verify
def test_a_linkage_that_is_killed_while_it_compares_or_scores_gives_the_same_links(linked: Country, tmp_path: Path) -> None:
    def links_of(site: Country) -> set[tuple[object, ...]]:
        rows = site.context.tables.read("linked.link").where("valid_to IS NULL")
        return {
            tuple(r) for r in rows.select("patient_key", "beneficiary_id", F.round("weight", 6), F.round("margin", 6)).collect()
        }

    calm, rough = Country(linked.spark, tmp_path / "calm"), Country(linked.spark, tmp_path / "rough")
    for site in (calm, rough):
        shutil.copytree(linked.home, site.home)
    with calm.lease() as lease:
        link.run(Context.of(calm.config, calm.spark, lease), full=True)
    first = rough.context.ledger.last_batch() + 1
    steps = ("pairs-candidates", "pairs", "best", "unlinked")  # the last one is written after the links were
    for batch_id, step in enumerate(steps, first):
        begun = rough.home / "warehouse" / "staging" / f"link={batch_id}" / step
        assert run_until(begun.exists, "link.py", rough.home, "--full"), f"ended before it wrote {step}"
        time.sleep(rough.config.lease.stale_after)
    with rough.lease() as lease:
        link.run(Context.of(rough.config, rough.spark, lease), full=True)
    assert links_of(rough) == links_of(calm) and links_of(calm)
    for name in (
        "linked.link",
        "linked.unlinked",
        "linked.model",
        "linked.term",
        "linked.threshold",
        "linked.run",
    ):  # nothing of a killed run stays
        assert not rough.context.tables.read(name).where(F.col("batch_id").between(first, first + len(steps) - 1)).count(), name
