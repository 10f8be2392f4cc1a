"""The whole library on the rows of many patients: `python bench/algorithms.py [--patients 1000000]` writes bench/results/algorithms.json.

Rows are made by Spark itself (silver tables as Parquet, forty records a patient in three years, codes of the lists among others). Measured: the pass that matches all lists
once, then every algorithm on its mentions; with a quarter of the patients and with all, to see whether the cost per patient stays.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from watch import Watch

from p4dp.algorithms import sources
from p4dp.algorithms.code_list import Matcher, load
from p4dp.algorithms.core import library
from p4dp.artefacts.ddl import columns
from p4dp.config import load as configured
from p4dp.contracts import table
from p4dp.storage.session import start

ROOT = Path(__file__).resolve().parent.parent
AS_OF = dt.date(2026, 1, 5)
_DRUGS = (
    "A10BA02",
    "C09AA05",
    "C08CA01",
    "C10AA05",
    "B01AC06",
    "N02BE01",
    "R03AC02",
    "R03BB04",
    "C03CA01",
    "J01CA04",
    "A02BC01",
    "N06AB10",
)
_CODES = (
    "T90",
    "K86",
    "T93",
    "R96",
    "R95",
    "K77",
    "K90",
    "R05",
    "R74",
    "R80",
    "L03",
    "A97",
    "D01",
    "P76",
    "K07",
    "S02",
    "X11",
    "U71",
    "H71",
    "N01",
)
_LABS = (("2160-0", 90.0), ("4548-4", 6.0), ("2345-7", 5.5), ("718-7", 13.0), ("2093-3", 5.2))


def _pick(values: tuple[str, ...], salt: int) -> Column:
    return F.element_at(
        F.array(*[F.lit(v) for v in values]), (F.pmod(F.xxhash64("id", "n", F.lit(salt)), F.lit(len(values))) + 1).cast("int")
    )


def _day(salt: int) -> Column:
    return F.date_sub(F.lit(AS_OF), F.pmod(F.xxhash64("id", "n", F.lit(salt)), F.lit(1095)).cast("int"))


def made(spark: SparkSession, patients: int, folder: Path) -> tuple[dict[str, DataFrame], int]:
    """Silver tables of so many patients, written as Parquet; and how many rows."""
    people = spark.range(0, patients, 1, 8)
    key = F.sha2(F.col("id").cast("string"), 256).substr(1, 32)

    def several(n: int) -> DataFrame:
        return people.withColumn("n", F.explode(F.sequence(F.lit(1), F.lit(n)))).withColumn("patient_key", key)

    lab = F.element_at(
        F.array(*[F.struct(F.lit(c).alias("code"), F.lit(v).alias("mean")) for c, v in _LABS]),
        (F.col("n") % len(_LABS) + 1).cast("int"),
    )
    number = (F.col("id") * 100 + F.col("n")).alias("encounter_id")
    rows = {
        "patient": people.select(key.alias("patient_key"), F.lit("p").alias("practice_key"), F.when(F.col("id") % 2 == 0, "male").otherwise("female").alias("sex"),
                                 (1930 + F.col("id") % 80).cast("int").alias("birth_year"), F.lit(6).alias("birth_month"), F.lit("13").alias("department")),
        "observation_period": people.select(key.alias("patient_key"), F.lit("active_file").alias("basis"), F.lit(dt.date(2015, 1, 1)).alias("start_date")),
        "encounter": several(10).select("patient_key", number, _day(1).alias("encounter_date")),
        "diagnosis": several(10).select("patient_key", number, F.lit("CISP-2").alias("code_system"), _pick(_CODES, 2).alias("code"), F.lit("present").alias("assertion")),
        "prescription": several(14).select("patient_key", _day(3).alias("prescribed_on"), _pick(_DRUGS, 4).alias("atc"), F.lit(30.0).alias("duration_days")),
        "lab_result": several(5).select("patient_key", _day(5).alias("sampled_on"), F.lit("LOINC").alias("code_system"), lab["code"].alias("code"),
                                        (lab["mean"] * (0.6 + F.rand(7))).alias("value")),
        "history": several(1).select("patient_key", F.lit("problem").alias("kind"), F.lit("CISP-2").alias("code_system"), _pick(_CODES, 6).alias("code"),
                                     F.lit("present").alias("assertion"), _day(8).alias("start_date")),
    }  # fmt: skip
    out, total = {}, 0
    for name in sources.GP_TABLES:
        contract = table(f"silver.{name}")
        if name not in rows:
            out[name] = spark.createDataFrame([], columns(contract))
            continue
        held = rows[name]
        full = held.select(
            *(F.col(c.name) if c.name in held.columns else F.lit(None).cast(c.type).alias(c.name) for c in contract.columns)
        )
        full.write.mode("overwrite").parquet(str(folder / name))
        out[name] = spark.read.parquet(str(folder / name))
        total += out[name].count()
    return out, total


def measured(spark: SparkSession, patients: int) -> dict[str, Any]:
    """Seconds of the matching pass and of every algorithm."""
    work = Path(tempfile.mkdtemp())
    tables, rows = made(spark, patients, work)
    algorithms = [a for a in library().values() if "gp" in a.sides]
    lists = load()
    begin = time.monotonic()
    matcher = Matcher(spark, [lists[n] for n in sorted({n for a in algorithms for n in a.code_lists})])
    sources.gp_people(tables).write.parquet(str(work / "people"))
    sources.gp_mentions(tables, matcher).repartition("code_list").write.parquet(str(work / "mentions"))
    people, mentions = spark.read.parquet(str(work / "people")), spark.read.parquet(str(work / "mentions"))
    seconds, found = {"mentions": round(time.monotonic() - begin, 2)}, {}
    for algorithm in algorithms:
        begin = time.monotonic()
        chosen = mentions.where(F.col("code_list").isin(*algorithm.code_lists))
        algorithm.run("gp", people, chosen, AS_OF).write.mode("overwrite").parquet(str(work / "out"))
        seconds[algorithm.name] = round(time.monotonic() - begin, 2)
        found[algorithm.name] = spark.read.parquet(str(work / "out")).count()
    shutil.rmtree(work)
    total = sum(seconds.values())
    print(f"{patients} patients, {rows} rows: {total:.1f} s", seconds, flush=True)
    return {
        "patients": patients,
        "rows": rows,
        "seconds": round(total, 1),
        "by_step": seconds,
        "found": found,
        "microseconds_per_patient": round(total / patients * 1e6, 1),
    }


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--patients", type=int, default=1_000_000)
    given = arguments.parse_args()
    spark = start(configured(ROOT / "conf" / "local.yaml", tempfile.mkdtemp()), "bench")
    measured(spark, 2000)  # warm
    small = measured(spark, given.patients // 4)
    with Watch(children=True) as told:
        large = measured(spark, given.patients)
    result = {"name": "algorithms", "rows": large["rows"], "seconds": large["seconds"], "cost_per_patient": round(large["microseconds_per_patient"] / small["microseconds_per_patient"], 3),
              "small": small, "large": large, "peak_mib": told["peak_mib"], "cores": psutil.cpu_count(), "versions": {"pyspark": version("pyspark")}}  # fmt: skip
    (ROOT / "bench" / "results" / "algorithms.json").write_text(json.dumps(result, indent=1) + "\n")
    spark.stop()


if __name__ == "__main__":
    main()
