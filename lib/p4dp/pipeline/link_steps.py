"""The steps of one linkage: what it reads, writes for its own next step, and finds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.contracts import small_counts
from p4dp.contracts.linked.threshold import HOLDS
from p4dp.errors import NotEnoughToLink, UsageError
from p4dp.linkage import assign, candidates, compare, digest, evidence, practitioners, score
from p4dp.linkage.evidence import Evidence
from p4dp.models import splink_em, tracking
from p4dp.pipeline import referential
from p4dp.pipeline.context import Context, log

#: Tables that are read, at their published versions.
READ = ("silver.patient", "silver.practitioner", "silver.encounter", "silver.prescription", "silver.order", "silver.lab_result", "events.beneficiary",
         "events.event")  # fmt: skip
#: What may be wrong where a regime tells of no doctor of the records which number is his.
_NOBODY_TOLD = {"A": "no number in the extract is one of our doctors' own: they may be encrypted",
                "B": "no line of the correspondence has a number of our doctors in am_number and one of the extract's in pfs_num: are they the other way round?"}  # fmt: skip


@dataclass
class Linkage:
    """One linkage: what it reads, and what it leaves for the next step."""

    context: Context
    regime: str
    batch_id: int
    versions: dict[str, int]
    #: the run whose model and thresholds are used; None: estimate anew
    last: dict[str, Any] | None
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
        written, seen = self.context.tables.counted(self._path(name), rows, counts)
        self.found |= seen
        return written

    def written(self, name: str) -> DataFrame:
        """What an earlier step of this linkage staged."""
        return self.context.spark.read.parquet(self._path(name))

    @property
    def folder(self) -> str:
        """Where steps are written."""
        return f"{self.context.config.at(self.context.config.roots.warehouse)}/staging/link={self.batch_id}"

    def _path(self, name: str) -> str:
        return f"{self.folder}/{name}"

    def staged_side(self, name: str, side: Evidence) -> Evidence:
        """A side's people and events, written."""
        events = self.staged_events(name, side)
        return Evidence(self.staged(f"{name}-people", side.people), events.visits, events.drugs, events.analyses)

    def staged_events(self, name: str, side: Evidence) -> Evidence:
        """A side with its events written."""
        return side.map(*(self.staged(f"{name}-{part}", getattr(side, part)) for part in ("visits", "drugs", "analyses")))

    def sides(self) -> tuple[Evidence, Evidence]:
        """Both sides under the same practitioners."""
        gp = self.staged_side("records", evidence.records(*(self.read(n) for n in READ[:6]), merged=self.context.mappings.communes))
        snds = self.staged_side(
            "claims", evidence.claims(self.read("events.beneficiary"), self.read("events.event"), self.context.mappings.communes)
        )
        if self.regime == "D":
            return self.staged_events("records-known", practitioners.nobody(gp)), self.staged_events(
                "claims-known", practitioners.nobody(snds)
            )
        numbers = self._aligned(gp, snds)
        if self.regime == "A":
            numbers = practitioners.completed(practitioners.clear(snds.visits), numbers, gp)
        elif self.regime == "B":
            numbers = practitioners.completed(practitioners.listed(self._correspondence()), numbers, gp)
        tables = self.context.tables
        numbers = self.staged("practitioners", numbers, numbers_told=F.count_if(F.col("method") != "aligned"))
        if self.regime != "C" and not self.found["numbers_told"]:
            raise UsageError(f"regime {self.regime}: {_NOBODY_TOLD[self.regime]}; or link in regime C")
        for count, rows in (("practitioners", gp.visits), ("practitioners_known", numbers)):
            self.staged(f"{count}-counted", rows.select("doctor").distinct(), **{count: F.count(F.lit(1))})
        tables.overwrite("linked.practitioner", numbers.withColumn("batch_id", F.lit(self.batch_id).cast("bigint")))
        return gp, self.staged_events("claims-known", practitioners.known(snds, tables.read("linked.practitioner")))

    def _aligned(self, gp: Evidence, snds: Evidence) -> DataFrame:
        """Numbers of the extract that the activity of both sides gives a doctor; tells how many visits could not vote."""
        ours = practitioners.ballots(gp, "patient_key", "doctor")
        ours = self.staged("ballots-records", ours, votes_cut_records=practitioners.cut())
        theirs = practitioners.ballots(snds, "beneficiary_id", "pfs")
        theirs = self.staged("ballots-claims", theirs, votes_cut_claims=practitioners.cut())
        self.found["votes_cut"] = cut = self.found["votes_cut_records"] + self.found["votes_cut_claims"]
        if cut:
            log.info("%s visits share day, sex, month of birth and commune with too many: they say nothing of doctors", cut)
        return practitioners.aligned(ours, theirs, evidence.spans(gp.visits))

    def _correspondence(self) -> DataFrame:
        file = self.context.config.at(self.settings.correspondence)
        rows = referential.read(self.context.spark, file, "pfs_num", "am_number")
        if rows is None:
            raise UsageError(f"regime B needs {file}: a file with am_number,pfs_num, or set linkage.correspondence")
        return rows

    @property
    def everyone(self) -> bool:
        """Whether all patients are considered: a new model, or new claims."""
        return self.last is None or bool(self.last["events_batch"] < self.found["events_batch"])

    def considered(self, gp: Evidence) -> DataFrame:
        """Patients to link: all, or those of whom something is known now that the last run did not know, and those of whom two fitted one beneficiary.

        Their digests are staged for the next run.
        """
        numbers = None if self.regime == "D" else self.context.tables.read("linked.practitioner")
        current = self.staged("digests", digest.digests(gp.within(self.found["since"], self.found["until"]), numbers))
        people = gp.people.select("patient_key", "practice_key")
        if self.last is None or self.everyone:
            return people
        before = self.context.tables.read("linked.digest").select("patient_key", "digest")
        other = current.join(before, ["patient_key", "digest"], "left_anti").select("patient_key")
        # whoever lost a beneficiary to doubt between two: the other may be gone by now
        doubted = self.context.tables.read("linked.unlinked").where("reason = 'contested'").select("patient_key")
        return people.join(other.unionAll(doubted).distinct(), "patient_key", "left_semi")

    def tokens(self, gp: Evidence, snds: Evidence) -> tuple[DataFrame, DataFrame, DataFrame]:
        """Tokens of both sides and how many hold each: of everybody, so that a token is as common on a quiet night as on a full one."""
        sought = gp.within(self.found["since"], self.found["until"])
        left = self.staged("tokens-records", candidates.of_records(sought, self.regime != "D"))
        right = self.staged("tokens-claims", candidates.of_claims(snds, self.regime != "D", left))
        counts = candidates.counted(left, right)
        counts = self.staged("tokens", counts, **candidates.cut(counts, self.settings.most_pairs))
        if self.found["tokens_cut"]:
            told = "%s of %s tokens are shared by too many and are not joined (linkage.most_pairs)"
            log.info(told, self.found["tokens_cut"], self.found["tokens"])
        return left, right, counts

    def pairs(
        self, name: str, gp: Evidence, snds: Evidence, who: DataFrame, tokens: tuple[DataFrame, DataFrame, DataFrame]
    ) -> DataFrame:
        """Candidates of some patients with everything that is compared."""
        left, right, counts = tokens
        asked = left.join(who.select("patient_key"), "patient_key", "left_semi")
        people = max(self.found["beneficiaries"], 2)
        keep = self.settings.keep
        near = self.staged(
            f"{name}-candidates",
            candidates.pairs(asked, right, counts, people, self.settings.most_pairs, keep),
            **{f"{name}_capped": candidates.capped(keep)},
        ).drop("rank", "of")
        if capped := self.found[f"{name}_capped"]:
            log.info(
                "%s patients share a token with more than %s beneficiaries: the rarest are compared (linkage.keep)",
                small_counts.told(capped),
                keep,
            )
        sought = gp.within(self.found["since"], self.found["until"])
        return self.staged(name, compare.features(near, sought, snds, evidence.spans(sought.visits)), **{name: F.count(F.lit(1))})

    def model(self, pairs: DataFrame, run: tracking.Run) -> tuple[score.Model, DataFrame, str]:
        """The model, its commune frequencies, and the run that estimated it."""
        tables = self.context.tables
        if self.last is not None:
            origin = self.last["model_run_id"]
            return model_of(self.context, self.last), tables.read("linked.term").where(F.col("run_id") == origin), origin
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
        told = (
            frequencies.where(F.col("candidates") >= small_counts.SMALLEST)
            .select("commune", F.round("tf_commune", 2))
            .orderBy("commune")
            .collect()
        )
        run.object("terms.json", {r[0]: r[1] for r in told})
        tables.append("linked.term", frequencies.withColumns(stamp), self.batch_id)
        levels = [
            score.Level("prior", 0, "true pairs among candidates", estimated.model.prior, 1 - estimated.model.prior),
            *estimated.model.levels,
        ]
        listed = [(run.run_id, self.regime, x.comparison, x.level, x.label, x.m, x.u, self.batch_id) for x in levels]
        tables.append("linked.model", self.context.spark.createDataFrame(listed, "run_id string, regime string, comparison string, level int, label string, m double, u double, batch_id bigint"), self.batch_id)  # fmt: skip
        return estimated.model, frequencies, run.run_id

    def weighed(self, pairs: DataFrame, model: score.Model, frequencies: DataFrame) -> DataFrame:
        """Pairs with their weight."""
        return score.scored(pairs, model, frequencies).withColumn("counts_only", F.lit(False))

    def rivals(self, weighed: DataFrame, gp: Evidence, who: DataFrame, tokens: tuple[DataFrame, DataFrame, DataFrame]) -> DataFrame:
        """Patients who are not considered but hold, or might be, a beneficiary that somebody of their practice now might be: they are looked at again too.

        No others can change: of nobody else has a pair got another weight.
        """
        left, right, counts = tokens
        bars = [bar for bar in self.last["thresholds"].values() if bar is not None]  # type: ignore[index]
        # whoever is within the margin of a link keeps it from another
        near = min(bars, default=0.0) - self.settings.margin
        wanted = weighed.where(F.col("weight") > near).select("practice_key", "beneficiary_id").distinct()
        held = self.active().join(wanted, ["practice_key", "beneficiary_id"], "left_semi").select("patient_key", "practice_key")
        people, practices = max(self.found["beneficiaries"], 2), gp.people.select("patient_key", "practice_key")
        might = candidates.rivals(wanted, left, right, counts, practices, people, self.settings.most_pairs, self.settings.keep)
        everybody = held.unionByName(might).distinct().join(practices, ["patient_key", "practice_key"], "left_semi")
        return everybody.join(who.select("patient_key"), "patient_key", "left_anti")

    def best(self, weighed: DataFrame, gp: Evidence, who: DataFrame) -> DataFrame:
        """The best beneficiary of each patient considered, beside links that others of the practice hold."""
        others = (
            self.active()
            .join(who.select("patient_key"), "patient_key", "left_anti")
            .join(gp.people.select("patient_key"), "patient_key", "left_semi")
        )
        wanted = weighed.select("practice_key", "beneficiary_id").distinct()
        others = others.join(wanted, ["practice_key", "beneficiary_id"], "left_semi").withColumn("counts_only", F.lit(True))
        chosen = others.select("patient_key", "practice_key", "beneficiary_id", "weight", "counts_only")
        return self.staged("best", assign.ranked(weighed.unionByName(chosen, allowMissingColumns=True)))

    def holding(self, gp: Evidence, who: DataFrame) -> dict[str, int]:
        """How many of the patients considered have records that hold how much (`assign.holds`)."""
        known = who.join(gp.within(self.found["since"], self.found["until"]).traced(), "patient_key", "left")
        holds = assign.holds(*(F.coalesce(c, F.lit(0)) for c in ("visits", "others")))
        rows = known.groupBy(holds.alias("holds")).count()
        return {**dict.fromkeys(HOLDS, 0), **{r["holds"]: r["count"] for r in rows.collect()}}

    def coverage(self) -> dict[str, int | None]:
        """What was left out of the comparison, and how many doctors of the records are known in the claims; None for what a regime does not ask."""
        return {k: self.found.get(k) for k in ("pairs_cut", "pairs_capped", "votes_cut", "practitioners", "practitioners_known")}

    def active(self) -> DataFrame:
        """Indirect links that hold."""
        return self.context.tables.read("linked.link").where("valid_to IS NULL AND method = 'indirect'")

    def bounds(self) -> dict[str, Any]:
        """Days between which claims are at hand, and the batches that are read."""
        since, until = window(self.read("events.event"))
        return {"since": since, "until": until, **batches(self.context)}


def model_of(context: Context, run: Mapping[str, Any]) -> score.Model:
    """The model that a published linkage used."""
    rows = context.tables.rows("linked.model", context.ledger.published()["linked.model"])
    levels = [
        score.Level(r["comparison"], r["level"], r["label"], r["m"], r["u"]) for r in rows if r["run_id"] == run["model_run_id"]
    ]
    prior = next(x.m for x in levels if x.comparison == "prior")
    return score.Model(prior, tuple(x for x in levels if x.comparison != "prior"))


def window(events: DataFrame) -> tuple[dt.date, dt.date]:
    """First and last day of which claims are at hand, but for a thousandth of the visits at either end, which may be late or mistyped."""
    days, ends = F.unix_date("start_date"), F.array(F.lit(0.001), F.lit(0.999))
    seen = events.where("kind = 'gp_visit'").agg(F.percentile_approx(days, ends, F.lit(10_000)).alias("d")).collect()[0]["d"]
    if seen is None:
        raise NotEnoughToLink(
            "nothing to link: the claims hold no GP visit (events.event, kind gp_visit); load an extract that has some: p4dp load-snds"
        )
    since, until = (dt.date(1970, 1, 1) + dt.timedelta(days=d) for d in seen)
    return since, until


def batches(context: Context) -> dict[str, int]:
    """The batches that published silver and events last."""
    rows = context.tables.read("ops.published").groupBy("table_name").agg(F.max("batch_id").alias("b")).collect()
    last = {r["table_name"]: int(r["b"]) for r in rows}
    return {
        "silver_batch": max(last.get("silver.encounter", 0), last.get("silver.patient", 0)),
        "events_batch": last.get("events.event", 0),
    }
