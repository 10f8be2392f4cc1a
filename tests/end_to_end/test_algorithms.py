"""Algorithms on a linked country: run, replayed, compared, registered at a real server, reviewed, released."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path
from typing import Any

import mlflow
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import functions as F

from p4dp.algorithms import code_list, core
from p4dp.config import load
from p4dp.errors import NotReleased, UsageError
from p4dp.evaluate import algorithms as evaluation
from p4dp.models import registry
from p4dp.pipeline import concordance, derive, export, publish, replay, review
from p4dp.pipeline.context import Context
from p4dp.storage.lease import Lease
from p4dp.storage.releases import Releases
from tests.conftest import ROOT, Country, copied
from tests.end_to_end.elsewhere import in_empty_environment

NAMES = ("diabetes", "treated_hypertension", "influenza_like_illness")


class Site:
    """A copy of the linked country with a configuration folder of its own."""

    def __init__(self, linked: Country, home: Path, server: tuple[str, Path]) -> None:
        copied(linked.home, home)
        shutil.copytree(ROOT / "conf", home / "conf")
        self.home, self.spark, self.country, self.server = home, linked.spark, linked, server[1]
        self.config = load(
            home / "conf" / "test.yaml",
            str(home),
            [f"mlflow.uri={server[0]}", f"expectations={ROOT / 'expectations'}", f"spark.jars={ROOT / '.jars'}"],
        )

    def write(self, work):  # type: ignore[no-untyped-def]
        with Lease(self.home / "logs" / "lease", 30) as lease:
            return work(Context.of(self.config, self.spark, lease))

    @property
    def context(self) -> Context:
        return Context.of(self.config, self.spark)

    def project(self, name: str, **changes: object) -> None:
        told = {"name": name, "title": "A test", "legal_basis": "none", "until": "2099-01-01", "approvers": ["A", "B", "C"], "period": ["2020-01-01", "2026-12-31"],
                "tables": {"silver.patient": ["sex", "birth_year"], "silver.diagnosis": ["code"], "silver.encounter": ["encounter_date"]},
                "disclosure": {"smallest": 11, "practices": 2, "largest_share": 0.95}, **changes}  # fmt: skip
        (self.home / "conf" / "projects" / f"{name}.yaml").write_text(json.dumps(told), "utf-8")


@pytest.fixture(scope="module")
def site(starting: tuple[int, Path], linked: Country, tmp_path_factory: pytest.TempPathFactory, server: tuple[str, Path]) -> Site:
    """Three algorithms were run on both sides. The server is started first: it comes up while the country is made."""
    made = Site(linked, tmp_path_factory.mktemp("derived"), server)
    library = core.library()
    asked = derive.Derivation([library[n] for n in NAMES], code_list.load())
    made.derived = made.write(lambda context: derive.run(context, asked))  # type: ignore[attr-defined]
    return made


def test_findings_name_their_run_and_what_it_read(site: Site) -> None:
    counts = {r[0]: r[1] for r in site.context.tables.read("gold.finding").groupBy("p4dp_slice").count().collect()}
    assert counts == {k: v for k, v in site.derived["findings"].items() if v}
    client = mlflow.MlflowClient(tracking_uri=site.config.mlflow.uri)
    run = client.get_run(site.derived["runs"]["diabetes"])
    assert {i.dataset.name for i in run.inputs.dataset_inputs} >= {"silver.diagnosis", "events.event"}
    assert run.data.params["parameter.dispensings"] == "3" and run.info.status == "FINISHED"
    files = {f.path for f in client.list_artifacts(run.info.run_id)}
    assert {"card.md", "source.py", "code_lists.json", "page.html"} <= files


def test_findings_agree_with_the_lives_behind_them(site: Site) -> None:
    rows = {(r["algorithm"], r["side"]): r for r in evaluation.evaluate(site.context)["algorithms"]}
    for side in ("gp", "snds"):
        assert rows["diabetes", side]["ppv"] == 1.0 and rows["diabetes", side]["sensitivity"] > 0.5
        missed = rows["diabetes", side]["missed"]
        assert sum(missed.values()) == round(rows["diabetes", side]["ill"] * (1 - rows["diabetes", side]["sensitivity"]))
        assert "nobody knows" in missed
    assert not any(m.startswith("coded") for m in rows["diabetes", "gp"]["missed"])  # in practices a code is enough


def test_a_run_is_replayed_to_the_row_until_its_inputs_are_gone(site: Site) -> None:
    run_id = site.derived["runs"]["diabetes"]
    path = site.context.tables.path("silver.care_protocol")  # read by this run, and by no other test of this module
    site.spark.sql(f"ALTER TABLE delta.`{path}` SET TBLPROPERTIES ('delta.checkpointInterval' = '2')")
    for n in range(3):  # later nights change the tables, and write a checkpoint
        site.spark.sql(f"DELETE FROM delta.`{path}` WHERE pmod(care_protocol_id, 3) = {n}")
    assert list(Path(path, "_delta_log").glob("*.checkpoint*.parquet"))
    assert replay.run(site.context, run_id)["identical"]
    site.spark.conf.set("spark.databricks.delta.retentionDurationCheck.enabled", "false")
    try:
        site.spark.sql(f"VACUUM delta.`{path}` RETAIN 0 HOURS")
    finally:
        site.spark.conf.unset("spark.databricks.delta.retentionDurationCheck.enabled")
    with pytest.raises(UsageError, match=r"silver\.care_protocol version \d+: data files were removed"):
        replay.run(site.context, run_id)
    with pytest.raises(UsageError, match="no run"):
        replay.run(site.context, "0" * 32)


def test_concordance_shows_no_small_count(site: Site) -> None:
    result = concordance.run(site.context, core.library()["treated_hypertension"])
    page = Path(result["page"]).read_text("utf-8")
    cells = [int(n) for n in re.findall(r"<td class=n>(\d+)</td>", page)]
    assert result["linked"] > 30 and all(n == 0 or n >= 11 for n in cells)
    with pytest.raises(UsageError, match="both sides"):
        concordance.run(site.context, core.library()["influenza_like_illness"])


def test_a_registered_algorithm_gives_what_it_gave(site: Site) -> None:
    library = core.library()
    made = registry.register(site.config, library["diabetes"], site.derived["runs"]["diabetes"], "first one")
    registry.promote(site.config, "diabetes", made["version"], "champion", "agreed by the committee")
    (version,) = registry.versions(site.config, "diabetes")
    assert version["aliases"] == ["candidate", "champion"] and [p["reason"] for p in version["promotions"]] == [
        "first one",
        "agreed by the committee",
    ]
    loaded = registry.load(site.config, "models:/diabetes@champion")
    assert loaded.algorithm.version == library["diabetes"].version and set(loaded.lists) == set(library["diabetes"].code_lists)
    found = loaded.predict(None, registry.example(), {"side": "gp", "as_of": "2025-12-31"})
    assert found[["person", "start_date", "criteria"]].values.tolist() == [["invented-1", "2024-05-02", "coded"]]
    for name, number, reason in (("diabetes", 99, "x"), ("nothing", 1, "x"), ("diabetes", 1, " ")):
        with pytest.raises(UsageError):
            registry.promote(site.config, name, number, "champion", reason)


@pytest.mark.verify
def test_a_registered_algorithm_gives_the_same_in_an_empty_environment(site: Site, tmp_path: Path) -> None:
    made = registry.register(site.config, core.library()["diabetes"], site.derived["runs"]["diabetes"], "for elsewhere")
    read = site.context.tables.read
    told = (
        read("silver.history")
        .where("assertion = 'present'")
        .select(
            F.col("patient_key").alias("person"), F.lit("history").alias("origin"), F.col("code_system").alias("system"), "code"
        )
    )
    people = read("silver.patient").select(F.col("patient_key").alias("person"), "sex", "birth_year")
    records = people.join(told, "person", "left").orderBy("person", "code").toPandas()
    here = registry.load(site.config, f"models:/diabetes/{made['version']}").predict(None, records, {"as_of": "2026-01-05"})
    assert 5 < here["person"].nunique() < records["person"].nunique()
    records.to_json(tmp_path / "records.json", orient="records")
    program = """
import json, mlflow, pandas
model = mlflow.pyfunc.load_model("model").unwrap_python_model()
found = model.predict(None, pandas.read_json("records.json", orient="records", dtype=False), {"as_of": "2026-01-05"})
print(json.dumps(found[["person", "category", "criteria"]].values.tolist()))
"""
    client = mlflow.MlflowClient(tracking_uri=site.config.mlflow.uri, registry_uri=site.config.mlflow.uri)
    source = client.get_model_version_download_uri("diabetes", str(made["version"]))
    assert (
        json.loads(in_empty_environment(site.config, source, program, tmp_path))
        == here[["person", "category", "criteria"]].values.tolist()
    )


def test_a_chart_review_gives_weighted_accuracy(site: Site) -> None:
    drawn = site.write(lambda context: review.sample(context, core.library()["treated_hypertension"], 40))
    assert drawn["patients"] >= 20 and set(drawn["strata"].values()) <= set(range(1, 40 // len(drawn["strata"]) + 1))
    assert "none_unlinked" in drawn["strata"]  # what claims find cannot be asked of them
    forms = sorted(Path(drawn["folder"]).glob("*.csv"))
    assert len(forms) == drawn["forms"]
    found = {r["number"]: r["stratum"] for r in site.context.tables.read("gold.review").collect()}
    for form in forms:
        rows = list(csv.DictReader(form.open(encoding="utf-8"), delimiter=";"))
        for row in rows:  # this doctor agrees with the record in everything
            row["answer"] = "yes" if found[int(row["number"])] in ("gp", "both", "gp_unlinked") else "no"
        with form.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, list(rows[0]), delimiter=";")
            writer.writeheader()
            writer.writerows(rows)
    result = site.write(lambda context: review.take_back(context, drawn["review_id"], forms))
    assert result["gp_sensitivity"][0] == result["gp_ppv"][0] == 1.0 and result["answered"] == drawn["patients"]
    bad = forms[0].parent / "bad.csv"
    bad.write_text("review_id;number;answer\nother;1;yes\n")
    with pytest.raises(UsageError, match="line 2: not a patient"):
        site.write(lambda context: review.take_back(context, drawn["review_id"], [bad]))


@pytest.fixture(scope="module")
def released(site: Site) -> list[dict[str, object]]:
    """Two projects were given the same tables; what their releases told."""
    for name in ("one", "other"):
        site.project(f"project-{name}")
    return [site.write(lambda context, name=name: publish.run(context, f"project-{name}")) for name in ("one", "other")]


def test_a_release_has_its_own_pseudonyms_and_no_identifier(site: Site, released: list[dict[str, Any]]) -> None:
    assert all(told["persons"] > 100 and told["unique_history"] > told["unique_traits"] > 0 for told in released)
    spaces = [Releases(site.spark, site.config, f"project-{n}") for n in ("one", "other")]
    people = [{r["person"] for r in s.read(s.last()[0], "silver.patient").collect()} for s in spaces]
    assert not people[0] & people[1]  # the two-project join finds nobody
    keys = {v for r in site.context.tables.read("silver.patient").select("patient_key", "practice_key").collect() for v in r}
    for file in spaces[0].folder.rglob("*.parquet"):
        rows = site.spark.read.parquet(str(file))
        assert not {"patient_key", "practice_key", "encounter_id", "batch_id"} & set(rows.columns)
        assert not keys & {str(v) for r in rows.collect() for v in r}
    days = {r[0].day for r in spaces[0].read(spaces[0].last()[0], "silver.encounter").select("encounter_date").distinct().collect()}
    assert days == {1}  # dates leave as months


@pytest.mark.parametrize(("changes", "message"), [
    ({"tables": {"silver.patient": ["patient_key"]}}, "no identifier leaves"),
    ({"tables": {"silver.encounter": ["billing_key"]}}, "no identifier leaves"),
    ({"tables": {"silver.patient": ["commune_code"]}}, "departments only"),
    ({"tables": {"vault.patient": ["nir"]}}, "can be released"),
    ({"tables": {"silver.patient": ["sexe"]}}, "did you mean sex"),
    ({"approvers": ["A", "a "]}, "two different people"),
    ({"disclosure": {"smallest": 2}}, "smallest"),
    ({"until": "2020-01-01"}, "ended on"),
    ({"population": {"algorithm": "influenza_like_illness", "born_until": 1900}}, "fewer than 11 people"),
])  # fmt: skip
def test_a_broken_rule_refuses_the_release(site: Site, changes: dict[str, object], message: str) -> None:
    site.project("project-bad", **changes)
    with pytest.raises((UsageError, NotReleased), match=message):
        site.write(lambda context: publish.run(context, "project-bad"))
    assert not (site.home / "release" / "project-bad").exists()


@pytest.mark.usefixtures("released")
def test_counts_leave_after_two_approvals_and_reveal_nobody(site: Site) -> None:
    asked = site.write(lambda context: export.ask(context, "project-one", "silver.diagnosis", ["sex", "code"], "", "A"))
    told = json.loads(next((site.home / "release" / "project-one").glob("*/report.json")).read_text())
    assert (
        set(told["outside_period"]) == {"silver.patient", "silver.diagnosis", "silver.encounter"}
        and told["outside_period"]["silver.patient"] == 0
    )
    waiting = Path(asked["look_at"])
    counts = [r["people"] for r in csv.DictReader(waiting.open())]
    assert asked["removed"] and all(c == "not shown" or c == "0" or int(c) >= 11 for c in counts)

    def approve(who: str) -> dict[str, object]:
        return site.write(lambda context: export.approve(context, "project-one", asked["export_id"], who))  # type: ignore[no-any-return]

    for who, message in (("A", "cannot approve"), ("stranger", "no approver")):
        with pytest.raises(UsageError, match=message):
            approve(who)
    assert approve("B")["left"] is approve("B")["left"] is False
    out = approve("C")
    assert out["left"] and Path(str(out["file"])).read_text() == waiting.read_text()
    # the difference attack: the same question without one person
    one = site.write(lambda context: export.ask(context, "project-one", "silver.patient", ["sex"], "", "A"))
    for who in ("B", "C"):
        site.write(lambda context, who=who: export.approve(context, "project-one", one["export_id"], who))
    year = (
        Releases(site.spark, site.config, "project-one")
        .read(Releases(site.spark, site.config, "project-one").last()[0], "silver.patient")
        .groupBy("birth_year")
        .count()
        .where("count < 5")
        .first()
    )
    fewer = site.write(
        lambda context: export.ask(context, "project-one", "silver.patient", ["sex"], f"birth_year != {year['birth_year']}", "A")
    )
    assert "differs by a few from what was published before" in fewer["removed"]


def _words(file: Path) -> str:
    """Everything that a file says, each value of a Parquet column once."""
    if file.suffix != ".parquet":
        return file.read_bytes().decode("utf-8", "replace")
    columns = pq.read_table(file).columns
    values = [c.to_pylist() if pa.types.is_nested(c.type) else c.unique().to_pylist() for c in columns]
    return json.dumps(values, default=str, ensure_ascii=False)


@pytest.mark.usefixtures("released")
def test_no_identity_outside_vault_and_restricted(site: Site) -> None:
    """Every string of every table, log, page, tracked run, registered algorithm and release."""
    wanted, births = site.country.identities()
    restricted = "".join(r[0] for r in site.context.tables.read("restricted.free_text").select("text").collect())
    assert sum(w in restricted for w in wanted) > 20  # the plants are there, and words went to restricted
    folders = [*(site.home / part for part in ("warehouse", "logs", "mlflow-artifacts", "release")), site.server]
    files = [f for folder in folders for f in folder.rglob("*") if f.is_file()]
    assert {"release", "mlflow-artifacts", "artifacts"} <= {part for f in files for part in f.parts}
    everything = "\n".join({_words(f) for f in [*files, site.home / "mlflow.db"]})
    assert len(everything) > 1_000_000
    assert [w for w in sorted(wanted) if w in everything] == []
    # A day of eight digits, alone or before a time of day: among the 19 digits of a key, any such day turns up by chance.
    stamps = {digits[:8] for digits in re.findall(r"\d+", everything) if len(digits) in (8, 12, 14)}
    assert [f"{birth:%Y%m%d}" for birth in births if f"{birth:%Y%m%d}" in stamps] == []
