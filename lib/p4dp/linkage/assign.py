"""Scored pairs → at most one beneficiary per patient, and how often that would be wrong.

A link must lie a margin above the patient's next best beneficiary, and above every other patient of the same practice who fits the same beneficiary;
patients of two practices may share one. Decoys say without truth how often a patient without counterpart would be given one: of each patient the
best beneficiary is taken away, and everything else (household, practice, days) stays as it is. From which weight a link counts is chosen apart for
kinds of record, by how much care they hold: whoever has many visits is hardly given anybody else's claims, so their decoys say nothing of those who have none,
and records that hold little must not decide for the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from scipy.stats import beta, chi2

from p4dp.contracts.linked.threshold import HOLDS

#: Weights are counted in steps when a threshold is sought.
STEP = 0.5
_FAR = -1000.0
#: Of what a lower threshold lets in so many times the share that is asked for may be false. Thresholds that take all that decoys allow were chosen by
#: their luck, and hold more false links than they say, in small homes above all.
_EDGE = 50
#: (what the record holds, weight of the best, whether it keeps the margin, weight of the decoy or None where that does not keep it, patients); weights in steps.
Counts = list[tuple[str, int, bool, int | None, int]]
#: Patients considered, by what their records hold.
Patients = Mapping[str, int]


def ranked(scored: DataFrame) -> DataFrame:
    """(patient_key, practice_key, beneficiary_id, weight, …) → per patient the best (`weight`, `second`, `rival`) and the decoy (`decoy_weight`, `decoy_second`, `decoy_rival`).

    Rows whose `counts_only` is true are links of patients who are not considered: they compete, and are not returned.
    """
    claim = Window.partitionBy("practice_key", "beneficiary_id").orderBy(F.desc("weight"), "patient_key")
    first = F.first("weight").over(claim.rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing))
    place = F.row_number().over(claim)
    rival = F.when(place == 1, F.lead("weight").over(claim)).otherwise(first)
    rows = scored.withColumn("rival", F.coalesce(rival, F.lit(_FAR))).where("NOT counts_only")
    order = Window.partitionBy("patient_key").orderBy(F.desc("weight"), "beneficiary_id")

    def later(name: str, by: int) -> Column:
        return F.coalesce(F.lead(name, by).over(order), F.lit(_FAR))

    placed = rows.withColumns({
        "place": F.row_number().over(order), "second": later("weight", 1), "decoy_weight": later("weight", 1), "decoy_second": later("weight", 2),
        "decoy_rival": later("rival", 1),
    })  # fmt: skip
    return placed.where("place = 1").drop("place", "counts_only")


def eligible(margin: float, prefix: str = "") -> Column:
    """Whether a best (or, with the prefix, a decoy) is far enough ahead."""
    weight = F.col(f"{prefix}weight")
    return (weight - F.col(f"{prefix}second") >= margin) & (weight - F.col(f"{prefix}rival") >= margin)


#: Number of the rule by which kinds of record are told apart (linked.run): thresholds of another rule are of other patients.
KINDS = 2
#: Most visits of a record that holds few, and most of the rest of one that holds next to nothing.
_FEW = 2


def holds(visits: Column, others: Column) -> Column:
    """How much a record holds that could speak for or against a beneficiary, of `HOLDS`, by its visits, and its prescribed drugs and analyses and the death."""
    few = (visits > 0) | (others > _FEW)
    return F.when(visits > _FEW, "many").when(few, "few").when(others > 0, "none").otherwise("nothing")


def held() -> Column:
    """`holds` of a row of `ranked`."""
    visits, drugs, analyses = (F.coalesce(F.col(f"{c}_l"), F.lit(0)) for c in ("visits", "drugs", "analyses"))
    return holds(visits, drugs + analyses + F.col("death_date_l").isNotNull().cast("int"))


def histogram(best: DataFrame, margin: float) -> DataFrame:
    """`ranked` → `Counts`."""

    def step(prefix: str) -> Column:
        return F.floor(F.col(f"{prefix}weight") / STEP).cast("int")

    by = (held().alias("holds"), step("").alias("best"), eligible(margin).alias("clear"),
          F.when(eligible(margin, "decoy_"), step("decoy_")).alias("decoy"))  # fmt: skip
    return best.groupBy(*by).agg(F.count(F.lit(1)).alias("n"))


@dataclass(frozen=True)
class Choice:
    """What a threshold gives, and how many of its links are expected to be false, with 95 % bounds."""

    #: None: nobody is linked, or each kind of record has its own
    threshold: float | None
    patients: int
    linked: int
    decoys: int
    accepted: int
    false: float
    low: float
    high: float
    #: the threshold may be as low without another link or accepted decoy: whoever is first seen there is not refused
    down_to: float = 0.0

    @property
    def shares(self) -> tuple[float, float, float]:
        """Expected share of false links with its bounds; of no link anything may be true."""
        if not self.linked:
            return 0.0, 0.0, 1.0
        share, low, high = (min(max(n / self.linked, 0.0), 1.0) for n in (self.false, self.low, self.high))
        return share, low, high


Choices = dict[str, Choice]


def _false(linked: int, decoys: int, accepted: int, left: int) -> tuple[float, float, float]:
    """How many of some patients' links are false, with its 95 % bounds, when so many of their decoys were accepted.

    Of these patients some have no counterpart: those without a link, and those with a false one. A share `p` of them is given a link, as decoys are; so
    false links are p / (1 - p) times those without a link, and one more of these when they are waited for by chance (negative binomial). Patients without a
    link who do have a counterpart make this rather too high.
    """
    if not linked:
        return 0.0, 0.0, 0.0

    def number(p: float, without: float) -> float:
        return float(min(p / (1 - p) * without, linked)) if p < 1 else float(linked)

    # how many are left without a link is itself a matter of chance: the more so the fewer they are
    fewest, most = chi2.ppf(0.025, 2 * left) / 2 if left else 0.0, chi2.ppf(0.975, 2 * left + 2) / 2
    low, high = beta.ppf((0.025, 0.975), accepted + 0.5, decoys - accepted + 0.5)
    return number(accepted / decoys, left + 1), number(low, fewest) if accepted else 0.0, number(high, most)


def _of(counts: Counts, kind: str, patients: int, threshold: float | None) -> Choice:
    """What a threshold gives among patients whose records hold as much.

    Whoever fits somebody has a decoy, whether or not the margin makes it a link: a link has no other near it, so decoys of links alone would
    never show that somebody without counterpart is much like another.
    """
    linked = decoys = accepted = 0
    if threshold is not None:
        step = round(threshold / STEP)
        for held, best, clear, decoy, n in counts:
            if held == kind and best >= step:
                decoys += n
                linked += n if clear else 0
                accepted += n if decoy is not None and decoy >= step else 0
    return Choice(threshold, patients, linked, decoys, accepted, *_false(linked, decoys, accepted, patients - linked))


def at(counts: Counts, patients: Patients, thresholds: Mapping[str, float | None]) -> Choices:
    """What given thresholds give."""
    return {kind: _of(counts, kind, patients[kind], thresholds[kind]) for kind in HOLDS}


def curves(counts: Counts, patients: Patients) -> dict[str, list[Choice]]:
    """Of each kind of record the thresholds that just let somebody in, lowest first."""
    out = {}
    for kind in HOLDS:
        seen = {x for held, best, _, decoy, _ in counts for x in (best, decoy) if held == kind and x is not None}
        steps = sorted({best for held, best, clear, _, _ in counts if held == kind and clear})
        # no lower than 0 for links that lie above it: nobody was seen there who could tell
        free = {step: max([x + 1 for x in seen if x < step] + [min(step, 0)]) for step in steps}
        out[kind] = [replace(_of(counts, kind, patients[kind], s * STEP), down_to=free[s] * STEP) for s in steps]
    return out


def choose(curves: Mapping[str, list[Choice]], patients: Patients, most: float) -> Choices:
    """Of each kind of record the threshold at which no greater share is expected to be false, and below which more than `_EDGE` times that, or half, of what is let in may be.

    What may be false is the upper bound. No link where that is half of them: few decoys, or those who have traits only and may all be without
    counterpart, can say little about rare mistakes.
    A record that holds less is not linked more easily: its kind may be too small for its decoys to say anything.
    """
    out: Choices = {}
    least = -inf
    outweighed = max(2.0, 1 / (_EDGE * max(most, 1e-6)))
    for kind in reversed(HOLDS):
        fit = [c for c in curves[kind] if (c.threshold or 0.0) >= least and c.shares[0] <= most and c.linked > 2 * c.high]
        if fit:
            best = max(fit, key=lambda c: c.linked - outweighed * c.high)
            least = max(least, best.down_to)
            out[kind] = replace(best, threshold=least)
        else:
            out[kind] = _of([], kind, patients[kind], None)
            least = max([least, *(STEP + (c.threshold or 0.0) for c in curves[kind])])  # no weight of theirs was enough
    return {kind: out[kind] for kind in HOLDS}


def tradeoff(curves: Mapping[str, list[Choice]], patients: Patients) -> list[Choice]:
    """All patients, from few sure links to many: what is chosen for every share of false links that makes a difference."""
    shares = sorted({c.shares[0] for curve in curves.values() for c in curve})
    out: list[Choice] = []
    for point in (together(choose(curves, patients, most)) for most in shares):
        if not out or point.linked > out[-1].linked:
            out.append(point)
    return out


def together(choices: Choices) -> Choice:
    """All patients: kinds of them err independently, so the widths of their bounds add up as squares."""
    held = choices.values()
    false = sum(c.false for c in held)
    below, above = (
        sum(width**2 for width in widths) ** 0.5 for widths in ([c.false - c.low for c in held], [c.high - c.false for c in held])
    )
    return Choice(
        None, sum(c.patients for c in held), sum(c.linked for c in held), sum(c.decoys for c in held), sum(c.accepted for c in held),
        false, max(false - below, 0.0), false + above)  # fmt: skip


def holding(links: DataFrame) -> DataFrame:
    """linked.link → (patient_key, beneficiary_id): the link that holds of each patient: a direct one before one of ours, and that before a searched one."""
    order = F.struct(
        F.col("method") != "direct", F.col("method") == "searched", -F.coalesce("weight", F.lit(0.0)), "beneficiary_id"
    )
    return links.where("valid_to IS NULL").groupBy("patient_key").agg(F.min_by("beneficiary_id", order).alias("beneficiary_id"))


def of_the_gone(links: DataFrame, patients: DataFrame, beneficiaries: DataFrame) -> DataFrame:
    """Links whose patient or beneficiary is not published any more.

    Args:
        patients: patient_key of all; `beneficiaries`: beneficiary_id of all.
    """
    known = links.join(patients.select("patient_key", F.lit(True).alias("_patient")), "patient_key", "left").join(
        beneficiaries.select("beneficiary_id", F.lit(True).alias("_beneficiary")), "beneficiary_id", "left"
    )
    return known.where("_patient IS NULL OR _beneficiary IS NULL").drop("_patient", "_beneficiary")


def bar(thresholds: Mapping[str, float | None]) -> Column:
    """The weight from which the best of `ranked` counts."""
    out = F.lit(inf)
    for kind, threshold in thresholds.items():
        if threshold is not None:
            out = F.when(held() == kind, threshold).otherwise(out)
    return out


def reason(bar: Column, margin: float) -> Column:
    """Why a patient with candidates has no link; null when there is one."""
    return (
        F.when(F.col("weight") < bar, "below_threshold")
        .when(F.col("weight") - F.col("second") < margin, "ambiguous")
        .when(F.col("weight") - F.col("rival") < margin, "contested")
    )
