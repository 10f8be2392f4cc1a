"""link indirect: published silver and events → links, each run in MLflow.

evidence of both sides → practitioners by regime → candidates → features → model (estimated, or the last one) → weights → links. Every step writes
what the next one reads; nothing that others read changes before the last step, so a run that was killed is simply run again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from p4dp.contracts import layer, table
from p4dp.contracts.linked.threshold import HOLDS
from p4dp.contracts.small_counts import portions, shown
from p4dp.errors import GateFailed, NotEnoughToLink, UsageError
from p4dp.linkage import assign, report, score
from p4dp.linkage.evidence import Evidence
from p4dp.models import linkage_page, tracking
from p4dp.pipeline import validated
from p4dp.pipeline.clock import Clock, Progress
from p4dp.pipeline.context import Context, log
from p4dp.pipeline.link_steps import READ, Linkage, batches, model_of
from p4dp.storage import parts
from p4dp.storage.ledger import now

REGIMES = ("A", "B", "C", "D")


def _links(work: Linkage, best: DataFrame, who: DataFrame, gp: Evidence, bar: Column, run_id: str, today: dt.date) -> DataFrame:
    """Rows of linked.link to write: links found, those of patients considered that do not hold any more, and those whose patient or beneficiary is gone, however they were found."""
    day, stamp = F.lit(today), {"run_id": F.lit(run_id), "batch_id": F.lit(work.batch_id).cast("bigint")}
    found = best.where((F.col("weight") >= bar) & assign.eligible(work.settings.margin)).select(
        "patient_key", "practice_key", "beneficiary_id", F.lit("indirect").alias("method"), F.lit(work.regime).alias("regime"), "weight", "probability",
        F.when(F.col("second") > -900, F.col("weight") - F.col("second")).alias("margin"), F.col("visits_met_l").alias("visits_met"),
        F.col("visits_l").alias("visits"), F.col("drugs_met_l").alias("drugs_met"), F.col("drugs_l").alias("drugs"),
        F.col("analyses_met_l").alias("analyses_met"), F.col("analyses_l").alias("analyses"), assign.held().alias("holds"))  # fmt: skip
    stay = gp.people.select("patient_key").join(who.select("patient_key"), "patient_key", "left_anti")
    old = work.active().join(stay, "patient_key", "left_anti")
    since = old.select("patient_key", "beneficiary_id", F.col("valid_from").alias("_since"))
    now_ = found.join(since, ["patient_key", "beneficiary_id"], "left").withColumns(
        {"valid_from": F.coalesce("_since", day), "valid_to": F.lit(None).cast("date"), **stamp}
    )
    over = old.join(found.select("patient_key", "beneficiary_id"), ["patient_key", "beneficiary_id"], "left_anti").withColumns(
        {"valid_to": day, **stamp}
    )
    others = work.context.tables.read("linked.link").where("valid_to IS NULL AND method <> 'indirect'")
    left = assign.of_the_gone(others, gp.people, work.read("events.beneficiary")).withColumns(
        {"valid_to": day, "batch_id": stamp["batch_id"]}
    )
    names = table("linked.link").names
    return now_.select(*names).unionByName(over.select(*names)).unionByName(left.select(*names))


def _unlinked(work: Linkage, best: DataFrame, who: DataFrame, gp: Evidence, bar: Column, run_id: str) -> DataFrame:
    """Rows of linked.unlinked: patients considered, with the reason; `_gone` where there is a link now, or no such patient any more."""
    traced = gp.within(work.found["since"], work.found["until"]).traced().select("patient_key", F.lit(True).alias("_traced"))
    told = best.select(
        "patient_key", "weight", assign.reason(bar, work.settings.margin).alias("_reason"), F.lit(True).alias("_known")
    )
    rows = who.join(told, "patient_key", "left").join(traced, "patient_key", "left")
    unsure = F.col("_known").isNull() | F.coalesce(F.col("_reason") == "below_threshold", F.lit(False))
    reason = (
        F.when(F.col("_traced").isNull() & unsure, "no_trace").when(F.col("_known"), F.col("_reason")).otherwise("no_candidate")
    )
    told_before = (
        work.context.tables.read("linked.unlinked")
        .join(gp.people.select("patient_key"), "patient_key", "left_anti")
        .withColumn("_gone", F.lit(True))
    )
    looked_at = rows.select("patient_key", "practice_key", F.coalesce(reason, F.lit("below_threshold")).alias("reason"), "weight", F.lit(run_id).alias("run_id"),
                       F.lit(work.batch_id).cast("bigint").alias("batch_id"), reason.isNull().alias("_gone"))  # fmt: skip
    return looked_at.unionByName(told_before)


def last_of(context: Context) -> dict[str, Any] | None:
    """The last indirect linkage that was published: one that was killed before does not count."""
    version = context.ledger.published().get("linked.run")
    if version is None:
        return None
    runs = [r for r in context.tables.rows("linked.run", version) if r["method"] == "indirect"]
    if not runs:
        return None
    last = max(runs, key=itemgetter("batch_id"))
    chosen = context.tables.rows("linked.threshold", context.ledger.published().get("linked.threshold"))
    return {**last, "thresholds": {r["holds"]: r["threshold"] for r in chosen if r["run_id"] == last["run_id"]}}


def _left_out(settings: Any) -> str:
    return ",".join(sorted(settings.without))


def _as_asked(last: dict[str, Any], regime: str, settings: Any) -> bool:
    """Whether a linkage was made in a regime, with the margin and without the evidence that the configuration asks for: weights of others cannot be compared."""
    return (last["regime"], last.get("without") or "", last["margin"]) == (regime, _left_out(settings), settings.margin)


def of_this_version(context: Context, last: dict[str, Any], version: int) -> bool:
    """Whether a run told kinds of record apart and compared levels as today, and its links were found among today's candidates."""
    links = context.tables.read("linked.link", version)
    if last.get("kinds") != assign.KINDS or last["thresholds"].keys() != HOLDS.keys() or "holds" not in links.columns:
        return False
    if not score.fits(model_of(context, last)):
        return False
    # the column may be there for an import's sake
    return links.where("method = 'indirect' AND valid_to IS NULL AND holds IS NULL").isEmpty()


def take_back(context: Context, published: dict[str, int]) -> None:
    """Takes linked tables back to what was published, after a run that was killed or refused."""
    links = [b for b in context.ledger.batches() if b["kind"] == "link"]
    opened, done = ({b["batch_id"] for b in links if b["step"] == step} for step in ("opened", "published"))
    if not opened - done:
        return
    for contract in layer("linked"):
        name = f"linked.{contract.name}"
        if context.tables.exists(name) and context.tables.version(name) != published.get(name, 0):
            context.tables.restore(name, published.get(name, 0))


def opened(context: Context, batch_id: int) -> None:
    """Opens a linkage; its tables, which keep what earlier ones found, get what their contracts have gained since."""
    context.ledger.step(batch_id, "link", "opened")
    context.tables.opened(batch_id)
    for contract in layer("linked"):
        context.tables.amend(f"linked.{contract.name}")


def run(
    context: Context,
    regime: str | None = None,
    full: bool = False,
    precision: float | None = None,
    progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """Links patients to beneficiaries; returns the closing summary.

    Args:
        regime: what is known of practitioners, A to D. Another than the last run's takes over from it, as `full` does; so does another `linkage.without`.
        full: estimates a new model and new thresholds; otherwise those of the last run are used: for patients with something new, or for everybody
            when there are new claims, with thresholds that are chosen again.
        precision: share of true links asked for, of a full run.

    Raises:
        UsageError: nothing published to link, an unknown regime, a missing correspondence.
        NotEnoughToLink: too few pairs for an estimate, or no threshold that gives the precision.
        GateFailed: an expectation on the links failed; published versions are untouched.
    """
    settings = context.config.linkage
    regime = (regime or settings.regime).upper()
    if regime not in REGIMES:
        raise UsageError(f"regime {regime}: --regime, or linkage.regime of the configuration, is one of {', '.join(REGIMES)}")
    published = context.ledger.published()
    if missing := [n for n in ("silver.patient", "silver.encounter", "events.beneficiary", "events.event") if n not in published]:
        raise UsageError(f"nothing to link yet: {', '.join(missing)} not published; run nightly and load-snds first")
    take_back(context, published)
    last = last_of(context)
    goes_on = last is not None and _as_asked(last, regime, settings) and not full
    if goes_on and precision is not None:
        raise UsageError("--precision chooses new thresholds: give --full with it")
    # what a full run was asked for holds until the next
    asked = precision if precision is not None else (last["asked_precision"] if goes_on else None) or settings.precision  # type: ignore[index]
    if not 0 < asked <= 1:
        raise UsageError(f"precision {asked}: the share of true links asked for, above 0 and at most 1")
    if not goes_on or not of_this_version(context, last, published["linked.link"]):  # type: ignore[arg-type]
        last = None  # weights of two models cannot be compared
    work = Linkage(context, regime, context.ledger.last_batch() + 1, {n: published.get(n, 0) for n in READ if n in published}, last)
    for name in READ:
        work.versions.setdefault(name, 0)
        context.tables.create(name)
    opened(context, work.batch_id)
    clock = Clock(progress)
    clock("evidence")
    work.found |= {"beneficiaries": work.read("events.beneficiary").count(), **work.bounds()}
    with _left_clean(work), tracking.tracked(context.config, "linkage", f"indirect {regime}", work.versions) as mlrun:
        whole, claims = work.sides()
        gp, snds = whole.without(settings.without), claims.without(settings.without)
        who = work.staged("considered", work.considered(gp), patients=F.count(F.lit(1)))
        clock("candidates")
        tokens = work.tokens(gp, snds)
        pairs = work.pairs("pairs", gp, snds, who, tokens)
        clock("model")
        model, frequencies, estimated_by = work.model(pairs, mlrun)
        clock("links")
        weighed = work.weighed(pairs, model, frequencies)
        if not work.everyone:
            rivals = work.staged("rivals", work.rivals(weighed, gp, who, tokens), rivals=F.count(F.lit(1)))
            if work.found["rivals"]:
                more = work.pairs("more", gp, snds, rivals, tokens)
                weighed = weighed.unionByName(work.weighed(more, model, frequencies))
                who = work.staged("considered-all", who.unionByName(rivals), patients=F.count(F.lit(1)))
                for count in ("pairs", "pairs_capped"):
                    work.found[count] += work.found[count.replace("pairs", "more")]
        best = work.best(weighed, gp, who)
        counts = [
            (r["holds"], r["best"], r["clear"], r["decoy"], r["n"]) for r in assign.histogram(best, settings.margin).collect()
        ]
        holding = work.holding(gp, who)
        curves = assign.curves(counts, holding)
        if work.everyone:
            choices = assign.choose(curves, holding, 1 - asked)
            _judge(choices, asked)
        else:
            choices = assign.at(counts, holding, work.last["thresholds"])  # type: ignore[index]
        thresholds = {kind: c.threshold for kind, c in choices.items()}
        told = assign.together(choices)
        share, low, high = told.shares
        _write(work, best, who, gp, assign.bar(thresholds), mlrun.run_id)
        summary = {"run_id": mlrun.run_id, "method": "indirect", "regime": regime, "without": _left_out(settings), "model_run_id": estimated_by, "is_full": work.everyone, "patients": work.found["patients"],
                   "linked": told.linked, "asked_precision": asked, "margin": settings.margin, "kinds": assign.KINDS, "decoys": told.decoys, "decoys_accepted": told.accepted,
                   "false_share": share, "false_low": low, "false_high": high, "tokens_cut": work.found["tokens_cut"], "pairs": work.found["pairs"],
                   "silver_batch": work.found["silver_batch"], "events_batch": work.found["events_batch"], "batch_id": work.batch_id, "at": now()}  # fmt: skip
        context.tables.log("linked.threshold", _thresholds(summary, choices))
        context.tables.log("linked.run", [summary])
        clock("page")
        _page(work, summary, choices, assign.tradeoff(curves, holding), best, whole, claims, who, mlrun)
        mlrun.params(
            {
                "regime": regime,
                "without": _left_out(settings),
                "full": work.everyone,
                "asked_precision": asked,
                "margin": settings.margin,
                "model_of": estimated_by,
            }
        )
        found = {**summary, **work.coverage()}
        counted = {k: shown(found[k]) for k in ("patients", "pairs_capped", "votes_cut") if found[k] is not None}
        counted |= portions({"linked": found["linked"]}, found["patients"])
        measured = {k: summary[k] for k in ("false_share", "false_low", "false_high", "pairs", "tokens_cut")}
        chosen = {f"threshold.{kind}": x for kind, x in thresholds.items() if x is not None}
        clock("gate")
        spent = {f"seconds.{step}": s for step, s in clock.seconds.items()}
        mlrun.metrics({**measured, **chosen, **work.coverage(), **counted, **spent})
        gate(context, work.batch_id, published)
        clock.over()
    _clear(context, work.batch_id)
    return {**{k: v for k, v in summary.items() if k not in ("at", "batch_id")}, "thresholds": thresholds, "seconds": clock.seconds}


def _judge(choices: assign.Choices, asked: float) -> None:
    """Says where decoys are too few, or not good enough, for what was asked.

    Raises:
        NotEnoughToLink: for no kind of record.
    """
    if not any(c.linked for c in choices.values()):
        raise NotEnoughToLink(
            f"by what decoys say no link is sure enough for the precision asked for ({asked}): none was changed; ask for less, or bring more visits"
        )
    for kind, c in choices.items():
        high = c.shares[2]
        if c.linked and high > 10 * (1 - asked):
            log.warning(
                "too few decoys to be sure of %s where records hold %s: up to %.2g of these links may be false",
                asked,
                HOLDS[kind],
                high,
            )


def _thresholds(summary: dict[str, Any], choices: assign.Choices) -> list[dict[str, Any]]:
    """Rows of linked.threshold."""
    rows = []
    for kind, c in choices.items():
        share, low, high = c.shares if c.linked else (None, None, None)
        rows.append({"run_id": summary["run_id"], "holds": kind, "threshold": c.threshold, "patients": c.patients, "linked": c.linked, "decoys": c.decoys,
                     "decoys_accepted": c.accepted, "false_share": share, "false_low": low, "false_high": high, "batch_id": summary["batch_id"]})  # fmt: skip
    return rows


@contextmanager
def _left_clean(work: Linkage) -> Iterator[None]:
    """What a linkage staged that cannot be done is of no use; the one before keeps its own."""
    try:
        yield
    except UsageError:
        parts.clear(work.folder)
        raise


def _clear(context: Context, batch_id: int) -> None:
    """Removes what earlier linkages staged; the last one's stays until the next, for whoever looks into it."""
    for folder, _ in parts.folders(f"{context.config.at(context.config.roots.warehouse)}/staging", "link="):
        if not folder.endswith(f"/link={batch_id}"):
            parts.clear(folder)


def _page(
    work: Linkage,
    summary: dict[str, Any],
    choices: assign.Choices,
    tradeoff: list[assign.Choice],
    best: DataFrame,
    gp: Evidence,
    claims: Evidence,
    who: DataFrame,
    run: tracking.Run,
) -> None:
    """The run's page, in MLflow and under logs/linkage."""
    links = work.active()
    people = gp.people.join(who.select("patient_key"), "patient_key", "left_semi")
    shares = report.groups(people, links, gp.visits, work.found["until"].year).collect()
    if work.regime != "D":  # without practitioners nobody knows whom our practices saw
        care = work.read("events.event").where("kind = 'gp_visit'")
        shares += report.schemes(claims.visits, gp.visits, care, links).collect()
    reasons = (
        work.context.tables.read("linked.unlinked").where(F.col("batch_id") == work.batch_id).groupBy("reason").count().collect()
    )
    text = linkage_page.page(
        summary | work.coverage(), choices, tradeoff, [(r["kind"], r["step"], r["patients"]) for r in report.weights(best, 2.0).collect()], 2.0,
        [(r["trait"], r["value"], r["patients"], r["linked"]) for r in shares], [(r["tenths"], r["practices"]) for r in report.practices(people, links).collect()],
        {r["reason"]: r["count"] for r in reasons})  # fmt: skip
    run.text("page.html", text)
    visible = linkage_page.visible([(r["trait"], r["value"], r["patients"], r["linked"]) for r in shares])
    run.metrics({f"share.{trait}.{value}".replace(" ", "_"): share for (trait, value), (_, share) in visible.items()})
    folder = Path(work.context.config.at(work.context.config.roots.logs)) / "linkage"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{summary['run_id']}.html").write_text(text, "utf-8")


def waits(context: Context) -> bool:
    """Whether silver or events were published since the last indirect linkage, or it was made by other settings, and there is something to link."""
    seen, last = batches(context), last_of(context)
    if not seen["silver_batch"] or not seen["events_batch"]:
        return False
    settings = context.config.linkage
    return last is None or not _as_asked(last, settings.regime.upper(), settings) or any(seen[k] > last[k] for k in seen)


def _write(work: Linkage, best: DataFrame, who: DataFrame, gp: Evidence, bar: Column, run_id: str) -> None:
    tables = work.context.tables
    links = work.staged("links", _links(work, best, who, gp, bar, run_id, now().date()))
    tables.merge("linked.link", links.withColumn("_gone", F.lit(False)), [])
    left = work.staged("unlinked", _unlinked(work, best, who, gp, bar, run_id))
    tables.merge("linked.unlinked", left, [])
    seen = work.written("digests").withColumn("batch_id", F.lit(work.batch_id).cast("bigint"))
    tables.overwrite("linked.digest", seen)


def gate(context: Context, batch_id: int, published: dict[str, int]) -> None:
    """GE on what was written; publishes, or takes it back."""
    failed = validated.validate(
        context, batch_id, ("linked.link", "linked.unlinked", "linked.model", "linked.practitioner", "linked.threshold")
    )
    holding = context.tables.read("linked.link").where("valid_to IS NULL").groupBy("patient_key", "method")
    failed += ["link.patient_key.several"] * bool(holding.count().where("count > 1").limit(1).count())
    if failed:
        take_back(context, published)
        raise GateFailed(
            f"linkage {batch_id}: {len(failed)} expectations failed, no link was changed: {', '.join(sorted(failed)[:5])}; see the pages in logs/quality"
        )
    names = [f"linked.{t.name}" for t in layer("linked") if context.tables.exists(f"linked.{t.name}")]
    context.ledger.publish(batch_id, {n: ("link", context.tables.version(n)) for n in names})
    context.ledger.step(batch_id, "link", "published")
