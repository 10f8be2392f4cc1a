"""The gate: Great Expectations reads the written versions; all pass and are published together, or none is.

Row rules are read on the rows that the batch wrote, keys on whole tables, hand-written expectations (expectations/extra) on small
frames that their own query makes. Tables with few changed rows are validated in memory, which costs a tenth of a second each.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from pyspark.sql import Row
from pyspark.sql import functions as F

from p4dp.artefacts.ddl import constraint_name
from p4dp.artefacts.suite import added_columns
from p4dp.contracts import Table, layer
from p4dp.errors import GateFailed, UsageError
from p4dp.pipeline.context import Context, log
from p4dp.quality import great_expectations as ge
from p4dp.storage.ledger import now


def check_codes(context: Context, *asked: str) -> None:
    """Refuses codes that no row rule has: a tolerance that is mistyped would never bite.

    Raises:
        UsageError: which code, and where it stands.
    """
    known = {r.code for c in layer("silver") for r in c.rules if r.severity == "row"}
    told = {"--rule": asked, "quality.zero_tolerance": context.config.quality.zero_tolerance}
    told |= {f"zero_tolerance of conf/sources/{n}.yaml": s.zero_tolerance for n, s in context.sources.items()}
    for where, codes in told.items():
        for code in codes:
            if code not in known:
                near = get_close_matches(code, known, 1)
                raise UsageError(
                    f"{where}: no row rule {code}{f'; is it {near[0]}?' if near else ''} (p4dp dictionary TABLE lists them)"
                )


def _broken(context: Context, batch_id: int) -> list[Row]:
    """Per delivery of the batch with quarantined rows: their number, the software, and the rule codes that were broken."""
    quarantine = context.tables.read("silver.quarantine").where(F.col("batch_id") == batch_id)
    return (
        quarantine.groupBy("delivery_id", "software")
        .agg(F.sum("copies").alias("broken"), F.array_distinct(F.flatten(F.collect_list("rules"))).alias("rules"))
        .collect()
    )


def _kept(context: Context, batch_id: int, names: list[str], deliveries: list[str]) -> Counter[str]:
    """Rows that tables hold of deliveries of the batch."""

    among = ", ".join(f"'{d}'" for d in deliveries)  # letters, digits and hyphens: others were refused
    query = f"SELECT delivery_id, count(*) AS n FROM {{t}} WHERE batch_id = {batch_id} AND delivery_id IN ({among}) GROUP BY delivery_id"

    kept: Counter[str] = Counter()
    for name in filter(context.tables.exists, names):
        kept.update({r["delivery_id"]: r["n"] for r in context.tables.ask(query, t=name)})
    return kept


def to_leave_out(context: Context, batch_id: int) -> list[tuple[str, str, str]]:
    """Deliveries beyond tolerance: (delivery_id, delivery rule, reason)."""
    quality, out = context.config.quality, []
    # what was accepted in an earlier night is not judged again by what later deliveries left of it
    fresh = {s["delivery_id"] for s in context.ledger.states() if s["batch_id"] == batch_id and s["state"] == "accepted"}
    found = {r["delivery_id"]: r for r in _broken(context, batch_id) if r["delivery_id"] in fresh} if fresh else {}
    tolerated = {}
    for delivery, row in found.items():
        source = context.sources[row["software"]]
        if hit := sorted(set(row["rules"]) & {*quality.zero_tolerance, *source.zero_tolerance}):
            out.append((delivery, "delivery.zero_tolerance", f"broken: {', '.join(hit)}"))
        else:
            tolerated[delivery] = quality.tolerance if source.tolerance is None else source.tolerance
    # encounters alone keep most shares within tolerance; only of the others is everything counted
    kept: Counter[str] = Counter()
    others = [f"silver.{c.name}" for c in layer("silver") if c.name not in ("quarantine", "practice", "encounter")]
    suspects = list(tolerated)
    for names in (["silver.encounter"], others):
        if suspects:
            kept += _kept(context, batch_id, names, suspects)
            suspects = [d for d in suspects if found[d]["broken"] / (found[d]["broken"] + kept[d]) > tolerated[d]]
    for delivery in suspects:
        broken, rows = found[delivery]["broken"], found[delivery]["broken"] + kept[delivery]
        if rows >= quality.min_rows:
            reason = f"{broken} of {rows} rows quarantined, {tolerated[delivery]:.0%} tolerated"
            out.append((delivery, "delivery.quarantined_share", reason))
    return out


def _samples(context: Context, contracts: list[Table], batch_id: int) -> dict[str, pd.DataFrame | None]:
    """Changed rows of every table; None where there are more than are validated in memory."""

    def sample(contract: Table) -> pd.DataFrame | None:
        return context.tables.few_changed(f"silver.{contract.name}", batch_id, added_columns(contract), ge.IN_MEMORY)

    with ThreadPoolExecutor(context.config.batch.parallel_tables) as pool:
        return dict(zip([c.name for c in contracts], pool.map(sample, contracts), strict=True))


def _rows(
    context: Context, validator: ge.Validator, contract: Table, batch_id: int, sample: pd.DataFrame | None
) -> list[ge.Outcome]:
    """What one changed row of a table tells: its columns and row expectations."""
    name = f"silver.{contract.name}"
    apart = {constraint_name(r) for r in contract.rules if r.kind == "orphan"}
    expectations = ge.load(context.config.beside(context.config.expectations), name)
    columns = context.tables.read(name).columns
    outcomes = [
        ge.Outcome(e["meta"]["rule"], [c for c in columns if c in contract.names] == e["kwargs"]["column_list"], None, None)
        for e in expectations
        if e["meta"]["reads"] == "columns"
    ]
    if sample is None or len(sample):
        by_row = [
            e for e in expectations if e["meta"]["reads"] not in ("columns", "table") and e["kwargs"].get("column") not in apart
        ]
        frame = context.tables.changed(name, batch_id, added_columns(contract)) if sample is None else sample
        outcomes += validator.validate(name, frame, by_row)
    return outcomes


def _keys(context: Context, contracts: list[Table], batch_id: int) -> dict[str, int]:
    """Keys of changed rows that stand more than once in the whole table: table → number."""
    out = {}
    for contract in contracts:
        name, key = f"silver.{contract.name}", contract.key[0]
        # older rows: only those under a changed key matter
        among = f" WHERE {key} IN (SELECT {key} FROM {{t}} WHERE batch_id = {batch_id})" if context.tables.version(name) > 1 else ""
        several = f"SELECT {key} FROM {{t}}{among} GROUP BY {key} HAVING count(*) > 1"
        out[contract.name] = context.tables.ask(f"SELECT count(*) AS n FROM ({several})", t=name)[0]["n"]
    return {name: n for name, n in out.items() if n}


def _orphans(context: Context, contracts: list[Table], batch_id: int) -> dict[str, int]:
    """References of changed rows to encounters that the table does not hold: table → number."""
    changed = f"SELECT encounter_id FROM {{t}} WHERE batch_id = {batch_id} AND encounter_id IS NOT NULL"
    query = f"SELECT count(*) AS n FROM ({changed}) c LEFT ANTI JOIN {{e}} AS e ON c.encounter_id = e.encounter_id"
    out = {c.name: context.tables.ask(query, t=f"silver.{c.name}", e="silver.encounter")[0]["n"] for c in contracts}
    return {name: n for name, n in out.items() if n}


def _tables(context: Context, validator: ge.Validator, batch_id: int) -> list[tuple[ge.Outcome, str]]:
    """Validates every silver table that has another version than the published one."""
    tables, published = context.tables, context.ledger.published()
    contracts = [
        c
        for c in layer("silver")
        if c.name != "quarantine" and tables.exists(name := f"silver.{c.name}") and tables.version(name) != published.get(name)
    ]
    if not contracts:
        return []
    samples = _samples(context, contracts, batch_id)
    changed = [c for c in contracts if (sample := samples[c.name]) is None or len(sample)]
    referring = [c for c in changed if any(r.kind == "orphan" for r in c.rules)]
    whole = (("key.duplicate", _keys, changed), ("encounter_id.orphan", _orphans, referring))
    with ThreadPoolExecutor(context.config.batch.parallel_tables) as pool:
        found = [(kind, among, pool.submit(check, context, among, batch_id)) for kind, check, among in whole if among]
        rows = pool.map(lambda c: _rows(context, validator, c, batch_id, samples[c.name]), contracts)
        outcomes = [(outcome, f"silver.{c.name}") for c, told in zip(contracts, rows, strict=True) for outcome in told]
    for kind, among, asked in found:
        broken = asked.result()
        outcomes += [
            (ge.Outcome(f"{c.name}.{kind}", c.name not in broken, None, broken.get(c.name, 0)), f"silver.{c.name}") for c in among
        ]
    return outcomes


def _extra(context: Context, validator: ge.Validator, batch_id: int) -> list[tuple[ge.Outcome, str, str]]:
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
            found = validator.validate(f"extra.{entry['name']}", frame, listed)
            out += [(o, f"silver.{file.stem}", entry.get("severity", "fail")) for o in found]
    return out


@ge.quietly()
def run(context: Context, batch_id: int) -> dict[str, int]:
    """Validates a batch's silver; records every result.

    Raises:
        GateFailed: an expectation failed; the caller takes silver back to its published versions.
    """
    logs = Path(context.config.at(context.config.roots.logs))
    validator = ge.Validator(logs, batch_id)
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

    versions = {name: context.tables.version(name) for c in layer("silver") if context.tables.exists(name := f"silver.{c.name}")}
    for outcome, name in _tables(context, validator, batch_id):
        record(outcome, name, versions[name])
    for outcome, name, severity in _extra(context, validator, batch_id):
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
    validator.docs()
    if failed:
        raise GateFailed(
            f"batch {batch_id}: {len(failed)} expectations failed: {', '.join(sorted(set(failed))[:5])}; pages in {logs / 'quality'}"
        )
    return {"checks": len(results)}
