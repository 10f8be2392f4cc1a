"""derive: algorithms on published silver and events → gold.finding, each algorithm an MLflow run.

All code lists are matched in one pass over each table; an algorithm reads the small frame of its mentions. Nothing that others read changes before the one
commit at the end, so that a run that was killed is simply run again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from p4dp.algorithms import code_list, core, sources
from p4dp.algorithms.code_list import CodeList, Matcher, fingerprint
from p4dp.algorithms.core import SIDES, Algorithm, card
from p4dp.config import Config
from p4dp.contracts import table
from p4dp.errors import GateFailed, UsageError
from p4dp.models import algorithm_report, tracking
from p4dp.pipeline import validated
from p4dp.pipeline.clock import Progress
from p4dp.pipeline.context import Context

EXPERIMENT = "algorithms"
#: side → layer and tables that it reads
READS = {"gp": ("silver", sources.GP_TABLES), "snds": ("events", sources.SNDS_TABLES)}


def known(config: Config, folders: Iterable[Path] = ()) -> tuple[dict[str, Algorithm], dict[str, CodeList]]:
    """Algorithms and code lists of the library, of `algorithms.folders`, and of other folders.

    Raises:
        UsageError: a folder, file or list that is not sound, or a name that is taken.
    """
    own = [*(Path(config.beside(f)) for f in config.algorithms.folders), *folders]
    found = core.library()
    for folder in own:
        for name, algorithm in core.from_folder(folder).items():
            if name in found:
                raise UsageError(f"{folder}: {name} is the name of an algorithm that exists; choose another")
            found[name] = algorithm
    lists = code_list.load(*own)
    for algorithm in found.values():
        if missing := [n for n in algorithm.code_lists if n not in lists]:
            raise UsageError(f"algorithm {algorithm.name}: no code list {', '.join(missing)}")
    return found, lists


def table_names(side: str) -> list[str]:
    """Tables that a side reads."""
    layer, names = READS[side]
    return [f"{layer}.{n}" for n in names]


@dataclass
class Side:
    """One side of one derivation: people and mentions, written once for all its algorithms."""

    people: DataFrame
    mentions: DataFrame

    def of(self, algorithm: Algorithm) -> DataFrame:
        """Mentions of an algorithm's lists."""
        return self.mentions.where(F.col("code_list").isin(*algorithm.code_lists))


def prepared(context: Context, side: str, versions: Mapping[str, int], lists: Iterable[CodeList], folder: str) -> Side:
    """Reads one side's tables at their versions, each once, and writes people and mentions."""
    layer, names = READS[side]
    frames = {n: context.tables.read(f"{layer}.{n}", versions.get(f"{layer}.{n}")) for n in names}
    matcher = Matcher(context.spark, lists)
    people, mentions = (getattr(sources, f"{side}_{part}") for part in ("people", "mentions"))
    written = context.tables.parquet(f"{folder}/people-{side}", people(frames))
    ours = mentions(frames, matcher).join(
        written.select("person"), "person", "left_semi"
    )  # pooled and fictive persons are nobody's findings
    found = context.tables.parquet(f"{folder}/mentions-{side}", ours.repartition("code_list"))
    return Side(written, found)


def hashed() -> dict[str, Column]:
    """Counts that are taken while findings are written: rows, and a hash that order does not change and a row more or less does."""
    each = F.xxhash64("person", "start_date", "end_date", "category", "value", "criteria").cast("decimal(38,0)")
    return {"rows": F.count(F.lit(1)), "hash": F.coalesce(F.sum(each), F.lit(0)).cast("string")}


@dataclass
class Result:
    """What one algorithm found on one side."""

    algorithm: Algorithm
    side: str
    findings: DataFrame
    rows: int
    hash: str
    seconds: float


def default_day(context: Context, side: str = "gp", people: DataFrame | None = None) -> dt.date:
    """The last day on which an accepted delivery was extracted, else today; in the claims no later than they are complete."""
    days = [s["extracted_on"] for s in context.ledger.states() if s["state"] == "accepted" and s["extracted_on"]]
    last: dt.date = max(days, default=dt.datetime.now(dt.UTC).date())
    if side == "gp" or people is None:
        return last
    # whoever was first seen later is followed for that day only
    complete = people.where("observed_from < observed_until").agg(F.max("observed_until")).collect()[0][0]
    return min(last, complete) if complete else last


def run_one(
    context: Context, algorithm: Algorithm, side: str, data: Side, as_of: dt.date, given: Mapping[str, Any], folder: str
) -> Result:
    """Findings of one algorithm on one side, written as staging with their hash."""
    begin = time.monotonic()
    rows = algorithm.run(side, data.people, data.of(algorithm), as_of, given)
    written, seen = context.tables.counted(f"{folder}/{algorithm.name}-{side}", rows, hashed())
    return Result(algorithm, side, written, int(seen["rows"]), str(seen["hash"]), time.monotonic() - begin)


@dataclass
class Derivation:
    """What is asked of one derivation."""

    algorithms: list[Algorithm]
    lists: Mapping[str, CodeList]
    sides: tuple[str, ...] = SIDES
    as_of: dt.date | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


def run(context: Context, asked: Derivation, progress: Progress = lambda _: None) -> dict[str, Any]:
    """Runs algorithms and writes gold.finding; returns the closing summary.

    Raises:
        UsageError: nothing published to read, a bad parameter.
        GateFailed: an expectation on the findings failed; published versions are untouched.
    """
    published = context.ledger.published()
    sides = [
        s
        for s in SIDES
        if s in asked.sides and READS[s][0] + "." + READS[s][1][0] in published and any(s in a.sides for a in asked.algorithms)
    ]
    if not sides:
        raise UsageError("nothing to read: no published tables of a side that the algorithms have; run nightly or load-snds first")
    for algorithm in asked.algorithms:
        algorithm.settings(asked.given)
    versions = {n: published[n] for s in sides for n in table_names(s) if n in published}
    algorithms = [a for a in asked.algorithms if any(s in a.sides for s in sides)]
    batch_id = context.ledger.last_batch() + 1
    context.ledger.step(batch_id, "derive", "opened")
    context.tables.opened(batch_id)
    folder = f"{context.config.at(context.config.roots.warehouse)}/staging/derive={batch_id}"
    try:
        return _run(context, asked, algorithms, sides, versions, batch_id, folder, progress)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(
    context: Context,
    asked: Derivation,
    algorithms: list[Algorithm],
    sides: list[str],
    versions: dict[str, int],
    batch_id: int,
    folder: str,
    progress: Progress,
) -> dict[str, Any]:
    lists = [asked.lists[n] for n in sorted({n for a in algorithms for n in a.code_lists})]
    data, days = {}, {}
    for side in sides:
        progress(f"mentions {side}")
        data[side] = prepared(context, side, versions, lists, folder)
        days[side] = asked.as_of or default_day(context, side, data[side].people)
    summary: dict[str, Any] = {
        "as_of": {s: d.isoformat() for s, d in days.items()},
        "algorithms": len(algorithms),
        "runs": {},
        "findings": {},
        "seconds": {},
    }
    results: list[tuple[str, Result]] = []
    with ExitStack() as open_runs:
        for algorithm in algorithms:
            progress(algorithm.name)
            mlrun = open_runs.enter_context(tracking.tracked(context.config, EXPERIMENT, algorithm.name, versions))
            found = [run_one(context, algorithm, s, data[s], days[s], asked.given, folder) for s in sides if s in algorithm.sides]
            _log(context, mlrun, algorithm, found, data, asked, days, versions)
            results += [(mlrun.run_id, r) for r in found]
            summary["runs"][algorithm.name] = mlrun.run_id
            summary["findings"] |= {f"{algorithm.name}/{r.side}": r.rows for r in found}
            summary["seconds"][algorithm.name] = round(sum(r.seconds for r in found), 2)
        progress("write")
        _write(context, results, days, batch_id)
        progress("gate")
        gate(context, batch_id, "gold.finding")
    return summary


def gate(context: Context, batch_id: int, name: str) -> None:
    """GE on what was written; publishes, or takes the table back.

    Raises:
        GateFailed: an expectation failed.
    """
    failed = validated.validate(context, batch_id, (name,))
    if failed:
        context.tables.restore(name, context.ledger.published().get(name, 0))
        raise GateFailed(f"derivation {batch_id}: {len(failed)} expectations failed: {', '.join(sorted(failed)[:5])}")
    context.ledger.publish(batch_id, {name: ("derive", context.tables.version(name))})
    context.ledger.step(batch_id, "derive", "published")


def _write(context: Context, results: list[tuple[str, Result]], days: Mapping[str, dt.date], batch_id: int) -> None:
    frames = [
        r.findings.select(
            F.lit(f"{r.algorithm.name}/{r.side}").alias("p4dp_slice"), F.lit(r.algorithm.name).alias("algorithm"), F.lit(r.algorithm.version).alias("version"),
            F.lit(r.side).alias("side"), F.col("person").alias("person_id"), "start_date", "end_date", "category", "value", "criteria",
            F.lit(days[r.side]).alias("as_of"), F.lit(run_id).alias("run_id"), F.lit(batch_id).cast("bigint").alias("batch_id"))
        for run_id, r in results
    ]  # fmt: skip
    context.tables.replace(
        "gold.finding", reduce(DataFrame.unionByName, frames), [f"{r.algorithm.name}/{r.side}" for _, r in results]
    )


def _log(
    context: Context,
    mlrun: tracking.Run,
    algorithm: Algorithm,
    found: list[Result],
    data: Mapping[str, Side],
    asked: Derivation,
    days: Mapping[str, dt.date],
    versions: Mapping[str, int],
) -> None:
    """Everything that says what was run on what, and counts that reveal nobody."""
    lists = {n: asked.lists[n] for n in algorithm.code_lists}
    used = {n: asked.given[n] for n in asked.given if n in algorithm.parameters}
    mlrun.params(
        {
            **{f"as_of.{r.side}": days[r.side].isoformat() for r in found},
            "version": algorithm.version,
            **{f"parameter.{k}": v for k, v in algorithm.settings(used).items()},
        }
    )
    contracts = hashlib.sha256(repr([table(n) for n in sorted(versions)]).encode()).hexdigest()[:16]
    mlrun.tags({"algorithm": algorithm.name, "code": core.code_of(algorithm.source), "code_lists": fingerprint(lists.values()), "contracts": contracts,
                "sides": ",".join(r.side for r in found), **{f"hash.{r.side}": r.hash for r in found}, **asked.tags})  # fmt: skip
    mlrun.inputs({n: (context.tables.path(n), v) for n, v in versions.items() if any(n in table_names(r.side) for r in found)})
    mlrun.metrics({f"seconds.{r.side}": r.seconds for r in found})
    mlrun.text("card.md", card(algorithm, asked.lists))
    mlrun.text("source.py", algorithm.source)
    mlrun.object("code_lists.json", {n: {"version": c.version, "status": c.status, "source": list(c.source), "codes": {k: list(v) for k, v in c.codes.items()},
                                         "exclude": {k: list(v) for k, v in c.exclude.items()}} for n, c in lists.items()})  # fmt: skip
    groups = {r.side: algorithm_report.groups(r.findings, data[r.side].people, days[r.side]) for r in found}
    mlrun.metrics(
        {f"share.{side}": next((g["share"] for g in listed if g["trait"] == "all"), None) for side, listed in groups.items()}
    )
    mlrun.object("groups.json", groups)
    mlrun.text("page.html", algorithm_report.page(algorithm, max(days.values()), groups))
