"""A whole country, practice by practice on the executors; deterministic for a seed whatever the number of partitions."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from p4dp.simulate import lives
from p4dp.simulate.damage import damage
from p4dp.simulate.practice import Practice, Setting, seat, software_of
from p4dp.simulate.records import cip13, substances

_TRUTH = "practice_id string, `table` string, record_id string, rules array<string>, cause string, counts string"


def _work(setting: Setting) -> object:
    def run(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for frame in frames:
            for practice in frame["id"]:
                yield pd.DataFrame(Practice(setting, int(practice)).nights())

    return run


def simulate(spark: SparkSession, setting: Setting, home: Path, partitions: int) -> dict[str, int]:
    """Writes registry, referentials, deliveries and truth below home; returns counts."""
    landing = home / "landing"
    landing.mkdir(parents=True, exist_ok=True)
    _registry(setting, landing)
    _referentials(home / "referentials")
    practices = spark.range(0, setting.practices, 1, min(partitions, setting.practices))
    truth = practices.mapInPandas(_work(setting), _TRUTH)  # type: ignore[arg-type]
    truth.withColumn("about", F.when(F.col("cause") == "life", "lives").otherwise("records")).write.mode("overwrite").partitionBy(
        "about"
    ).parquet(str(home / "truth" / "practices"))
    refused = damage(setting) if setting.defects else []
    (home / "truth" / "deliveries.jsonl").write_text("".join(json.dumps(r) + "\n" for r in refused), "utf-8")
    return {
        "practices": setting.practices,
        "deliveries": setting.practices * setting.nights + len(refused),
        "damaged_deliveries": len(refused),
    }


def _registry(setting: Setting, landing: Path) -> None:
    rows = []
    for n in range(setting.practices):
        rows.append(
            {
                "practice_id": f"P{n:05d}",
                "software": software_of(setting.seed, n),
                "commune": seat(setting, n),
                "joined_on": str(lives.DAY0 - dt.timedelta(days=30)),
            }
        )
    (landing / "practices.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")


def _referentials(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    drugs = ["cip13,atc"] + [f"{cip13(atc, n)},{atc}" for atc in substances() for n in range(3)]
    (folder / "drugs.csv").write_text("\n".join(drugs) + "\n", "utf-8")
    (folder / "communes.csv").write_text("old_code,new_code\n13004,13005\n2A006,2A004\n", "utf-8")
