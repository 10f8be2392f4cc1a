"""Was every planted defect caught, by its rule, and nothing else? And is every good record there?"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from pyspark.sql import functions as F

from p4dp.errors import UsageError
from p4dp.pipeline.context import Context

Found = set[tuple[str, str, str, str]]


def _truth(context: Context) -> tuple[list[Any], list[dict[str, str]]]:
    folder = Path(context.config.at(context.config.roots.truth))
    if not (folder / "practices").exists():
        raise UsageError(f"no truth in {folder}: only a simulated country can be evaluated")
    rows = context.spark.read.parquet(str(folder / "practices" / "about=records")).collect()
    damaged = [json.loads(line) for line in (folder / "deliveries.jsonl").read_text("utf-8").splitlines()]
    return rows, damaged


def _caught(context: Context) -> Found:
    practices = {s["delivery_id"]: s["practice_id"] for s in context.ledger.states()}
    rows = (
        context.tables.read("silver.quarantine")
        .select("delivery_id", "table_name", "record_id", F.explode("rules").alias("rule"))
        .collect()
    )
    # a document's number ends in its patient's pseudonym, which no truth knows
    return {(practices[r[0]], r[1], re.sub("#[g-v]{16}", "", str(r[2])).split("@")[0], r[3]) for r in rows}


def evaluate(context: Context) -> dict[str, Any]:
    """planted, caught, missed, extra, wrong, and by rule; wrong counts records of silver that differ in number from the truth."""
    rows, damaged = _truth(context)
    planted: Found = {
        (r["practice_id"], r["table"], str(r["record_id"]), rule) for r in rows if r["cause"] != "records" for rule in r["rules"]
    }
    caught = _caught(context)
    refused = {(s["folder"], s["code"]) for s in context.ledger.states() if s["state"] == "refused"}
    wanted = {(d["folder"], d["code"]) for d in damaged}
    wrong = _differences(context, rows)
    by_rule = Counter(rule for *_, rule in planted) + Counter(code for _, code in wanted)
    missed, extra = planted - caught, caught - planted
    return {
        "planted": len(planted) + len(wanted),
        "caught": len(planted & caught) + len(wanted & refused),
        "missed": len(missed) + len(wanted - refused),
        "extra": len(extra) + len(refused - wanted),
        "wrong": sum(wrong.values()),
        "by_rule": dict(sorted(by_rule.items())),
        "missed_rules": dict(Counter([r for *_, r in missed] + [c for _, c in wanted - refused])),
        "extra_rules": dict(Counter([r for *_, r in extra] + [str(c) for _, c in refused - wanted])),
        "wrong_tables": wrong,
    }


def _differences(context: Context, rows: list[Any]) -> dict[str, int]:
    """Per table: records that should stand in silver, less those that do."""
    sources = {s["practice_id"]: s["practice_key"] for s in context.ledger.states() if s["state"] == "accepted"}
    wanted: Counter[tuple[str, str]] = Counter()
    for row in rows:
        key = sources[row["practice_id"]]
        if row["cause"] == "records":
            wanted.update({(key, kind): n for kind, n in json.loads(row["counts"]).items()})
    spoilt = {(sources[r["practice_id"]], r["table"], r["record_id"]) for r in rows if r["cause"] != "records"}
    wanted.subtract(Counter((key, kind) for key, kind, _ in spoilt))
    out: dict[str, int] = {}
    for kind in sorted({k for _, k in wanted}):
        held = {
            r["practice_key"]: r["count"] for r in context.tables.read(f"silver.{kind}").groupBy("practice_key").count().collect()
        }
        off = sum(abs(n - held.get(key, 0)) for (key, k), n in wanted.items() if k == kind)
        if off:
            out[kind] = off
    return out
