"""Linkage beside its rivals, on the same simulated countries: recall at equal precision, seconds, peak memory.

`python bench/links.py [--seeds 1,2,3] [--patients 1500] [--ratio 8] [--practices 12] [--regimes D,C] [--without drugs,…] [--errors 2] [--alone]` writes
bench/results/links.json, anew after each country; `--more` adds countries to those that are there, or takes their place. Seven of `--patients 20000 --ratio 10 --practices 150`
take half a day on two cores. After the regimes, the last of them is done again without each kind of evidence in turn; regime A comes at the very
end, since the extract shows doctors' own numbers from then on. Rivals see the same people, visits and drugs as the last regime before it:

dutch    deterministic, as GPs and pharmacies were linked in the Netherlands: sex, birth year, commune, and most shared days with drug
cnam     iterative exact search: all criteria, unique pairs only; then one criterion fewer, again
splink   plain Splink on DuckDB: traits and array intersections, its usual way of estimating, best beneficiary per patient
"""

from __future__ import annotations

import argparse
import json
import logging
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb
import psutil
import splink.comparison_library as cl
from scipy.stats import beta
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from watch import Watch

from p4dp.config import load
from p4dp.evaluate import links, truth
from p4dp.pipeline.context import Context
from p4dp.storage.session import start

ROOT = Path(__file__).resolve().parent.parent
P4DP = str(Path(sys.executable).parent / "p4dp")
Pair = tuple[str, str]


def call(home: Path, *arguments: str) -> tuple[dict[str, Any], dict[str, float]]:
    """Runs a command; returns its JSON, and what it took: seconds and the peak memory of its processes."""
    process = subprocess.Popen([P4DP, *arguments, "--home", str(home), "--config", str(ROOT / "conf/local.yaml"), "--json"], cwd=ROOT, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # fmt: skip
    with Watch(children=True, process=process.pid) as told:
        out, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"{arguments} ended with {process.returncode}")
    return json.loads(out.splitlines()[-1]), told


class Country:
    """One simulated country in DuckDB: people, visits, drugs of both sides, and the truth."""

    def __init__(self, home: Path, context: Context, regime: str) -> None:
        staged = max((home / "warehouse" / "staging").glob("link=*"), key=lambda p: int(p.name.split("=")[1]))
        self.db = duckdb.connect()
        self.db.execute("SET threads = 2")
        claims = "claims" if regime == "D" else "claims-known"
        parts = {"gp": "records-people", "snds": "claims-people", "records_visits": "records-visits", "records_drugs": "records-drugs",
                 "claims_visits": f"{claims}-visits", "claims_drugs": f"{claims}-drugs"}  # fmt: skip
        for name, part in parts.items():
            self.db.execute(f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{staged}/{part}/*.parquet')")
        self.patients, self.beneficiaries = links.people(context)

    def true(self, pair: Pair) -> bool:
        """Whether both are one person."""
        return self.beneficiaries.get(pair[1]) == {self.patients.get(pair[0], -2)}


def dutch(country: Country) -> set[Pair]:
    """Sex, birth year, commune, and the beneficiary with most days and drugs in common; ties are left out."""
    rows = country.db.execute("""
        WITH shared AS (
          SELECT g.patient_key, s.beneficiary_id, count(*) AS n FROM gp g JOIN snds s USING (sex, birth_year, commune)
          JOIN (SELECT DISTINCT patient_key, day, atc FROM records_drugs) a USING (patient_key)
          JOIN (SELECT DISTINCT beneficiary_id, day, atc FROM claims_drugs) b ON b.beneficiary_id = s.beneficiary_id AND a.day = b.day AND a.atc = b.atc
          GROUP BY ALL),
        best AS (SELECT *, rank() OVER (PARTITION BY patient_key ORDER BY n DESC) AS place FROM shared)
        SELECT patient_key, min(beneficiary_id) FROM best WHERE place = 1 GROUP BY 1 HAVING count(*) = 1""").fetchall()
    return set(rows)


def cnam(country: Country) -> set[Pair]:
    """Iterative exact: on every criterion unique pairs only, then without the least discriminating one left."""
    born, home = ["sex", "birth_year", "birth_month"], ["commune"]
    steps = [(born + home, True, True), (born + home, True, False), (born + home, False, True), ([*born, "department"], True, True),
             (born + home, False, False), ([*born, "department"], True, False), (["sex", "birth_year", "commune"], True, True)]  # fmt: skip
    found: set[Pair] = set()
    country.db.execute("CREATE OR REPLACE TABLE done (patient_key varchar, beneficiary_id varchar)")
    for traits, day, drug in steps:
        more = "".join([
            " AND EXISTS (SELECT 1 FROM records_visits a JOIN claims_visits b USING (day) WHERE a.patient_key = g.patient_key AND b.beneficiary_id = s.beneficiary_id)" if day else "",
            " AND EXISTS (SELECT 1 FROM records_drugs a JOIN claims_drugs b USING (day, atc) WHERE a.patient_key = g.patient_key AND b.beneficiary_id = s.beneficiary_id)" if drug else "",
        ])  # fmt: skip
        rows = country.db.execute(f"""
            WITH pairs AS (SELECT DISTINCT g.patient_key, s.beneficiary_id FROM gp g JOIN snds s USING ({", ".join(traits)})
              WHERE g.patient_key NOT IN (SELECT patient_key FROM done){more}),
            single AS (SELECT *, count(*) OVER (PARTITION BY patient_key) AS a, count(*) OVER (PARTITION BY beneficiary_id) AS b FROM pairs)
            SELECT patient_key, beneficiary_id FROM single WHERE a = 1 AND b = 1""").fetchall()
        found |= set(rows)
        if rows:
            country.db.executemany("INSERT INTO done VALUES (?, ?)", rows)
    return found


def plain_splink(country: Country) -> list[tuple[float, Pair]]:
    """Best beneficiary of each patient with its weight."""

    def side(name: str, key: str, people: str) -> Any:
        return country.db.execute(f"""
            SELECT {key} AS unique_id, sex, CAST(birth_year AS varchar) AS birth_year, CAST(birth_month AS varchar) AS birth_month, commune, department,
              (SELECT list(DISTINCT doctor || strftime(day, '%Y%m%d')) FROM {name}_visits v WHERE v.{key} = p.{key}) AS visits,
              (SELECT list(DISTINCT strftime(day, '%Y%m%d') || atc) FROM {name}_drugs v WHERE v.{key} = p.{key}) AS drugs
            FROM {people} p""").df()  # fmt: skip

    api = DuckDBAPI()
    frames = [
        api.register(side("records", "patient_key", "gp"), dataset_display_name="gp"),
        api.register(side("claims", "beneficiary_id", "snds"), dataset_display_name="snds"),
    ]
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[cl.ExactMatch("sex"), cl.ExactMatch("birth_year"), cl.ExactMatch("birth_month"), cl.ExactMatch("commune").configure(term_frequency_adjustments=True),
                     cl.ArrayIntersectAtSizes("visits", [5, 3, 2, 1]), cl.ArrayIntersectAtSizes("drugs", [5, 3, 2, 1])],
        blocking_rules_to_generate_predictions=[block_on("birth_year", "birth_month", "commune"), block_on("birth_year", "birth_month", "sex", "department"),
                                                block_on("sex", "visits", arrays_to_explode=["visits"])],
        probability_two_random_records_match=1e-4)  # fmt: skip
    linker = Linker(frames, settings, log_level=logging.ERROR)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for rule in (block_on("birth_year", "birth_month", "commune"), block_on("sex", "commune", "birth_year")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict().as_duckdbpyrelation()
    api.duckdb_con.register("found", found.df())
    left = "CASE WHEN source_dataset_l = 'gp' THEN unique_id_l ELSE unique_id_r END"
    right = "CASE WHEN source_dataset_l = 'gp' THEN unique_id_r ELSE unique_id_l END"
    rows = api.duckdb_con.execute(
        f"SELECT max(match_weight), {left} AS p, arg_max({right}, match_weight) FROM found GROUP BY 2"
    ).fetchall()
    api.duckdb_con.close()  # its tables are gigabytes, and linkages come after it
    return [(w, (p, b)) for w, p, b in rows]


def judged(country: Country, pairs: set[Pair], with_counterpart: int) -> dict[str, Any]:
    true = sum(country.true(p) for p in pairs)
    return {
        "linked": len(pairs),
        "precision": round(true / len(pairs), 5) if pairs else None,
        "recall": round(true / with_counterpart, 4),
    }


def at_precision(country: Country, weighed: list[tuple[float, Pair]], wanted: float, with_counterpart: int) -> dict[str, Any]:
    """The most links whose precision is no less than wanted."""
    best, true, taken = {"linked": 0, "precision": None, "recall": 0.0}, 0, 0
    ordered = sorted(weighed, reverse=True)
    for _, alike in groupby(ordered, key=itemgetter(0)):  # no threshold lies between two of one weight
        told = [country.true(pair) for _, pair in alike]
        taken, true = taken + len(told), true + sum(told)
        if true / taken >= wanted:
            best = {"linked": taken, "precision": round(true / taken, 5), "recall": round(true / with_counterpart, 4)}
    return best


KEPT = ("linked", "precision", "recall", "false_links", "false_share_low", "false_share_high", "decoy_share", "decoy_low", "decoy_high", "patients",
        "with_counterpart", "unlinked", "by_visits", "by_record", "curve", "ranking")  # fmt: skip


def ours(home: Path, regime: str, *sets: str) -> dict[str, Any]:
    """Links everybody anew; what the truth says of it, seconds and memory."""
    told, took = call(home, "link", "indirect", "--regime", regime, "--full", *sets)
    found, _ = call(home, "evaluate", "links", "--regime", regime)
    return {
        **{k: found[k] for k in KEPT},
        **took,
        "steps": told["seconds"],
        "pairs": told["pairs"],
        "tokens_cut": told["tokens_cut"],
    }


def correspondence(home: Path) -> Path:
    """The file that regime B needs, from the truth."""
    config = load(ROOT / "conf" / "local.yaml", str(home))
    spark = start(config, "bench")
    known = truth.lines(Context.of(config, spark), "doctor")
    spark.stop()
    file = Path(config.at(config.linkage.correspondence))
    file.write_text("am_number,pfs_num\n" + "".join(f"{am},{pfs}\n" for am, pfs in known), "utf-8")
    return file


def show_numbers(home: Path) -> None:
    """Puts doctors' own numbers, without their key, in the place of encrypted ones in the extract, as `simulate.clear_practitioners` writes it; loads it."""
    note = home / "country.json"
    held = json.loads(note.read_text("utf-8"))
    note.write_text(json.dumps({**held, "numbers_shown": True}), "utf-8")  # first: no other regime may find a half of it
    db = duckdb.connect()
    db.execute("CREATE TABLE known AS SELECT pfs_num, any_value(substr(am_number, 1, 8)) AS own FROM read_csv(?, all_varchar = true) GROUP BY 1", [str(correspondence(home))])  # fmt: skip
    found = 0
    for file in sorted((home / "snds-extracts" / "portal").rglob("*.csv")):
        columns = file.read_text("iso-8859-1").partition("\n")[0].split(";")
        if named := [c for c in columns if c.endswith("PFS_NUM") or c in ("PFS_EXE_NUM", "PFS_PRE_NUM")]:
            shown = ", ".join(f"coalesce((SELECT own FROM known WHERE pfs_num = {c}), {c}) AS {c}" for c in named)
            rows = f"read_csv('{file}', delim = ';', header = true, all_varchar = true, encoding = 'latin-1')"
            if "PFS_EXE_NUM" in named:
                found += db.sql(f"SELECT count(*) FROM {rows} WHERE PFS_EXE_NUM IN (SELECT pfs_num FROM known)").fetchall()[0][0]
            db.execute(f"COPY (SELECT * REPLACE ({shown}) FROM {rows}) TO '{file}.shown' (FORMAT csv, DELIMITER ';', HEADER)")
            Path(f"{file}.shown").replace(file)
    db.close()
    if not found:
        raise SystemExit(
            f"{home}: no PFS_EXE_NUM of the extract is in the correspondence, so that regime A would be measured without a number"
        )
    call(home, "load-snds", "--extract", str(home / "snds-extracts" / "portal"))


def rivals(home: Path, regime: str, mine: dict[str, Any]) -> dict[str, Any]:
    """What others find among the people, visits and drugs that our linkage in a regime staged."""
    config = load(ROOT / "conf" / "local.yaml", str(home))
    spark = start(config, "bench")
    country, counterpart = Country(home, Context.of(config, spark), regime), mine["with_counterpart"]
    spark.stop()
    out: dict[str, Any] = {}
    for name, rival in (("dutch", dutch), ("cnam", cnam)):
        with Watch(children=False) as told:
            pairs = rival(country)
        out[name] = {**judged(country, pairs, counterpart), **told}
    with Watch(children=False) as told:
        weighed = plain_splink(country)
    wanted = {"at_our_precision": mine["precision"] or 1.0, "at_0.999": 0.999, "at_0.99": 0.99}
    out["splink"] = {**{name: at_precision(country, weighed, precision, counterpart) for name, precision in wanted.items()}, **told}
    country.db.close()
    return out


def one(home: Path, regimes: list[str], without: list[str], alone: bool) -> dict[str, Any]:
    """One country: ours in each regime, the rivals, and ours without kinds of evidence; at last regime A, whose extract is another."""
    if "B" in regimes:
        correspondence(home)
    clear, regimes = "A" in regimes, [r for r in regimes if r != "A"]
    out: dict[str, Any] = {"ours": {regime: ours(home, regime) for regime in regimes}}
    if not alone:
        out |= rivals(home, regimes[-1], out["ours"][regimes[-1]])
    for kind in without:
        found = ours(home, regimes[-1], "--set", f"linkage.without=[{kind}]")
        out.setdefault("without", {})[kind] = {
            k: found[k] for k in ("linked", "precision", "recall", "false_links", "decoy_share", "decoy_low", "decoy_high")
        }
    if clear:
        show_numbers(home)
        out["ours"]["A"] = ours(home, "A")
    return out


def pooled(countries: list[dict[str, Any]], regime: str) -> dict[str, Any]:
    """False links over all countries with their 95 % interval, beside what decoys expected: countries err independently, so the widths of their bounds add up as squares."""
    runs = [c["ours"][regime] for c in countries]
    linked, false = (sum(r[k] for r in runs) for k in ("linked", "false_links"))
    low, high = beta.ppf((0.025, 0.975), (max(false, 1e-9), false + 1), (linked - false + 1, max(linked - false, 1)))
    share = sum(r["decoy_share"] * r["linked"] for r in runs)
    width = {k: sum(((r[f"decoy_{k}"] - r["decoy_share"]) * r["linked"]) ** 2 for r in runs) ** 0.5 for k in ("low", "high")}
    bounds = {"share": share, "low": max(share - width["low"], 0.0), "high": share + width["high"]}
    expected = {k: round(n / max(linked, 1), 6) for k, n in bounds.items()}
    return {"linked": linked, "false_links": false, "false_share": round(false / max(linked, 1), 6), "low": round(float(low), 6), "high": round(float(high), 6),
            "decoys": expected}  # fmt: skip


def made(home: Path, seed: str, country: dict[str, Any]) -> dict[str, int]:
    """Simulates a country and its night, unless the home holds them; the seconds that both took."""
    note = home / "country.json"
    if note.exists():
        held = json.loads(note.read_text("utf-8"))
        if held["country"] != country:
            raise SystemExit(f"{home} is of another country: {held['country']}")
        if held.get("numbers_shown"):
            raise SystemExit(f"{home} shows doctors' own numbers since regime A was measured on it: remove it")
        return dict(held["seconds"])
    shutil.rmtree(home, ignore_errors=True)  # what a run that was killed left
    _, simulated = call(home, "simulate", "--patients", str(country["patients"]), "--practices", str(country["practices"]), "--years", "2", "--nights", "1",
                           "--seed", seed, "--snds-ratio", str(country["ratio"]), "--errors", str(country["errors"]), "--set", "simulate.partitions=16")  # fmt: skip
    _, night = call(home, "nightly", "--set", "linkage.nightly=false")
    seconds = {"simulate": round(simulated["seconds"]), "night": round(night["seconds"])}
    note.write_text(json.dumps({"country": country, "seconds": seconds}), "utf-8")
    return seconds


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seeds", default="1,2,3")
    arguments.add_argument("--patients", type=int, default=1500)
    arguments.add_argument("--practices", type=int, default=12)
    arguments.add_argument("--ratio", type=int, default=8)
    arguments.add_argument("--regimes", default="D,C")
    arguments.add_argument("--without", default="", help="kinds of evidence that are left out in turn")
    arguments.add_argument("--alone", action="store_true", help="without the rivals")
    arguments.add_argument("--errors", default="1", help="times the rates of all errors of the country")
    arguments.add_argument("--name", default="links", help="of the file of results")
    arguments.add_argument("--more", action="store_true", help="keep the countries that the file of results holds")
    arguments.add_argument("--homes", help="folder where countries are kept, and taken from when they are there")
    given = arguments.parse_args()
    if given.regimes == "A":
        arguments.error("regime A is measured after another one, beside which it is seen: --regimes C,A")
    asked = {"name": given.name, "patients": given.patients, "ratio": given.ratio, "errors": float(given.errors)}
    results = ROOT / "bench" / "results" / f"{given.name}.json"
    countries: list[dict[str, Any]] = []
    if given.more and results.exists():
        held = json.loads(results.read_text("utf-8"))
        if {k: held[k] for k in asked} != asked:
            arguments.error(f"{results} is of other countries: { ({k: held[k] for k in asked}) }")
        countries = held["countries"]
    country = {**asked, "practices": given.practices}
    for seed in given.seeds.split(","):
        home = Path(given.homes) / f"{given.name}-{seed}" if given.homes else Path(tempfile.mkdtemp())
        before = made(home, seed, country)
        found = one(home, given.regimes.split(","), [k for k in given.without.split(",") if k], given.alone)
        countries = [*(c for c in countries if c["seed"] != seed), {"seed": seed, "seconds_before": before, **found}]
        print(json.dumps(countries[-1]), flush=True)
        regimes = sorted(set.intersection(*(set(c["ours"]) for c in countries)))
        result = {**asked, "countries": countries, "pooled": {r: pooled(countries, r) for r in regimes},
                  "cores": psutil.cpu_count(), "versions": {p: version(p) for p in ("pyspark", "splink", "duckdb")}}  # fmt: skip
        results.write_text(json.dumps(result, indent=1) + "\n")
        if not given.homes:
            shutil.rmtree(home)


if __name__ == "__main__":
    main()
