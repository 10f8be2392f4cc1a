"""status: the morning's page."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pyspark.sql import functions as F
from rich.console import Console
from rich.table import Table as RichTable

from p4dp.contracts import TABLES
from p4dp.contracts.small_counts import told
from p4dp.pipeline.context import Context


def tables(context: Context) -> list[dict[str, Any]]:
    """Every published table: version, rows, grain."""
    return [
        {"table": name, "version": version, "rows": context.tables.read(name, version).count(), "grain": TABLES[name].grain}
        for name, version in sorted(context.ledger.published().items())
    ]


def collect(context: Context) -> dict[str, Any]:
    """Counts only: deliveries by state and reason, quarantined rows by rule, last batch, where to look."""
    states = context.ledger.states()
    quarantined = context.tables.read("silver.quarantine").select("software", F.explode("rules").alias("rule"))
    by_rule = {
        f"{r['software']} {r['rule']}": r["count"]
        for r in quarantined.groupBy("software", "rule").count().orderBy("rule", "software").collect()
    }
    left = context.ledger.open_batch()
    config = context.config
    claims = _claims(context) if context.tables.exists("ops.extract") else {}
    return {
        **claims,
        **_derived(context),
        "deliveries": dict(Counter(s["state"] for s in states)),
        "refused": [{"folder": s["folder"], "code": s["code"], "reason": s["reason"]} for s in states if s["state"] != "accepted"],
        "notes": dict(Counter(n.split(": ", 1)[1] for s in states for n in s["notes"] or [] if ": " in n).most_common(20)),
        "quarantined": by_rule,
        "last_batch": context.ledger.last_batch(),
        "unfinished": {"batch": left.batch_id, "reached": sorted(left.steps)} if left else None,
        "look": {
            "warehouse": config.at(config.roots.warehouse),
            "quality pages": f"{config.at(config.roots.logs)}/quality/index.html",
            "deliveries": config.at(config.roots.landing),
            "data dictionary": "docs/dictionary/README.md",
        },
    }


def _claims(context: Context) -> dict[str, Any]:
    """Files of the last load of each extract that were refused, and events by kind."""
    last = {
        r["extract"]: r["b"]
        for r in context.tables.read("ops.extract").groupBy("extract").agg(F.max("batch_id").alias("b")).collect()
    }
    rows = context.tables.read("ops.extract").where(F.col("batch_id").isin(list(last.values())))
    files = rows.select("extract", "file", "state", "code", "reason").collect()
    counts = context.tables.read("events.event").groupBy("kind").count().orderBy("kind").collect()
    return {
        "extracts": dict(Counter(f"{r['extract']} {r['state']}" for r in files)),
        "refused_files": [
            {"file": f"{r['extract']}/{r['file']}", "code": r["code"], "reason": r["reason"]}
            for r in files
            if r["state"] == "refused"
        ],
        "events": {r["kind"]: r["count"] for r in counts},
    }


def _derived(context: Context) -> dict[str, Any]:
    """Patients that are linked, and which algorithms have found how many rows."""
    published = context.ledger.published()
    out: dict[str, Any] = {}
    if "linked.link" in published:
        links = context.tables.read("linked.link", published["linked.link"]).where("valid_to IS NULL")
        out["linked_patients"] = told(links.select("patient_key").distinct().count())
    if "gold.finding" in published:
        rows = (
            context.tables.read("gold.finding", published["gold.finding"])
            .groupBy("p4dp_slice")
            .count()
            .orderBy("p4dp_slice")
            .collect()
        )
        out["findings"] = {r["p4dp_slice"]: told(r["count"]) for r in rows}
    return out


def show(result: dict[str, Any], console: Console) -> None:
    """Prints the page."""
    console.rule("deliveries")
    console.print("  ".join(f"{n} {state}" for state, n in result["deliveries"].items()) or "none yet")
    if result["refused"]:
        refused = RichTable("refused delivery", "rule", "reason")
        for r in result["refused"]:
            refused.add_row(r["folder"], r["code"], r["reason"])
        console.print(refused)
    if result["quarantined"]:
        rules = RichTable("software", "rule", "rows in quarantine")
        for name, n in result["quarantined"].items():
            rules.add_row(*name.split(" ", 1), str(n))
        console.print(rules)
    if "extracts" in result:
        console.rule("claims")
        console.print("  ".join(f"{what}: {n}" for what, n in result["extracts"].items()))
        for r in result["refused_files"]:
            console.print(f"refused {r['file']}: {r['code']}: {r['reason']}")
        console.print("events  " + "  ".join(f"{kind} {n:,}" for kind, n in result["events"].items()))
    if "linked_patients" in result:
        n = result["linked_patients"]
        console.print(f"linked patients {n:,}" if isinstance(n, int) else f"linked patients {n}")
    if "findings" in result:
        console.rule("algorithms")
        console.print("  ".join(f"{which} {n}" for which, n in result["findings"].items()))
    for note, n in result["notes"].items():
        console.print(f"note, {n} ×: {note}")
    if result["unfinished"]:
        console.print(
            f"[bold]unfinished:[/] batch {result['unfinished']['batch']}, reached {', '.join(result['unfinished']['reached'])}"
        )
    console.rule("where to look")
    for what, where in result["look"].items():
        console.print(f"{what}: {where}", soft_wrap=True)
