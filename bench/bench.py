"""Performance, in one run: `python bench/bench.py [--part ratio|growth|night] …` writes bench/results/<part>.json.

ratio   split, land, conform and gate over a plain Spark copy of the same files to Delta, first load, warm
growth  the same road with one and with four times the consultations: cost per consultation, and over the copy at each size
night   2,000 practices with 50 consultations each, on top of two million consultations: seconds by step
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import statistics
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import country
import psutil
from pyspark.sql import SparkSession
from watch import Watch

from p4dp.config import load
from p4dp.pipeline import nightly
from p4dp.pipeline.context import Context
from p4dp.simulate.country import simulate
from p4dp.simulate.practice import Setting
from p4dp.storage.lease import Lease
from p4dp.storage.session import start

ROOT = Path(__file__).resolve().parent.parent
CONF = ROOT / "conf" / "local.yaml"


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


class Bench:
    """A simulated country in a temporary folder, and homes whose deliveries are made of it."""

    def __init__(self, patients: int, practices: int) -> None:
        self.work = Path(tempfile.mkdtemp())
        self.spark = start(load(CONF, str(self.work)), "bench")
        simulate(self.spark, Setting(1, patients, practices, 2, 1, str(self.work / "landing"), defects=False), self.work, 4)

    def home(self, name: str) -> Path:
        """An empty home with the country's referentials."""
        home = self.work / name
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self.work / "referentials", home / "referentials")
        (home / "landing").mkdir()
        return home

    def night(self, home: Path, until: dt.date | None = None) -> tuple[float, dict[str, float], int]:
        """One night: seconds, seconds by step, encounters in silver."""
        begin = time.monotonic()
        with Lease(home / "logs" / "lease", 120) as lease:
            context = Context.of(load(CONF, str(home)), self.spark, lease)
            summary = nightly.run(context, until)
        taken = time.monotonic() - begin
        steps: dict[str, float] = summary["seconds"]  # type: ignore[assignment]
        return taken, steps, context.tables.read("silver.encounter").count()

    def ratio(self, times: int, runs: int) -> dict[str, Any]:
        """Ours over the yardstick, the median of several runs after one to warm up."""
        home = self.home("ratio")
        size = country.multiply(self.work / "landing", home / "landing", times)
        yard, ours, steps, peak, rows = [], [], [], 0.0, 0
        for n in range(runs + 1):
            for name in ("warehouse", "restricted", "vault", "logs", "plain"):
                shutil.rmtree(home / name, ignore_errors=True)
            copied = plain_copy(self.spark, home / "landing", home / "plain")
            with Watch(children=True) as told:
                taken, by_step, rows = self.night(home)
            peak = max(peak, told["peak_mib"])
            print(f"run {n}: plain copy {copied:.1f} s, ours {taken:.1f} s, {by_step}", flush=True)
            if n:
                yard, ours, steps = [*yard, copied], [*ours, taken], [*steps, by_step]
        return {"ratio": round(statistics.median(a / b for a, b in zip(ours, yard, strict=True)), 2), "seconds": statistics.median(ours),
                "yardstick": {"name": "plain Spark copy of the same files to Delta", "seconds": statistics.median(yard)},
                "bytes": size, "consultations": rows, "steps": steps, "peak_mib": peak}  # fmt: skip

    def growth(self, times: int) -> dict[str, Any]:
        """Cost per consultation of a first load, once and four times as large."""
        found = []
        for name, factor in (("small", times), ("large", 4 * times)):
            home = self.home(name)
            size = country.multiply(self.work / "landing", home / "landing", factor)
            copied = plain_copy(self.spark, home / "landing", home / "plain")
            shutil.rmtree(home / "plain")
            taken, steps, rows = self.night(home)
            print(f"{name}: {rows} consultations, {taken:.1f} s, plain copy {copied:.1f} s, {steps}", flush=True)
            found.append({"consultations": rows, "bytes": size, "seconds": taken, "steps": steps, "plain_copy_seconds": copied,
                          "ratio": round(taken / copied, 2), "microseconds_each": round(taken / rows * 1e6, 1)})  # fmt: skip
            shutil.rmtree(home)
        small, large = found
        return {"cost_per_row": round(large["microseconds_each"] / small["microseconds_each"], 3), "small": small, "large": large}

    def national_night(self, practices: int, before: int, night: int) -> dict[str, Any]:
        """A night of all practices on top of what they delivered before."""
        base, home = self.work / "base" / "landing", self.home("national")
        base.mkdir(parents=True)
        country.cut(self.work / "landing", base, before, night)
        country.multiply(base, home / "landing", -(-practices // len(country.registry(base))))
        loaded, load_steps, rows = self.night(home, dt.date(2026, 1, 5))
        print(f"history: {rows} consultations, {loaded:.1f} s, {load_steps}", flush=True)
        taken, steps, after = self.night(home)
        print(f"night: {after - rows} consultations, {taken:.1f} s, {steps}", flush=True)
        return {"practices": len(country.registry(home / "landing")), "history": rows, "consultations": after - rows, "minutes": round(taken / 60, 2),
                "minutes_by_step": {k: round(v / 60, 2) for k, v in steps.items()}, "history_seconds": loaded}  # fmt: skip


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--part", choices=("ratio", "growth", "night"))
    arguments.add_argument("--patients", type=int, default=40_000)
    arguments.add_argument("--practices", type=int, default=40)
    arguments.add_argument("--times", type=int, default=4)
    arguments.add_argument("--runs", type=int, default=3)
    given = arguments.parse_args()
    parts = [given.part] if given.part else ["ratio", "growth", "night"]
    bench = Bench(given.patients, given.practices)
    for part in parts:
        if part == "ratio":
            result = bench.ratio(given.times, given.runs)
        elif part == "growth":
            result = bench.growth(given.times)
        else:
            result = bench.national_night(2000, 1000, 50)
        versions = {p: version(p) for p in ("pyspark", "delta-spark", "great-expectations", "pyarrow")}
        result = {"name": part, **result, "cores": psutil.cpu_count(), "versions": versions}
        (ROOT / "bench" / "results" / f"{part}.json").write_text(json.dumps(result, indent=1) + "\n")
        print(json.dumps(result), flush=True)
    bench.spark.stop()
    shutil.rmtree(bench.work)


if __name__ == "__main__":
    main()
