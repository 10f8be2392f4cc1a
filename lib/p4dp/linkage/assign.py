"""Scored pairs → at most one beneficiary per patient, and how often that would be wrong.

A link must lie a margin above the patient's next best beneficiary, and above every other patient of the same practice who fits the same beneficiary;
patients of two practices may share one. Decoys say without truth how often a patient without counterpart would be given one: of each patient the
best beneficiary is taken away, and everything else (household, practice, days) stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from scipy.stats import beta, chi2

#: Weights are counted in steps when a threshold is sought.
STEP = 0.5
_FAR = -1000.0
#: (how much the record holds, weight of the best, whether it keeps the margin, weight of the decoy or None where that does not keep it, patients); weights in steps.
Counts = list[tuple[int, int, bool, int | None, int]]


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


def holds(visits: Column) -> Column:
    """How much a record holds that could speak against a beneficiary: 0 no visit, 1 one or two, 2 more.

    Whoever has many visits is hardly given anybody else's claims, so their decoys say nothing of those who have none.
    """
    return F.when(visits == 0, 0).when(visits <= 2, 1).otherwise(2)


def histogram(best: DataFrame, margin: float) -> DataFrame:
    """`ranked` (with `visits_l`) → `Counts`."""

    def step(prefix: str) -> Column:
        return F.floor(F.col(f"{prefix}weight") / STEP).cast("int")

    by = (holds(F.col("visits_l")).alias("holds"), step("").alias("best"), eligible(margin).alias("clear"),
          F.when(eligible(margin, "decoy_"), step("decoy_")).alias("decoy"))  # fmt: skip
    return best.groupBy(*by).agg(F.count(F.lit(1)).alias("n"))


@dataclass(frozen=True)
class Choice:
    """A threshold and the share of false links to expect at it, with its 95 % bounds."""

    threshold: float
    linked: int
    decoys: int
    accepted: int
    share: float
    low: float
    high: float


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


def at(counts: Counts, patients: Mapping[int, int], threshold: float) -> Choice:
    """What a threshold gives, told by decoys of patients whose records hold as much (`holds`).

    Whoever fits somebody has a decoy, whether or not the margin makes it a link: a link has no other near it, so decoys of links alone would
    never show that somebody without counterpart is much like another.

    Args:
        patients: how many patients were considered, by what their records hold.
    """
    step, linked, decoys, accepted = round(threshold / STEP), *(dict.fromkeys(patients, 0) for _ in range(3))
    for kind, best, clear, decoy, n in counts:
        if best >= step:
            decoys[kind] += n
            linked[kind] += n if clear else 0
            accepted[kind] += n if decoy is not None and decoy >= step else 0
    whole = sum(linked.values())
    if not whole:
        return Choice(threshold, 0, 0, 0, 1.0, 0.0, 1.0)
    found = [_false(linked[k], decoys[k], accepted[k], patients[k] - linked[k]) for k in patients]
    share = sum(e for e, _, _ in found)
    # kinds of patients err independently: the widths of their bounds add up as squares
    below, above = (sum((e - bounds[n]) ** 2 for e, *bounds in found) ** 0.5 for n in (0, 1))
    told = [min(max(x / whole, 0.0), 1.0) for x in (share, share - below, share + above)]
    return Choice(threshold, whole, sum(decoys.values()), sum(accepted.values()), *told)


def holding(links: DataFrame) -> DataFrame:
    """linked.link → (patient_key, beneficiary_id): the link that holds of each patient: a direct one before one of ours, and that before a searched one."""
    order = F.struct(
        F.col("method") != "direct", F.col("method") == "searched", -F.coalesce("weight", F.lit(0.0)), "beneficiary_id"
    )
    return links.where("valid_to IS NULL").groupBy("patient_key").agg(F.min_by("beneficiary_id", order).alias("beneficiary_id"))


def curve(counts: Counts, patients: Mapping[int, int]) -> list[Choice]:
    """Every threshold that makes a difference, lowest first."""
    steps = sorted({x for _, best, _, decoy, _ in counts for x in (best, decoy) if x is not None})
    return [at(counts, patients, s * STEP) for s in steps]


def choose(choices: list[Choice], precision: float) -> Choice | None:
    """The lowest threshold at which the expected share of false links is no more than asked; None when no threshold gives it.

    Few decoys can say little about rare mistakes: a pair that the model holds for less likely than not (weight below 0) is never a link.
    """
    return next((c for c in choices if c.threshold >= 0 and c.linked and c.share <= 1 - precision), None)


def reason(threshold: float, margin: float) -> Column:
    """Why a patient with candidates has no link; null when there is one."""
    return (
        F.when(F.col("weight") < threshold, "below_threshold")
        .when(F.col("weight") - F.col("second") < margin, "ambiguous")
        .when(F.col("weight") - F.col("rival") < margin, "contested")
    )
