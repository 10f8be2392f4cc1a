"""reprocess: quarantined rows again, after a mapping was mended; and silver from nothing."""

from __future__ import annotations

from pyspark.sql import functions as F

from p4dp.errors import UsageError
from p4dp.pipeline import gate
from p4dp.pipeline.clock import Clock, Progress
from p4dp.pipeline.context import Context
from p4dp.pipeline.nightly import work
from p4dp.storage.ledger import OpenBatch


def _start(context: Context, kind: str, practices: tuple[str, ...]) -> OpenBatch:
    left = context.ledger.open_batch()
    if left:
        raise UsageError(f"batch {left.batch_id} is not finished: run nightly first")
    batch_id = context.ledger.last_batch() + 1
    context.ledger.step(batch_id, kind, "opened", practices=practices)
    return OpenBatch(batch_id, kind, frozenset({"opened", "split", "landed"}), (), practices)


def run(context: Context, progress: Progress = lambda _: None, rule: str | None = None) -> dict[str, object]:
    """Computes the practices again that have quarantined rows (of one rule); bronze holds all that is needed."""
    gate.check_codes(context, *([rule] if rule else []))
    quarantine = context.tables.read("silver.quarantine")
    chosen = quarantine if rule is None else quarantine.where(F.array_contains("rules", rule))
    before = chosen.count()
    practices = tuple(sorted(r[0] for r in chosen.select("practice_key").distinct().collect()))
    if not practices:
        return {"practices": 0, "quarantined_before": 0, "quarantined_after": 0}
    clock = Clock(progress)
    work(context, _start(context, "reprocess", practices), clock)
    after = context.tables.read("silver.quarantine")
    after = after if rule is None else after.where(F.array_contains("rules", rule))
    return {"practices": len(practices), "quarantined_before": before, "quarantined_after": after.count(), "seconds": clock.seconds}


def rebuild(context: Context, progress: Progress = lambda _: None) -> dict[str, object]:
    """Silver from nothing: emptied, and computed from every delivery that counts; what is published stays until the gate lets the new one through."""
    practices = tuple(sorted({s["practice_key"] for s in context.ledger.states() if s["state"] == "accepted"}))
    batch = _start(context, "rebuild", practices)
    clock = Clock(progress)
    work(context, batch, clock)
    return {"practices": len(practices), "seconds": clock.seconds}
