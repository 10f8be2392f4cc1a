"""Linkage as the country grows: candidates and seconds per patient, at two sizes in one run.

`python bench/links_growth.py [--patients 4800,19200] [--ratio 10]` writes bench/results/links_growth.json. Silver and events are made by Spark as Delta
tables (no deliveries, no extracts): practices of 800 patients in communes of a constant size, three doctors each, 2 to 13 visits in two
years with two drugs, of which the claims hold 95 %; the others of a commune see other doctors. The numbers of doctors are encrypted (regime C).
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from watch import Watch

from p4dp.config import load
from p4dp.contracts import Column, table
from p4dp.pipeline import link
from p4dp.pipeline.context import Context
from p4dp.storage.lease import Lease
from p4dp.storage.session import start

ROOT = Path(__file__).resolve().parent.parent
#: Patients of a practice. A practice is a commune with `ratio` times as many others: density stays the same whatever the size.
_PRACTICE = 800
_FILL = {"string": "x", "bigint": 0, "int": 0, "boolean": False, "date": "2026-01-05"}


def _filled(name: str, rows: DataFrame) -> DataFrame:
    """The rows with every other column of the contract: null, or something allowed where it must not be."""

    def value(column: Column) -> Any:
        if not column.required:
            return None
        return next(iter(column.codes)) if column.codes else column.example or _FILL[column.type]

    columns = table(name).columns
    return rows.select(*(F.col(c.name) if c.name in rows.columns else F.lit(value(c)).cast(c.type).alias(c.name) for c in columns))


def people(spark: SparkSession, patients: int, ratio: int) -> DataFrame:
    """Patients (`id` below `patients`) and the others of their communes; `doctor` is the one they see."""
    practices = max(patients // _PRACTICE, 1)
    return spark.range(0, patients * (1 + ratio), 1, 8).selectExpr(
        "id", f"id < {patients} AS is_patient",
        f"CASE WHEN id < {patients} THEN least(id div {_PRACTICE}, {practices - 1}) ELSE pmod(xxhash64(id, 1), {practices}) END AS place",
        "CASE WHEN pmod(xxhash64(id, 2), 2) = 0 THEN 'male' ELSE 'female' END AS sex",
        "CAST(1930 + pmod(xxhash64(id, 3), 90) AS int) AS birth_year", "CAST(1 + pmod(xxhash64(id, 4), 12) AS int) AS birth_month",
    ).selectExpr(
        "*", "lpad(1 + place div 300, 2, '0') AS department", "lpad(pmod(place, 300), 3, '0') AS town",
        "place * 40 + CASE WHEN is_patient THEN pmod(xxhash64(id, 5), 3) ELSE 3 + pmod(xxhash64(id, 5), 37) END AS doctor",
    )  # fmt: skip


def home(context: Context, patients: int, ratio: int) -> None:
    """Silver and events of such a country, published."""
    spark, tables = context.spark, context.tables
    everybody = people(spark, patients, ratio)
    visits = everybody.withColumn("n", F.explode(F.expr("sequence(1, CAST(2 + pmod(xxhash64(id, 6), 12) AS int))"))).selectExpr(
        "*", "date_add(DATE'2024-01-01', CAST(pmod(xxhash64(id, n, 7), 730) AS int)) AS day", "xxhash64(id, n) AS visit",
        "pmod(xxhash64(id, n, 8), 100) < 95 AS claimed")  # fmt: skip
    drugs = visits.withColumn("d", F.explode(F.array(F.lit(0), F.lit(1)))).withColumn(
        "substance", F.expr("pmod(xxhash64(id, n, d), 300)")
    )
    drugs = drugs.withColumn(
        "atc", F.expr("concat(chr(CAST(65 + substance div 30 AS int)), '10BA', lpad(pmod(substance, 30), 2, '0'))")
    )
    drugs = drugs.withColumn("code", F.expr("concat('34009', lpad(substance, 7, '0'), pmod(xxhash64(id, n, d, 9), 3))"))
    mine, theirs = ("is_patient", "claimed")
    practice, patient = "md5(concat('p', place)) AS practice_key", "md5(concat('q', id)) AS patient_key"
    number, key = "concat('1', lpad(doctor, 7, '0'))", "md5(concat('d', doctor))"
    beneficiary, encrypted = "concat('B', lpad(id, 16, '0')) AS beneficiary_id", "substring(md5(concat('s', doctor)), 1, 8)"
    doctors = everybody.where(mine).select("place", "doctor").distinct()
    made = {
        "silver.patient": everybody.where(mine).selectExpr("id AS patient_id", practice, patient, "sex", "birth_year", "birth_month",
                                                          "concat(department, town) AS commune_code", "department"),
        "silver.practitioner": doctors.selectExpr("doctor AS practitioner_id", practice, f"{key} AS practitioner_key", f"concat({number}, '1') AS am_number",
                                                  "'titular' AS role"),
        "silver.encounter": visits.where(mine).selectExpr("visit AS encounter_id", practice, patient, "day AS encounter_date", "'surgery' AS kind",
                                                          f"{key} AS billing_key"),
        "silver.prescription": drugs.where(mine).selectExpr("xxhash64(visit, d) AS prescription_id", practice, patient, "visit AS encounter_id",
                                                            "day AS prescribed_on", "atc", "code", "'CIP13' AS code_system"),
        "silver.order": visits.where("false").selectExpr("visit AS order_id", practice, patient, "visit AS encounter_id", "day AS ordered_on"),
        "silver.lab_result": visits.where("false").selectExpr("visit AS lab_result_id", practice, patient, "day AS sampled_on"),
        "events.beneficiary": everybody.selectExpr(beneficiary, "sex", "birth_year", "birth_month", "department", "town AS commune"),
        "events.event": visits.where(theirs).selectExpr(beneficiary, "'gp_visit' AS kind", "day AS start_date", f"{encrypted} AS performer",
                                                        "CAST(null AS string) AS prescriber", "CAST(null AS date) AS prescribed_on", "CAST(null AS string) AS atc",
                                                        "CAST(null AS string) AS code")
        .unionByName(drugs.where(theirs).selectExpr(beneficiary, "'dispensing' AS kind", "day AS start_date", "CAST(null AS string) AS performer",
                                                    f"{encrypted} AS prescriber", "day AS prescribed_on", "atc", "code")),
    }  # fmt: skip
    for name, rows in made.items():
        tables.append(name, _filled(name, rows.withColumn("batch_id", F.lit(1).cast("bigint"))), 1)
    context.ledger.publish(1, {name: ("bench", tables.version(name)) for name in made})


def watched(folder: Path) -> Path:
    """A Spark properties file as conf/spark/local.conf, with an event log in the folder."""
    conf = ROOT / "conf" / "spark"
    text = (conf / "local.conf").read_text("utf-8").replace("configurationFile=", f"configurationFile={conf}/")
    file = folder / "watched.conf"
    file.write_text(f"{text}\nspark.eventLog.enabled true\nspark.eventLog.dir file://{folder}\nspark.eventLog.rolling.enabled false\n"
                    "spark.eventLog.compress false\n", "utf-8")  # fmt: skip
    return file


def worked(folder: Path, since: float, until: float) -> dict[str, int]:
    """What Spark's tasks that began between two moments (seconds since 1970) took, from the event log."""
    tasks = []
    for log in folder.glob("local-*"):
        with log.open(encoding="utf-8") as lines:
            tasks += [json.loads(line) for line in lines if line.startswith('{"Event":"SparkListenerTaskEnd"')]
    tasks = [t["Task Metrics"] for t in tasks if since <= t["Task Info"]["Launch Time"] / 1000 < until and "Task Metrics" in t]
    return {"task_cpu_seconds": sum(t["Executor CPU Time"] for t in tasks) // 10**9,
            "shuffle_mib": sum(t["Shuffle Write Metrics"]["Shuffle Bytes Written"] for t in tasks) >> 20,
            "spilled_mib": sum(t["Disk Bytes Spilled"] for t in tasks) >> 20}  # fmt: skip


def one(spark: SparkSession, patients: int, ratio: int) -> dict[str, Any]:
    """One size: what was found, seconds, peak memory, and what was staged on disk."""
    folder = Path(tempfile.mkdtemp())
    config = load(ROOT / "conf" / "local.yaml", str(folder))
    with Lease(folder / "logs" / "lease", 120) as lease:
        context = Context.of(config, spark, lease)
        home(context, patients, ratio)
        since = time.time()
        with Watch(children=True) as told:
            found = link.run(context, full=True)
    claimed = spark.read.format("delta").load(f"{folder}/warehouse/events/event").count()
    staged = sum(p.stat().st_size for p in (folder / "warehouse" / "staging").rglob("*") if p.is_file())
    shutil.rmtree(folder)
    return {"patients": patients, "beneficiaries": patients * (1 + ratio), "claimed_events": claimed, "between": (since, since + told["seconds"]), "seconds": told["seconds"], "steps": found["seconds"], "pairs": found["pairs"], "linked": found["linked"],
            "tokens_cut": found["tokens_cut"], "pairs_a_patient": round(found["pairs"] / patients, 3), "milliseconds_a_patient": round(told["seconds"] / patients * 1000, 2),
            "staged_mib": staged >> 20, "peak_mib": told["peak_mib"]}  # fmt: skip


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--patients", default="4800,19200", help="multiples of 800, or density would differ")
    arguments.add_argument("--ratio", type=int, default=10)
    given = arguments.parse_args()
    if any(int(n) % _PRACTICE for n in given.patients.split(",")):
        arguments.error(f"--patients: multiples of {_PRACTICE}")
    logs = Path(tempfile.mkdtemp())
    spark = start(load(ROOT / "conf" / "local.yaml", str(logs), [f"spark.properties={watched(logs)}"]), "bench")
    one(spark, 1600, given.ratio)  # warm
    sizes = []
    for patients in map(int, given.patients.split(",")):
        sizes.append(one(spark, patients, given.ratio))
        print(json.dumps(sizes[-1]), flush=True)
    spark.stop()
    for size in sizes:
        size |= worked(logs, *size.pop("between"))
    shutil.rmtree(logs)
    first, last = sizes[0], sizes[-1]
    more = (last["seconds"] - first["seconds"]) / (last["patients"] - first["patients"]) * 1000
    result = {"name": "links_growth", "sizes": sizes, "growth": {k: round(last[k] / first[k], 3) for k in ("pairs_a_patient", "milliseconds_a_patient")},
              "milliseconds_of_one_patient_more": round(more, 2), "cores": psutil.cpu_count(),
              "versions": {p: version(p) for p in ("pyspark", "splink", "duckdb")}}  # fmt: skip
    (ROOT / "bench" / "results" / "links_growth.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
