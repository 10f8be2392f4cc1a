"""load-snds: an extract's files → typed tables by slice; then one identity, flat claim lines and events."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.contracts import Table, layer
from p4dp.contracts.snds.base import DCIR_KEY
from p4dp.errors import GateFailed, StorageError, UsageError
from p4dp.pipeline import snds_events, validated
from p4dp.pipeline.clock import Progress
from p4dp.pipeline.context import Context, log
from p4dp.sources import extract
from p4dp.sources.extract import ExtractFile, RefusedFile
from p4dp.storage.ledger import now

Report = dict[str, Any]
#: PMSI tables with one row per stay or invoice
_ONE_ROW_A_KEY = ("t_mco_b", "t_mco_c", "t_mco_cstc", "t_mco_fastc")


def _written(name: str) -> str:
    """A file's name as a table can hold it: bytes that are no UTF-8, as names from Windows archives have, become question marks."""
    return name.encode("utf-8", "replace").decode()


@dataclass
class _Load:
    """One load of one extract."""

    context: Context
    root: Path
    batch_id: int
    reports: dict[str, Report] = field(default_factory=dict)

    def report(self, file: str, state: str, **more: Any) -> None:
        """Notes what became of a file."""
        row = self.reports.setdefault(
            file, {"extract": self.root.name, "file": _written(file), "batch_id": self.batch_id, "at": now()}
        )
        row |= {"state": state, **{k: _written(v) if isinstance(v, str) else v for k, v in more.items()}}
        if state == "refused":
            log.warning("refused %s: %s: %s", file, more["code"], more["reason"])

    def files(self) -> dict[str, list[ExtractFile]]:
        """Readable files by table."""
        found: dict[str, list[ExtractFile]] = defaultdict(list)
        seen: dict[tuple[str, str], str] = {}
        for path in sorted(p for p in self.root.rglob("*") if p.is_file()):
            name = str(path.relative_to(self.root))
            told = extract.table_of(path.relative_to(self.root))
            if told is None or path.suffix.lower() not in (".csv", ".txt", ".parquet"):
                self.report(name, "ignored", reason="its name says no table that is loaded")
                continue
            contract, year = told
            try:
                file = extract.inspect(self.root, path, contract, year)
                first = seen.setdefault((contract.name, file.sha256), name)
                if first != name:
                    raise RefusedFile("extract.repeated", f"the same content as {first}")
            except RefusedFile as problem:
                self.report(name, "refused", table_name=contract.official, code=problem.code, reason=problem.reason)
                continue
            dialect = " ".join(x for x in (file.format, file.delimiter, file.encoding) if x)
            self.report(name, "loaded", table_name=contract.official, dialect=dialect, missing=file.missing, unknown=file.unknown)
            found[contract.name].append(file)
        return found

    def table(self, contract: Table, files: list[ExtractFile]) -> None:
        """Loads the files of one table: replaces the slices that they bring."""
        frames = []
        for group in extract.alike(files):
            rows = extract.typed(extract.text_rows(self.context.spark, self.root, group), group[0])
            stamp = {
                "p4dp_slice": extract.slice_of(contract, group[0].year),
                "p4dp_extract": F.lit(self.root.name),
                "batch_id": F.lit(self.batch_id).cast("bigint"),
            }
            frames.append(rows.withColumns(stamp).select(*contract.names, "_ragged", "_unreadable"))
        tables = self.context.tables
        staging = f"{self.context.config.at(self.context.config.roots.warehouse)}/staging/load={self.batch_id}/{contract.name}"
        staged = tables.parquet(staging, reduce(DataFrame.unionAll, frames))
        counted = staged.groupBy("p4dp_file").agg(
            F.count(F.lit(1)).alias("rows"),
            F.count_if("_ragged").alias("ragged"),
            F.count("_unreadable").alias("unreadable"),
            F.array_sort(F.array_distinct(F.flatten(F.collect_set(F.split("_unreadable", ","))))).alias("columns"),
            F.collect_set("p4dp_slice").alias("slices"),
        )
        counts = {r["p4dp_file"]: r for r in counted.collect()}
        slices = {name: set(r["slices"]) for name, r in counts.items()}
        if strangers := counts.keys() - {f.path for f in files}:
            raise StorageError(
                f"snds.{contract.name}: {len(strangers)} files were read under another name than they have below {self.root.name}"
            )
        good = []
        for file in files:
            row = counts.get(file.path)
            told = {"rows": row["rows"], "unreadable_rows": row["unreadable"], "unreadable": row["columns"]} if row else {"rows": 0}
            self.report(file.path, "loaded", **told)
            if file.breaks_off:
                self.report(file.path, "refused", code="extract.truncated", reason=file.breaks_off)
            elif row and row["ragged"]:
                self.report(
                    file.path,
                    "refused",
                    code="extract.ragged",
                    reason=f"{row['ragged']} lines with another number of fields than the header",
                )
            else:
                good.append(file.path)
        good = self._without_halves(files, good, slices)
        good, copies = self._without_repeated(contract, staged, good, slices)
        good = self._without_halves([f for f in files if f.path not in copies], good, slices)
        wanted = sorted({s for f in good for s in slices.get(f, ())})
        if "all" in wanted and extract.yearly(contract):
            self._warn_of_no_year(contract)
        for name in good:
            self.report(name, "loaded", slices=sorted(slices.get(name, ())))
        if wanted:
            tables.replace(f"snds.{contract.name}", staged.where(F.col("p4dp_file").isin(good)), wanted)

    def _without_halves(self, files: list[ExtractFile], good: list[str], slices: dict[str, set[str]]) -> list[str]:
        """Refuses a file that shares a slice with one that was refused: half a month must not replace a whole one."""
        while True:
            lost = {s for f in files if f.path not in good for s in slices.get(f.path, ())}
            halves = [f for f in good if slices.get(f, set()) & lost]
            if not halves:
                return good
            for name in halves:
                shared = ", ".join(sorted(slices[name] & lost))
                self.report(
                    name,
                    "refused",
                    code="extract.half",
                    reason=f"another file of slice {shared} was refused: mend it and load both",
                )
            good = [f for f in good if f not in halves]

    def _without_repeated(
        self, contract: Table, staged: DataFrame, good: list[str], slices: dict[str, set[str]]
    ) -> tuple[list[str], set[str]]:
        """Refuses a file whose keys another file of the same slice has: the month or year came twice.

        Returns the files that are left, and those refused that hold nothing else: without them their slices are whole.
        """
        sharing = [f for f in good if any(f != g and slices.get(f, set()) & slices.get(g, set()) for g in good)]
        keys = DCIR_KEY if contract.name.startswith("er_") else contract.needs if contract.name in _ONE_ROW_A_KEY else ()
        if not keys or not sharing:
            return good, set()
        pairs = (
            staged.where(F.col("p4dp_file").isin(sharing))
            .groupBy("p4dp_slice", *keys)
            .agg(F.array_sort(F.collect_set("p4dp_file")).alias("f"))
        )
        together = [row["f"] for row in pairs.select("f").distinct().collect()]
        first: dict[str, str] = {}
        for names in sorted(t for t in together if len(t) > 1):
            for later in names[1:]:
                if later not in first:
                    first[later] = names[0]
                    self.report(later, "refused", code="extract.repeated", reason=f"rows under the same keys as {names[0]}")
        left = [f for f in good if f not in first]
        return left, {f for f in first if not any(f in names and not set(names) & set(left) for names in together)}

    def _warn_of_no_year(self, contract: Table) -> None:
        """Says that files without a year take the place of another extract's, which may be of another year."""
        name = f"snds.{contract.name}"
        if self.context.tables.exists(name):
            others = self.context.tables.read(name).where(
                (F.col("p4dp_slice") == "all") & (F.col("p4dp_extract") != self.root.name)
            )
            if held := others.select("p4dp_extract").limit(1).collect():
                log.warning(
                    "%s: its files tell no year in their names or folders, so they take the place of those of extract %s",
                    contract.official,
                    held[0][0],
                )


def run(context: Context, folder: Path, progress: Progress = lambda _: None) -> dict[str, object]:
    """Loads an extract and computes what follows from it; returns the closing summary.

    Raises:
        UsageError: the folder does not exist or holds no file of a known table.
        GateFailed: an expectation on identity or events failed; published versions are untouched.
    """
    if not folder.is_dir():
        raise UsageError(f"no extract {folder}: a folder of files named after SNDS tables")
    load = _Load(context, folder.resolve(), context.ledger.last_batch() + 1)
    progress("inspect")
    by_table = load.files()
    if not by_table:
        context.tables.log("ops.extract", list(load.reports.values()))
        if refused := sum(r["state"] == "refused" for r in load.reports.values()):
            raise UsageError(f"{folder}: none of its {refused} files of SNDS tables can be loaded: ops.extract says why of each")
        raise UsageError(f"{folder}: no file is named after an SNDS table (docs/how-to/load-an-extract.md)")

    def loaded(contract: Table) -> None:
        progress(f"load {contract.name}")
        load.table(contract, by_table[contract.name])

    brought = [contract for contract in layer("snds") if contract.name in by_table]
    # most tables are small: their plans and commits are made while the engine reads another
    with ThreadPoolExecutor(context.config.batch.parallel_tables) as pool:
        list(pool.map(loaded, brought))
    context.tables.log("ops.extract", list(load.reports.values()))
    progress("events")
    months = _months(context)
    counts = snds_events.run(context, load.batch_id, months)
    progress("gate")
    _gate(context, load.batch_id)
    names = [f"{t.layer}.{t.name}" for t in (*layer("snds"), *layer("events")) if context.tables.exists(f"{t.layer}.{t.name}")]
    context.ledger.publish(load.batch_id, {n: ("load-snds", context.tables.version(n)) for n in names})
    context.ledger.step(load.batch_id, "load-snds", "opened", deliveries=[folder.name])
    context.ledger.step(load.batch_id, "load-snds", "published")
    states = [r["state"] for r in load.reports.values()]
    return {
        "files": len(states),
        **{s: states.count(s) for s in ("loaded", "refused", "ignored")},
        "tables": len(brought),
        **counts,
    }


def _months(context: Context) -> list[str]:
    """Flow months that were written since the last load that was published: of this load, and of one that was killed or failed."""
    last = max(
        (b["batch_id"] for b in context.ledger.batches() if b["kind"] == "load-snds" and b["step"] == "published"), default=0
    )
    names = [n for t in layer("snds") if t.name.startswith("er_") and context.tables.exists(n := f"snds.{t.name}")]
    rows = [context.tables.read(n).where(F.col("batch_id") > last).select("p4dp_slice") for n in names]
    return sorted(r[0] for r in reduce(DataFrame.unionAll, rows).distinct().collect()) if rows else []


def _gate(context: Context, batch_id: int) -> None:
    """GE on the written versions of identity and events."""
    failed = validated.validate(context, batch_id, ("events.beneficiary", "events.event"))
    if failed:
        published = context.ledger.published()
        for name in ("events.beneficiary", "events.event", "events.pseudonym", "events.dcir"):
            if context.tables.exists(name):
                context.tables.restore(name, published.get(name, 0))
        raise GateFailed(f"load {batch_id}: {len(failed)} expectations failed: {', '.join(sorted(failed)[:5])}")


def waiting(context: Context) -> list[Path]:
    """Extracts below snds-extracts/ that were never loaded, have a file that no load saw, or changed since."""
    root = Path(context.config.at(context.config.roots.extracts))
    steps = [b for b in context.ledger.batches() if b["kind"] == "load-snds"]
    names = {b["batch_id"]: b["deliveries"][0] for b in steps if b["step"] == "opened"}
    done: dict[str, dt.datetime] = {names[b["batch_id"]]: b["at"] for b in steps if b["step"] == "published"}
    seen: dict[str, set[str]] = defaultdict(set)
    if done:
        for r in context.tables.read("ops.extract").select("extract", "file").distinct().collect():
            seen[r["extract"]].add(r["file"])

    def waits(folder: Path) -> bool:
        files = [f for f in folder.rglob("*") if f.is_file()]
        if not any(extract.table_of(f.relative_to(folder)) for f in files):
            return False
        if folder.name not in done or any(_written(str(f.relative_to(folder))) not in seen[folder.name] for f in files):
            return True
        return max(f.stat().st_mtime for f in files) > done[folder.name].timestamp()

    return [p for p in sorted(root.glob("*")) if p.is_dir() and waits(p)]
