"""link indirect: published silver and events → links, each run in MLflow.

evidence of both sides → practitioners by regime → candidates → features → model (estimated, or the last one) → weights → links. Every step writes
what the next one reads; nothing that others read changes before the last step, so a run that was killed is simply run again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.contracts import layer, table
from p4dp.errors import GateFailed, UsageError
from p4dp.linkage import assign, candidates, compare, evidence, practitioners, report, score
from p4dp.linkage.evidence import Evidence
from p4dp.models import linkage_page, splink_em, tracking
from p4dp.pipeline import validated
from p4dp.pipeline.context import Context, log
from p4dp.storage.ledger import now

REGIMES = ("A", "B", "C", "D")
#: Tables that are read, at their published versions.
READ = ("silver.patient", "silver.practitioner", "silver.encounter", "silver.prescription", "silver.order", "silver.lab_result", "events.beneficiary",
         "events.event")  # fmt: skip


@dataclass
class _Linkage:
    """One linkage: what it reads, and what it leaves for the next step."""

    context: Context
    regime: str
    full: bool
    batch_id: int
    versions: dict[str, int]
    found: dict[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> Any:
        """The section of the configuration."""
        return self.context.config.linkage

    def read(self, name: str) -> DataFrame:
        """A table at its published version."""
        return self.context.tables.read(name, self.versions[name])

    def staged(self, name: str, rows: DataFrame, **counts: Any) -> DataFrame:
        """Writes a step's result; `counts` are noted on the way."""
        path = f"{self.context.config.at(self.context.config.roots.warehouse)}/staging/link={self.batch_id}/{name}"
        written, seen = self.context.tables.counted(path, rows, counts)
        self.found |= seen
        return written

    def kept(self, name: str, side: Evidence) -> Evidence:
        """A side's events, written."""
        return side.map(*(self.staged(f"{name}-{part}", getattr(side, part)) for part in ("visits", "drugs", "analyses")))

    def sides(self) -> tuple[Evidence, Evidence]:
        """Both sides under the same practitioners."""
        gp = self.kept("records", evidence.records(*(self.read(n) for n in READ[:6])))
        snds = self.kept(
            "claims", evidence.claims(self.read("events.beneficiary"), self.read("events.event"), self.context.mappings.communes)
        )
        if self.regime == "D":
            return self.kept("records-known", practitioners.nobody(gp)), self.kept("claims-known", practitioners.nobody(snds))
        if self.regime == "A":
            numbers = practitioners.clear(snds.visits)
        elif self.regime == "B":
            numbers = practitioners.listed(self._correspondence())
        else:
            numbers = practitioners.aligned(gp, snds)
        tables = self.context.tables
        tables.overwrite("linked.practitioner", numbers.withColumn("batch_id", F.lit(self.batch_id).cast("bigint")))
        return gp, self.kept("claims-known", practitioners.known(snds, tables.read("linked.practitioner")))

    def _correspondence(self) -> DataFrame:
        file = self.context.config.at(self.settings.correspondence)
        if "://" not in file and not Path(file).exists():
            raise UsageError(f"regime B needs {file}: a file with am_number,pfs_num, or set linkage.correspondence")
        return self.context.spark.read.csv(file, header=True)

    def considered(self, gp: Evidence, last: dict[str, Any] | None) -> DataFrame:
        """Patients to link: all, or those of whom silver holds something newer than the last run saw."""
        people = gp.people.select("patient_key", "practice_key")
        if self.full or last is None or last["events_batch"] < self.found["events_batch"]:
            return people
        newer = [
            self.read(n).where(F.col("batch_id") > last["silver_batch"]).select("patient_key")
            for n in READ
            if n.startswith("silver") and n != "silver.practitioner"
        ]
        changed = newer[0]
        for rows in newer[1:]:
            changed = changed.unionAll(rows)
        return people.join(changed.distinct(), "patient_key", "left_semi")

    def pairs(self, gp: Evidence, snds: Evidence, who: DataFrame) -> DataFrame:
        """Candidates with everything that is compared."""
        left = candidates.tokens(gp, "patient_key", self.regime != "D").join(who.select("patient_key"), "patient_key", "left_semi")
        left = self.staged("tokens-records", left)
        right = self.staged("tokens-claims", candidates.tokens(snds, "beneficiary_id", self.regime != "D"))
        counts = candidates.counted(left, right)
        counts = self.staged("tokens", counts, **candidates.cut(counts, self.settings.most_pairs))
        if self.found["tokens_cut"]:
            log.info(
                "%s of %s tokens are shared by too many and are not joined (linkage.most_pairs)",
                self.found["tokens_cut"],
                self.found["tokens"],
            )
        people = max(self.found["beneficiaries"], 2)
        near = self.staged(
            "candidates", candidates.pairs(left, right, counts, people, self.settings.most_pairs, self.settings.keep)
        )
        since, until = self.found["since"], self.found["until"]
        return self.staged("pairs", compare.features(near, gp, snds, since, until), pairs=F.count(F.lit(1)))

    def model(self, pairs: DataFrame, run: tracking.Run, last: dict[str, Any] | None) -> tuple[score.Model, DataFrame, str]:
        """The model, its commune frequencies, and the run that estimated it."""
        tables = self.context.tables
        if not self.full and last is not None:
            rows = tables.read("linked.model").where(F.col("run_id") == last["model_run_id"]).collect()
            levels = [score.Level(r["comparison"], r["level"], r["label"], r["m"], r["u"]) for r in rows]
            prior = next(x.m for x in levels if x.comparison == "prior")
            return (
                score.Model(prior, tuple(x for x in levels if x.comparison != "prior")),
                tables.read("linked.term").where(F.col("run_id") == last["model_run_id"]),
                last["model_run_id"],
            )
        share = min(1.0, self.settings.sample_patients / max(self.found["patients"], 1))
        sample = pairs.where(F.pmod(F.xxhash64("patient_key", F.lit(7)), F.lit(1_000_000)) < int(share * 1_000_000))
        estimated = splink_em.estimate(sample.toPandas())
        usual = next(x.u for x in estimated.model.levels if x.comparison == "place" and x.level == max(estimated.model.of("place")))
        run.params({"sample_share": share, "sample_pairs": estimated.pairs})
        run.object("model.json", estimated.settings)
        for name, chart in estimated.charts.items():
            run.text(f"{name}.html", chart)
        stamp = {"run_id": F.lit(run.run_id), "batch_id": F.lit(self.batch_id).cast("bigint")}
        frequencies = self.staged("terms", score.terms(pairs, usual))
        tables.append("linked.term", frequencies.withColumns(stamp), self.batch_id)
        levels = [
            score.Level("prior", 0, "true pairs among candidates", estimated.model.prior, 1 - estimated.model.prior),
            *estimated.model.levels,
        ]
        listed = [(run.run_id, self.regime, x.comparison, x.level, x.label, x.m, x.u, self.batch_id) for x in levels]
        tables.append("linked.model", self.context.spark.createDataFrame(listed, "run_id string, regime string, comparison string, level int, label string, m double, u double, batch_id bigint"), self.batch_id)  # fmt: skip
        return estimated.model, frequencies, run.run_id

    def best(self, pairs: DataFrame, model: score.Model, frequencies: DataFrame, who: DataFrame) -> DataFrame:
        """The best beneficiary of each patient considered, beside links that others of the practice hold already."""
        weighed = score.scored(pairs, model, frequencies).withColumn("counts_only", F.lit(False))
        others = self.active().join(who.select("patient_key"), "patient_key", "left_anti").withColumn("counts_only", F.lit(True))
        both = weighed.unionByName(
            others.select("patient_key", "practice_key", "beneficiary_id", "weight", "counts_only"), allowMissingColumns=True
        )
        return self.staged("best", assign.ranked(both))

    def active(self) -> DataFrame:
        """Indirect links that hold."""
        return self.context.tables.read("linked.link").where("valid_to IS NULL AND method = 'indirect'")


def _links(
    work: _Linkage, best: DataFrame, who: DataFrame, threshold: float, margin: float, run_id: str, today: dt.date
) -> DataFrame:
    """Rows of linked.link to write: links found, and those of patients considered that do not hold any more."""
    day, stamp = F.lit(today), {"run_id": F.lit(run_id), "batch_id": F.lit(work.batch_id).cast("bigint")}
    found = best.where((F.col("weight") >= threshold) & assign.eligible(margin)).select(
        "patient_key", "practice_key", "beneficiary_id", F.lit("indirect").alias("method"), F.lit(work.regime).alias("regime"), "weight", "probability",
        F.when(F.col("second") > -900, F.col("weight") - F.col("second")).alias("margin"), F.col("visits_met_l").alias("visits_met"),
        F.col("visits_l").alias("visits"), F.col("drugs_met_l").alias("drugs_met"), F.col("drugs_l").alias("drugs"))  # fmt: skip
    old = work.active().join(who.select("patient_key"), "patient_key", "left_semi")
    since = old.select("patient_key", "beneficiary_id", F.col("valid_from").alias("_since"))
    now_ = found.join(since, ["patient_key", "beneficiary_id"], "left").withColumns(
        {"valid_from": F.coalesce("_since", day), "valid_to": F.lit(None).cast("date"), **stamp}
    )
    over = old.join(found.select("patient_key", "beneficiary_id"), ["patient_key", "beneficiary_id"], "left_anti").withColumns(
        {"valid_to": day, **stamp}
    )
    names = table("linked.link").names
    return now_.select(*names).unionByName(over.select(*names))


def _unlinked(
    work: _Linkage, best: DataFrame, who: DataFrame, gp: Evidence, threshold: float, margin: float, run_id: str
) -> DataFrame:
    """Rows of linked.unlinked: patients considered, with the reason; `_gone` where there is a link now."""
    traced = gp.visits.select("patient_key").unionAll(gp.drugs.select("patient_key")).distinct().withColumn("_traced", F.lit(True))
    told = best.select("patient_key", "weight", assign.reason(threshold, margin).alias("_reason"), F.lit(True).alias("_known"))
    rows = who.join(told, "patient_key", "left").join(traced, "patient_key", "left")
    without = F.when(F.col("_traced"), "no_candidate").otherwise("no_trace")
    reason = F.when(F.col("_known"), F.col("_reason")).otherwise(without)
    return rows.select("patient_key", "practice_key", F.coalesce(reason, F.lit("below_threshold")).alias("reason"), "weight", F.lit(run_id).alias("run_id"),
                       F.lit(work.batch_id).cast("bigint").alias("batch_id"), reason.isNull().alias("_gone"))  # fmt: skip


def _last(context: Context) -> dict[str, Any] | None:
    """The last indirect linkage."""
    rows = context.tables.read("linked.run").where("method = 'indirect'").orderBy(F.desc("batch_id")).limit(1).collect()
    return rows[0].asDict() if rows else None


def take_back(context: Context, published: dict[str, int]) -> None:
    """Takes linked tables back to what was published, after a run that was killed."""
    for contract in layer("linked"):
        name = f"linked.{contract.name}"
        if context.tables.exists(name) and context.tables.version(name) != published.get(name, 0):
            context.tables.restore(name, published.get(name, 0))


def run(
    context: Context,
    regime: str | None = None,
    full: bool = False,
    precision: float | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Links patients to beneficiaries; returns the closing summary.

    Args:
        regime: what is known of practitioners, A to D.
        full: considers every patient and estimates a new model; otherwise the last model is used for patients with something new.
        precision: share of true links asked for.

    Raises:
        UsageError: nothing published to link, an unknown regime, a missing correspondence, or too few pairs for an estimate.
        GateFailed: an expectation on the links failed; published versions are untouched.
    """
    settings = context.config.linkage
    regime, asked = (regime or settings.regime).upper(), settings.precision if precision is None else precision
    if regime not in REGIMES:
        raise UsageError(f"regime {regime}: one of {', '.join(REGIMES)}")
    published = context.ledger.published()
    if missing := [n for n in ("silver.patient", "silver.encounter", "events.beneficiary", "events.event") if n not in published]:
        raise UsageError(f"nothing to link yet: {', '.join(missing)} not published; run nightly and load-snds first")
    take_back(context, published)
    last = _last(context)
    if last is not None and last["regime"] != regime:  # weights of two regimes cannot be compared: this one takes over
        last = None
    work = _Linkage(
        context,
        regime,
        full or last is None,
        context.ledger.last_batch() + 1,
        {n: published.get(n, 0) for n in READ if n in published},
    )
    for name in READ:
        work.versions.setdefault(name, 0)
        context.tables.create(name)
    context.ledger.step(work.batch_id, "link", "opened")
    context.tables.opened(work.batch_id)
    progress("evidence")
    work.found |= {"beneficiaries": work.read("events.beneficiary").count(), **_bounds(work)}
    with tracking.tracked(context.config, "linkage", f"indirect {regime}", work.versions) as mlrun:
        gp, snds = work.sides()
        who = work.staged("considered", work.considered(gp, last), patients=F.count(F.lit(1)))
        progress("candidates")
        pairs = work.pairs(gp, snds, who)
        progress("model")
        model, frequencies, estimated_by = work.model(pairs, mlrun, last)
        progress("links")
        best = work.best(pairs, model, frequencies, who)
        counts = [(r["link"], r["decoy"], r["n"]) for r in assign.histogram(best, settings.margin).collect()]
        choices = assign.curve(counts, work.found["patients"])
        chosen = assign.choose(choices, asked) if work.full else None
        threshold = chosen.threshold if chosen else float("inf") if work.full else last["threshold"]  # type: ignore[index]
        chosen = chosen or next((c for c in choices if c.threshold >= threshold), None)
        if chosen is None:
            log.warning("no threshold gives the precision asked for (%s): no link is made", asked)
        _write(work, best, who, gp, threshold, mlrun.run_id)
        summary = {"run_id": mlrun.run_id, "method": "indirect", "regime": regime, "model_run_id": estimated_by, "is_full": work.full, "patients": work.found["patients"],
                   "linked": chosen.linked if chosen else 0, "asked_precision": asked, "threshold": threshold if chosen else None, "margin": settings.margin,
                   "decoys": chosen.decoys if chosen else None, "decoys_accepted": chosen.accepted if chosen else None, "false_share": chosen.share if chosen else None,
                   "false_low": chosen.low if chosen else None, "false_high": chosen.high if chosen else None, "tokens_cut": work.found["tokens_cut"],
                   "pairs": work.found["pairs"], "silver_batch": work.found["silver_batch"], "events_batch": work.found["events_batch"], "batch_id": work.batch_id, "at": now()}  # fmt: skip
        context.tables.log("linked.run", [summary])
        progress("page")
        _page(work, summary, choices, best, gp, mlrun)
        mlrun.params(
            {"regime": regime, "full": work.full, "asked_precision": asked, "margin": settings.margin, "model_of": estimated_by}
        )
        mlrun.metrics(
            {
                k: summary[k]
                for k in ("patients", "linked", "threshold", "false_share", "false_low", "false_high", "pairs", "tokens_cut")
            }
        )
        progress("gate")
        gate(context, work.batch_id, published)
    return {k: v for k, v in summary.items() if k not in ("at", "batch_id")}


def _page(
    work: _Linkage, summary: dict[str, Any], choices: list[assign.Choice], best: DataFrame, gp: Evidence, run: tracking.Run
) -> None:
    """The run's page, in MLflow and under logs/linkage."""
    links = work.active().where((F.col("regime") == work.regime) & (F.col("batch_id") == work.batch_id))
    people = gp.people if work.full else gp.people.join(best.select("patient_key"), "patient_key", "left_semi")
    shares = report.groups(people, links, gp.visits, work.found["until"].year).collect()
    reasons = (
        work.context.tables.read("linked.unlinked").where(F.col("batch_id") == work.batch_id).groupBy("reason").count().collect()
    )
    text = linkage_page.page(
        summary, choices, [(r["kind"], r["step"], r["patients"]) for r in report.weights(best, 2.0).collect()], 2.0,
        [(r["trait"], r["value"], r["patients"], r["linked"]) for r in shares], [(r["tenths"], r["practices"]) for r in report.practices(people, links).collect()],
        {r["reason"]: r["count"] for r in reasons})  # fmt: skip
    run.text("page.html", text)
    run.metrics({f"share.{r['trait']}.{r['value']}".replace(" ", "_"): report.shown(r["patients"], r["linked"]) for r in shares})
    folder = Path(work.context.config.at(work.context.config.roots.logs)) / "linkage"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{summary['run_id']}.html").write_text(text, "utf-8")


def waits(context: Context) -> bool:
    """Whether silver or events were published since the last linkage, and there is something to link."""
    published = context.ledger.published()
    if not {"silver.encounter", "events.event"} <= published.keys():
        return False
    steps = [b for b in context.ledger.batches() if b["step"] == "published"]
    done = max((b["batch_id"] for b in steps if b["kind"] == "link"), default=0)
    return any(b["batch_id"] > done for b in steps if b["kind"] != "link")


def _bounds(work: _Linkage) -> dict[str, Any]:
    """Days between which claims are at hand, and the last batches that are read."""
    seen = (
        work.read("events.event")
        .where("kind = 'gp_visit'")
        .agg(F.min("start_date").alias("since"), F.max("start_date").alias("until"))
        .collect()[0]
    )
    if seen["since"] is None:
        raise UsageError("nothing to link: the claims hold no GP visit")
    silver = [work.read(n).agg(F.max("batch_id")).collect()[0][0] for n in ("silver.encounter", "silver.patient")]
    claims = work.read("events.beneficiary").agg(F.max("batch_id")).collect()[0][0]
    return {
        "since": seen["since"],
        "until": seen["until"],
        "silver_batch": max(b or 0 for b in silver),
        "events_batch": claims or 0,
    }


def _write(work: _Linkage, best: DataFrame, who: DataFrame, gp: Evidence, threshold: float, run_id: str) -> None:
    margin, tables = work.settings.margin, work.context.tables
    links = work.staged("links", _links(work, best, who, threshold, margin, run_id, now().date()))
    tables.merge("linked.link", links.withColumn("_gone", F.lit(False)), [])
    left = work.staged("unlinked", _unlinked(work, best, who, gp, threshold, margin, run_id))
    tables.merge("linked.unlinked", left, [])


def gate(context: Context, batch_id: int, published: dict[str, int]) -> None:
    """GE on what was written; publishes, or takes it back."""
    failed = validated.validate(context, batch_id, ("linked.link", "linked.unlinked", "linked.model"))
    if failed:
        take_back(context, published)
        raise GateFailed(f"linkage {batch_id}: {len(failed)} expectations failed: {', '.join(sorted(failed)[:5])}")
    names = [f"linked.{t.name}" for t in layer("linked") if context.tables.exists(f"linked.{t.name}")]
    context.ledger.publish(batch_id, {n: ("link", context.tables.version(n)) for n in names})
    context.ledger.step(batch_id, "link", "published")
