"""nightly: every stage that exists, for all that waits; resumes where a killed run stopped."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from p4dp.contracts import layer
from p4dp.errors import GateFailed, UsageError
from p4dp.pipeline import conform, derive, discover, gate, land, link, load_snds, split, train
from p4dp.pipeline.clock import Clock, Progress
from p4dp.pipeline.context import Context, log
from p4dp.storage.ledger import OpenBatch, now


def _open(context: Context, until: dt.date | None, tried: set[str]) -> OpenBatch | None:
    """The batch to work on: the one left open, or a new one of what waits; None when nothing waits that was not tried in this run."""
    left = context.ledger.open_batch()
    if left:
        log.info("resuming batch %s", left.batch_id)
        return left
    found = [f for f in discover.waiting(context, until) if f.folder not in tried][: context.config.batch.max_deliveries]
    if not found:
        return None
    batch_id = context.ledger.last_batch() + 1
    context.ledger.step(batch_id, "nightly", "opened", deliveries=[f.folder for f in found])
    context.tables.opened(batch_id)
    return OpenBatch(batch_id, "nightly", frozenset({"opened"}), tuple(f.folder for f in found), ())


def _take_back(context: Context) -> None:
    """Takes silver back to its published versions."""
    published = context.ledger.published()

    def back(name: str) -> None:
        wanted = published.get(name, 0)
        if context.tables.exists(name) and context.tables.version(name) != wanted:
            context.tables.restore(name, wanted)

    with ThreadPoolExecutor(context.config.batch.parallel_tables) as pool:
        list(pool.map(back, [f"silver.{contract.name}" for contract in layer("silver")]))


def _conform_and_gate(context: Context, batch: OpenBatch, clock: Clock) -> None:
    """Conforms until no delivery has to be left out, then gates and publishes."""
    anew, left_out, resumed = batch.kind == "rebuild", 0, not context.tables.is_new(batch.batch_id)
    while True:
        if "conformed" not in batch.steps or left_out:
            if resumed or left_out:  # what a killed run wrote, or what is left out now, must not stay
                _take_back(context)
            with clock.during("conform"):
                conform.run(context, batch.batch_id, batch.practices, anew)
        out = gate.to_leave_out(context, batch.batch_id)
        if not out:
            break
        states = {s["delivery_id"]: s for s in context.ledger.states() if s["state"] == "accepted"}
        keep = (
            "delivery_id",
            "software",
            "practice_id",
            "practice_key",
            "folder",
            "sequence",
            "is_full",
            "extracted_on",
            "manifest_sha256",
            "rows",
            "bytes",
            "batch_id",
        )
        context.ledger.record(
            [{**{k: states[d][k] for k in keep}, "state": "left_out", "code": code, "reason": reason} for d, code, reason in out]
        )
        for d, code, reason in out:
            log.warning("left out %s: %s: %s", d, code, reason)
        left_out += len(out)
    context.ledger.step(batch.batch_id, batch.kind, "conformed", clock.seconds.get("conform"))
    try:
        with clock.during("gate"):
            gate.run(context, batch.batch_id)
    except GateFailed:
        context.ledger.step(batch.batch_id, batch.kind, "failed")  # first: a run killed while it takes back conforms again
        _take_back(context)
        raise
    versions = {
        f"{t.layer}.{t.name}": (stage, context.tables.version(f"{t.layer}.{t.name}"))
        for stage, name in (("land", "bronze"), ("land", "restricted"), ("conform", "silver"))
        for t in layer(name)
        if context.tables.exists(f"{t.layer}.{t.name}")
    }
    context.ledger.publish(batch.batch_id, versions)
    context.ledger.step(batch.batch_id, batch.kind, "published", clock.seconds.get("gate"))


def work(context: Context, batch: OpenBatch, clock: Clock, last: str = "night") -> dict[str, int]:
    """Takes a batch through the stages that it has not reached, up to `last`."""
    if "split" not in batch.steps and batch.kind == "nightly":
        # the ledger's decisions are split's last write: a run that was killed after them has left its outbox whole
        if not any(s["batch_id"] == batch.batch_id for s in context.ledger.states()):
            wanted = set(batch.deliveries)
            found = [f for f in discover.waiting(context, None) if f.folder in wanted]
            with clock.during("split"):
                split.run(context, batch.batch_id, found)
        context.ledger.step(batch.batch_id, batch.kind, "split", clock.seconds.get("split"))
    if last != "split" and "landed" not in batch.steps and batch.kind == "nightly":
        with clock.during("land"):
            land.run(context, batch.batch_id)
        context.ledger.step(batch.batch_id, batch.kind, "landed", clock.seconds["land"])
    if last in ("conform", "night"):
        _conform_and_gate(context, batch, clock)
    # from the ledger: a run that was resumed after its decisions tells of them too
    decided = {s["folder"]: s["state"] for s in context.ledger.states() if s["batch_id"] == batch.batch_id}
    states = Counter(decided.values())
    return {
        **{s: states[s] for s in ("accepted", "refused", "left_out")},
        "unreachable": len(set(batch.deliveries) - decided.keys()),
    }


def _link(context: Context, clock: Clock) -> int:
    """Links what is new since the last linkage; -1 when there is nothing to do."""
    if not context.config.linkage.nightly or not link.waits(context):
        return -1
    try:
        with clock.during("link"):
            found = link.run(context, progress=lambda step: clock.progress(f"link: {step}"))
    except UsageError as error:  # too little to link by, or a file that a regime needs is not there: the night is done nevertheless
        log.warning("not linked: %s", error)
        return -1
    return int(found["linked"])


def _derive(context: Context, clock: Clock) -> int:
    """Runs all known algorithms on what is published now; -1 when nothing is published to read, or one cannot be read itself."""
    try:
        algorithms, lists = derive.known(context.config)
        asked = derive.Derivation(sorted(algorithms.values(), key=lambda a: a.name), lists)
        with clock.during("derive"):
            found = derive.run(context, asked, lambda step: clock.progress(f"derive: {step}"))
    except UsageError as error:
        log.warning("not derived: %s", error)
        return -1
    return sum(found["findings"].values())


def _train(context: Context, clock: Clock) -> int:
    """Trains the models that are due; returns how many."""
    done = 0
    for name in train.due(context, now().date()):
        try:
            with clock.during("train"):
                train.run(context, name, None, None, "due", lambda step: clock.progress(f"train: {step}"))
        except UsageError as error:  # too few cases yet, or nothing linked
            log.warning("not trained: %s", error)
            continue
        done += 1
    return done


def run(
    context: Context, until: dt.date | None = None, progress: Progress = lambda _: None, last: str = "night"
) -> dict[str, object]:
    """Works through all that waits, batch by batch, then through SNDS extracts that are new or changed, then links; returns the closing summary.

    Args:
        until: deliveries extracted later wait.
        last: the last stage to run: split, land, conform (with its gate) or night (all).
    """
    clock = Clock(progress)
    totals = {"batches": 0, "accepted": 0, "refused": 0, "left_out": 0, "unreachable": 0}
    gate.check_codes(context)
    _ = context.mappings  # a referential that cannot be used is said before anything is written
    tried = set[str]()
    batch = _open(context, until, tried)
    while batch:
        own = Clock(progress)  # what the ledger tells of a batch is of that batch alone
        counts = work(context, batch, own, last)
        clock.add(own)
        totals["batches"] += 1
        for key, n in counts.items():
            totals[key] += n
        tried |= set(batch.deliveries)  # what the file system did not give waits for the next run
        if last in ("split", "land"):
            break
        batch = _open(context, until, tried)
    if last == "night":
        totals["extracts"] = 0
        for folder in load_snds.waiting(context):
            try:
                with clock.during("load-snds"):
                    load_snds.run(context, folder, progress)
            except UsageError as error:  # an extract of which nothing can be loaded stops neither the night nor the other extracts
                log.warning("%s", error)
                continue
            totals["extracts"] += 1
        totals["linked"] = _link(context, clock)
        if context.config.algorithms.nightly:
            totals["findings"] = _derive(context, clock)
        if context.config.models.retrain_after:
            totals["trained"] = _train(context, clock)
    return {**totals, "last_batch": context.ledger.last_batch(), "seconds": clock.seconds}
