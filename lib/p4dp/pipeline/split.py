"""split, a vault job: every file of a batch is verified and read once; identity goes to the vault, medicine to the outbox.

One pass on the executors, a delivery at a time: it is sound to its last byte, or refused whole. Medical records leave under pseudonyms, as
Parquet files of bronze and of restricted.free_text, so that land opens no delivery, needs no secret and writes no row again.
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.errors import DefectiveDelivery
from p4dp.identity.keys import Keys, PseudonymMaker, create_secret, load_secret
from p4dp.pipeline.context import Context, log
from p4dp.pipeline.discover import Found, order_problems, registry
from p4dp.pipeline.opening import Delivery, open_delivery
from p4dp.sources.landed import KEPT, Landing
from p4dp.sources.spec import SourceSpec
from p4dp.storage import parts
from p4dp.storage.ledger import now
from p4dp.storage.tables import without_values

#: Records that one task should open; more tasks than deliveries make no sense.
_RECORDS_A_TASK = 400_000
#: Parts that hold identity and stay in the vault's staging; all others go to the outbox.
_IDENTITY = ("vault.patient", "vault.practitioner")
_REPORT = "delivery_no int, kind string, payload string"


def _worker(
    batch: list[Delivery], landing: Landing, sources: dict[str, SourceSpec], keys: Keys, outbox: str, staging: str
) -> Callable[[Iterator[pd.DataFrame]], Iterator[pd.DataFrame]]:
    """Opens deliveries; reports what each was, and which files of parts were written."""

    def run(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        make = keys.maker()
        writer = parts.PartWriter(outbox, dict.fromkeys(_IDENTITY, staging), landing.rows)
        reports: list[tuple[int, str, str]] = []
        for frame in frames:
            for number in frame["delivery_no"].tolist():
                delivery = batch[number]
                try:
                    opened = open_delivery(delivery, sources[delivery.software], make, keys.version)
                except DefectiveDelivery as problem:
                    defect = {"code": problem.code, "reason": f"{problem.where}: {problem.reason}"}
                    reports.append((number, "defect", json.dumps(defect)))
                    continue
                except OSError as problem:  # of the file system, not of the delivery: it waits
                    reports.append((number, "unreachable", json.dumps({"reason": type(problem).__name__})))
                    continue
                except Exception as problem:  # one delivery must not stop a nation; its message may hold values
                    defect = {
                        "code": "delivery.unreadable",
                        "reason": f"a defect of the reader ({type(problem).__name__}): tell the platform",
                    }
                    reports.append((number, "defect", json.dumps(defect)))
                    continue
                account = {"rows": opened.rows, "bytes": opened.size, "notes": sorted(set(opened.notes))}
                reports.append((number, "sound", json.dumps(account)))
                for part, tables in opened.parts.items():
                    for rows in tables:
                        reports += [(-1, name, path) for name, path in writer.add(part, rows)]
        reports += [(-1, name, path) for name, path in writer.flush()]
        yield pd.DataFrame(reports, columns=["delivery_no", "kind", "payload"])

    return run


def _spread(context: Context, batch: list[Delivery]) -> DataFrame:
    """Numbers of deliveries, dealt by size so that tasks end together."""
    sizes = [sum(f.rows for f in d.files) for d in batch]
    order = sorted(range(len(batch)), key=lambda n: -sizes[n])
    tasks = min(len(batch), max(context.config.batch.split_tasks, sum(sizes) // _RECORDS_A_TASK + 1))
    dealt = [(n, place % tasks) for place, n in enumerate(order)]
    numbers = context.spark.createDataFrame(dealt, "delivery_no int, task int")
    return numbers.repartitionById(tasks, F.col("task")).select("delivery_no")


def run(context: Context, batch_id: int, batch: list[Found]) -> dict[str, int]:
    """Splits a batch and decides on its deliveries, but for those that the file system does not give; returns how many it decided on."""
    config = context.config
    secret = config.at(config.vault.secret_file)
    if config.vault.create_secret:
        create_secret(secret)
    make = PseudonymMaker(load_secret(secret))
    problems = order_problems(context, batch, registry(context))
    outbox, staging = context.outbox(batch_id), f"{config.at(config.roots.vault)}/staging/batch={batch_id}"
    parts.clear(outbox)
    parts.clear(staging)
    landing = config.at(config.roots.landing)
    deliveries = [
        Delivery(f"{landing}/{f.folder}", f.software, f.practice_id, f.delivery_id, m.sequence, m.extracted_at.date(), m.files)
        for f in batch
        if f.folder not in problems and (m := f.manifest)
    ]
    results: dict[str, dict[str, Any]] = {}
    # conform takes a part that the list does not name for one that nobody looked for
    files: dict[str, list[str]] = {part: [] for part in KEPT}
    unreachable: set[str] = set()
    if deliveries:
        keys = Keys(secret, config.vault.key_version)
        worker = _worker(deliveries, Landing(batch_id, now()), context.sources, keys, outbox, staging)
        with without_values("splitting"):
            reports = _spread(context, deliveries).mapInPandas(worker, _REPORT).collect()
        for row in reports:
            if row["delivery_no"] < 0:
                files.setdefault(row["kind"], []).append(row["payload"])
                continue
            delivery, payload = deliveries[row["delivery_no"]], json.loads(row["payload"])
            folder = delivery.folder.removeprefix(f"{landing}/")
            if row["kind"] == "unreachable":
                log.warning("not read %s: the file system failed (%s); it waits for the next run", folder, payload["reason"])
                unreachable.add(folder)
                continue
            if row["kind"] == "defect":
                problems[folder] = DefectiveDelivery(payload["code"], folder, payload["reason"])
            results[folder] = payload
    _keep_identity(context, batch_id, files)
    parts.write_list(outbox, {name: sorted(paths) for name, paths in files.items() if name not in _IDENTITY})
    read = [f for f in batch if f.folder not in unreachable]
    _decide(context, batch_id, read, problems, results, make)
    return {"decided": len(read)}


def _keep_identity(context: Context, batch_id: int, files: dict[str, list[str]]) -> None:
    """Identity of sound deliveries → vault."""
    spark, tables = context.spark, context.tables
    for name in ("vault.patient", "vault.practitioner"):
        if name in files:
            tables.append(name, spark.read.parquet(*files[name]).withColumn("batch_id", F.lit(batch_id).cast("bigint")), batch_id)
    access = {"account": getpass.getuser(), "command": "split", "object": "vault.patient", "purpose": f"batch {batch_id}"}
    tables.log("ops.access", [{**access, "at": now()}])


def _decide(
    context: Context,
    batch_id: int,
    batch: list[Found],
    problems: dict[str, DefectiveDelivery],
    results: dict[str, dict[str, Any]],
    make: PseudonymMaker,
) -> None:
    """One row of the ledger per delivery."""
    rows: list[dict[str, Any]] = []
    for found in batch:
        problem, result, manifest = problems.get(found.folder), results.get(found.folder, {}), found.manifest
        rows.append(
            {
                "delivery_id": found.delivery_id,
                "state": "refused" if problem else "accepted",
                "code": problem.code if problem else None,
                "reason": problem.reason if problem else None,
                "software": found.software,
                "practice_id": found.practice_id,
                "practice_key": make.practice(found.practice_id),
                "folder": found.folder,
                "sequence": manifest.sequence if manifest else None,
                "is_full": manifest.kind == "full" if manifest else None,
                "extracted_on": manifest.extracted_at.date() if manifest else None,
                "manifest_sha256": found.sha256,
                "rows": result.get("rows", {}),
                "bytes": result.get("bytes", 0),
                "notes": sorted(set(result.get("notes", []))),
                "batch_id": batch_id,
            }
        )
        if problem:
            log.warning("refused %s: %s: %s", found.folder, problem.code, problem.reason)
    done = {s["folder"]: s for s in context.ledger.states() if s["batch_id"] == batch_id}
    context.ledger.record([r for r in rows if r["folder"] not in done])
