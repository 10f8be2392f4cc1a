"""Performance: split, land, conform and gate over a plain Spark copy of the same files to Delta, in one run.

`python bench/bench.py [--patients N] [--practices M] [--runs K]` writes bench/results/pipeline.json. Ratios only: machines differ.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import psutil
from pyspark.sql import SparkSession

from p4dp.config import load
from p4dp.pipeline import nightly
from p4dp.pipeline.context import Context
from p4dp.simulate.country import simulate
from p4dp.simulate.practice import Setting
from p4dp.storage.lease import Lease
from p4dp.storage.session import start

ROOT = Path(__file__).resolve().parent.parent


def plain_copy(spark: SparkSession, landing: Path, out: Path) -> float:
    """The yardstick: every medical and identity file kind to a Delta table, all columns text."""
    begin = time.monotonic()
    names = sorted({(p.parts[-5], p.parts[-2], p.name) for p in landing.glob("*/*/*/*/*.*") if p.suffix in (".csv", ".jsonl")})
    for software, part, name in names:
        paths = [str(p) for p in landing.glob(f"{software}/*/*/{part}/{name}")]
        if name.endswith(".csv"):
            header = Path(paths[0]).read_text("iso-8859-1").split("\n", 1)[0].strip().split(";")
            schema = ", ".join(f"`{h}` string" for h in header)
            frame = spark.read.csv(paths, schema=schema, sep=";", header=True, encoding="ISO-8859-1")
        else:
            first = json.loads(Path(paths[0]).read_text("utf-8").split("\n", 1)[0] or "{}")
            frame = spark.read.json(paths, schema=", ".join(f"`{k}` string" for k in first) or "x string")
        frame.write.format("delta").mode("overwrite").save(str(out / f"{software}-{name.split('.')[0]}"))
    return time.monotonic() - begin


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--patients", type=int, default=40_000)
    arguments.add_argument("--practices", type=int, default=40)
    arguments.add_argument("--runs", type=int, default=3)
    given = arguments.parse_args()
    work = Path(tempfile.mkdtemp())
    config = load(ROOT / "conf" / "local.yaml", str(work))
    spark = start(config, "bench")
    landing = Path(config.at(config.roots.landing))
    setting = Setting(1, given.patients, given.practices, 2, 1, str(landing), defects=False)
    simulate(spark, setting, work, 4)
    for folder in landing.glob("dossia"):
        shutil.rmtree(folder)
    size = sum(p.stat().st_size for p in landing.rglob("*") if p.is_file())
    yard, ours, steps, rows = [], [], [], 0
    peak = 0
    for n in range(given.runs + 1):  # the first is the warm-up
        for name in ("warehouse", "restricted", "vault", "logs", "plain"):
            shutil.rmtree(work / name, ignore_errors=True)
        copied = plain_copy(spark, landing, work / "plain")
        begin = time.monotonic()
        with Lease(work / "logs" / "lease", 60) as lease:
            context = Context.of(config, spark, lease)
            summary = nightly.run(context)
        taken = time.monotonic() - begin
        peak = max(peak, sum(p.memory_info().rss for p in [psutil.Process(), *psutil.Process().children(recursive=True)]) >> 20)
        print(f"run {n}: plain copy {copied:.1f} s, pipeline {taken:.1f} s, {summary['seconds']}", flush=True)
        if n:
            yard, ours, steps = [*yard, copied], [*ours, taken], [*steps, summary["seconds"]]
        rows = context.tables.read("silver.encounter").count()
    result = {
        "name": "pipeline", "seconds": statistics.median(ours), "rows": rows, "ratio": statistics.median(a / b for a, b in zip(ours, yard, strict=True)),
        "yardstick": {"name": "plain Spark copy of the same files to Delta", "seconds": statistics.median(yard)}, "bytes": size, "steps": steps,
        "peak_mib": peak, "cores": psutil.cpu_count(), "versions": {p: version(p) for p in ("pyspark", "delta-spark", "great-expectations", "pyarrow")},
    }  # fmt: skip
    (ROOT / "bench" / "results" / "pipeline.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result))
    spark.stop()
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
