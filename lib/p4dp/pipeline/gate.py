"""The gate: Great Expectations reads the written versions; all pass and are published together, or none is.

Row rules are read on the rows that the batch wrote, keys on whole tables, hand-written expectations (expectations/extra) on small
frames that their own query makes. Tables with few changed rows are validated in memory, which costs a tenth of a second each.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pyspark.sql import functions as F

from p4dp.artefacts.ddl import constraint_name
from p4dp.artefacts.suite import added_columns
from p4dp.contracts import Table, layer
from p4dp.errors import GateFailed
from p4dp.pipeline.context import Context, log
from p4dp.quality import great_expectations as ge
from p4dp.storage.ledger import now

_IN_MEMORY = 20_000


def quarantined_shares(context: Context, batch_id: int) -> list[dict[str, Any]]:
    """Per delivery of the batch: rows, quarantined rows, and the rule codes that were broken."""
    quarantine = context.tables.read("silver.quarantine").where(F.col("batch_id") == batch_id)
    broken = quarantine.groupBy("delivery_id", "software").agg(
        F.sum("copies").alias("broken"), F.array_distinct(F.flatten(F.collect_list("rules"))).alias("rules")
    )
    found = broken.collect()
    if not found:
        return []
    kept = None
    for contract in layer("silver"):
        if contract.name in ("quarantine", "practice") or not context.tables.exists(f"silver.{contract.name}"):
            continue
        rows = context.tables.read(f"silver.{contract.name}").where(F.col("batch_id") == batch_id).select("delivery_id")
        kept = rows if kept is None else kept.unionAll(rows)
    counts = {r["delivery_id"]: r["count"] for r in kept.groupBy("delivery_id").count().collect()} if kept is not None else {}
    return [{**r.asDict(), "rows": r["broken"] + counts.get(r["delivery_id"], 0)} for r in found]


def to_leave_out(context: Context, batch_id: int) -> list[tuple[str, str, str]]:
    """Deliveries beyond tolerance: (delivery_id, delivery rule, reason)."""
    quality, out = context.config.quality, []
    for share in quarantined_shares(context, batch_id):
        source = context.sources[share["software"]]
        limit = quality.tolerance if source.tolerance is None else source.tolerance
        hit = sorted(set(share["rules"]) & set(quality.zero_tolerance))
        if hit:
            out.append((share["delivery_id"], "delivery.zero_tolerance", f"broken: {', '.join(hit)}"))
        elif share["rows"] >= quality.min_rows and share["broken"] / share["rows"] > limit:
            out.append(
                (
                    share["delivery_id"],
                    "delivery.quarantined_share",
                    f"{share['broken']} of {share['rows']} rows quarantined, {limit:.0%} tolerated",
                )
            )
    return out


def _changed(context: Context, contract: Table, batch_id: int) -> Any:
    frame = context.tables.read(f"silver.{contract.name}").where(F.col("batch_id") == batch_id)
    added = {name: F.expr(sql) for name, sql in added_columns(contract).items()}
    return frame.withColumns(added) if added else frame


def _table(context: Context, validator: ge.Validator, contract: Table, batch_id: int, pages: Path) -> list[tuple[ge.Outcome, str]]:
    """Validates one silver table."""
    name = f"silver.{contract.name}"
    expectations = ge.load(context.config.beside(context.config.expectations), name)
    by_reader: dict[str, list[dict[str, Any]]] = {}
    orphans = {constraint_name(r): r.code for r in contract.rules if r.kind == "orphan"}
    for e in expectations:
        reads = "orphan" if e["kwargs"].get("column") in orphans else e["meta"]["reads"]
        by_reader.setdefault("changed" if reads == "columns" else reads, []).append(e)
    frame = _changed(context, contract, batch_id)
    order = [e for e in by_reader["changed"] if e["meta"]["reads"] == "columns"]
    rest = [e for e in by_reader["changed"] if e["meta"]["reads"] != "columns"]
    outcomes: list[ge.Outcome] = []
    columns_found = [c for c in frame.columns if c in contract.names]
    for e in order:
        outcomes.append(ge.Outcome(e["meta"]["rule"], columns_found == e["kwargs"]["column_list"], None, None))
    sample = frame.limit(_IN_MEMORY + 1).toPandas()
    small = len(sample) <= _IN_MEMORY
    if len(sample):
        found, result = validator.validate(name, sample if small else frame, rest)
        outcomes += found
        ge.page(result, pages / f"{contract.name}.html")
    if len(sample) and "table" in by_reader:
        outcomes += _keys(context, contract, batch_id)
    if len(sample) and "orphan" in by_reader:
        outcomes += _orphans(context, contract, batch_id)
    return [(o, name) for o in outcomes]


def _keys(context: Context, contract: Table, batch_id: int) -> list[ge.Outcome]:
    """Keys of changed rows, unique in the whole table."""
    whole = context.tables.read(f"silver.{contract.name}").select(*contract.key, "batch_id")
    counted = (
        whole.groupBy(*contract.key).agg(F.count(F.lit(1)).alias("n"), F.max("batch_id").alias("b")).where(F.col("b") == batch_id)
    )
    row = counted.agg(F.count(F.lit(1)), F.count_if(F.col("n") > 1)).collect()[0]
    return [ge.Outcome(f"{contract.name}.key.duplicate", row[1] == 0, row[0], row[1])]


def _orphans(context: Context, contract: Table, batch_id: int) -> list[ge.Outcome]:
    """References of changed rows, found in the whole table that they refer to."""
    rows = context.tables.read(f"silver.{contract.name}").where((F.col("batch_id") == batch_id) & F.col("encounter_id").isNotNull())
    encounters = context.tables.read("silver.encounter").select("encounter_id")
    missing = rows.join(F.broadcast(encounters), "encounter_id", "left_anti").count()
    return [ge.Outcome(f"{contract.name}.encounter_id.orphan", missing == 0, None, missing)]


def _extra(context: Context, validator: ge.Validator, batch_id: int, pages: Path) -> list[tuple[ge.Outcome, str, str]]:
    """Hand-written expectations: (outcome, table, severity)."""
    out = []
    for contract in layer("silver"):
        name = f"silver.{contract.name}"
        context.tables.read(name).createOrReplaceTempView(f"silver_{contract.name}")
    context.tables.read("ops.delivery").createOrReplaceTempView("ops_delivery")
    for file in sorted((context.config.beside(context.config.expectations) / "extra").rglob("*.yaml")):
        for entry in yaml.safe_load(file.read_text("utf-8")):
            frame = context.spark.sql(entry["query"].format(batch=batch_id)).toPandas()
            if not len(frame):
                continue
            listed = [{"type": entry["type"], "kwargs": entry["kwargs"], "meta": {"rule": entry["name"]}}]
            found, result = validator.validate(entry["name"], frame, listed)
            ge.page(result, pages / f"extra-{entry['name']}.html")
            out += [(o, f"silver.{file.stem}", entry.get("severity", "fail")) for o in found]
    return out


def run(context: Context, batch_id: int) -> dict[str, int]:
    """Validates a batch's silver; records every result.

    Raises:
        GateFailed: an expectation failed; the caller takes silver back to its published versions.
    """
    pages = Path(context.config.at(context.config.roots.logs)) / "quality" / f"batch-{batch_id}"
    validator = ge.Validator()
    results: list[dict[str, Any]] = []
    failed: list[str] = []

    def record(outcome: ge.Outcome, name: str, version: int | None, fails: bool = True) -> None:
        results.append(
            {
                "batch_id": batch_id,
                "table_name": name,
                "version": version,
                "check_name": outcome.check,
                "source": None,
                "rows": outcome.rows,
                "broken": outcome.broken,
                "passed": outcome.passed,
                "at": now(),
            }
        )
        if not outcome.passed:
            log.warning("quality: %s %s on %s", outcome.check, "failed" if fails else "noted", name)
            if fails:
                failed.append(outcome.check)

    versions: dict[str, int] = {}
    for contract in layer("silver"):
        name = f"silver.{contract.name}"
        if not context.tables.exists(name):
            continue
        versions[name] = context.tables.version(name)
        if contract.name == "quarantine":
            continue
        for outcome, checked in _table(context, validator, contract, batch_id, pages):
            record(outcome, checked, versions[name])
    for outcome, name, severity in _extra(context, validator, batch_id, pages):
        record(outcome, name, versions.get(name), severity == "fail")
    counts = context.tables.read("silver.quarantine").where(F.col("batch_id") == batch_id)
    for row in (
        counts.select("table_name", "software", F.explode("rules").alias("rule"), "copies")
        .groupBy("table_name", "software", "rule")
        .agg(F.sum("copies").alias("n"))
        .collect()
    ):
        results.append(
            {
                "batch_id": batch_id,
                "table_name": f"silver.{row['table_name']}",
                "version": None,
                "check_name": row["rule"],
                "source": row["software"],
                "rows": None,
                "broken": row["n"],
                "passed": True,
                "at": now(),
            }
        )
    context.tables.log("ops.quality", results)
    if failed:
        raise GateFailed(
            f"batch {batch_id}: {len(failed)} expectations failed: {', '.join(sorted(set(failed))[:5])}; pages in {pages}"
        )
    return {"checks": len(results)}
