"""Scored pairs → at most one beneficiary per patient, and how often that would be wrong.

A link must lie a margin above the patient's next best beneficiary, and above every other patient of the same practice who fits the same beneficiary;
patients of two practices may share one. Decoys say without truth how often a patient without counterpart would be given one: of each patient the
best beneficiary is taken away, and everything else (household, practice, days) stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from scipy.stats import beta, chi2

#: Weights are counted in steps when a threshold is sought.
STEP = 0.5
_FAR = -1000.0


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


def histogram(best: DataFrame, margin: float) -> DataFrame:
    """`ranked` → how many patients have which weight and which decoy weight, in steps; null where the margin is not kept."""

    def step(prefix: str) -> Column:
        return F.when(eligible(margin, prefix), F.floor(F.col(f"{prefix}weight") / STEP).cast("int"))

    return best.groupBy(step("").alias("link"), step("decoy_").alias("decoy")).agg(F.count(F.lit(1)).alias("n"))


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


def at(counts: list[tuple[int | None, int | None, int]], patients: int, threshold: float) -> Choice:
    """What a threshold gives.

    Of `patients` some have no counterpart: those without a link, and those with a false one. A share `p` of them is given a link, as decoys are; so
    false links are p / (1 - p) times those without a link, and one more of these when they are waited for by chance (negative binomial). Patients without a
    link who do have a counterpart make this rather too high.
    """
    step = round(threshold / STEP)
    linked = sum(n for link, _, n in counts if link is not None and link >= step)
    accepted = sum(n for link, decoy, n in counts if link is not None and link >= step and decoy is not None and decoy >= step)
    if not linked:
        return Choice(threshold, 0, 0, 0, 1.0, 0.0, 1.0)

    def share(p: float, without: float) -> float:
        return float(min(p / (1 - p) * without / linked, 1.0)) if p < 1 else 1.0

    # how many are left without a link is itself a matter of chance: the more so the fewer they are
    left = patients - linked
    fewest, most = chi2.ppf(0.025, 2 * left) / 2 if left else 0.0, chi2.ppf(0.975, 2 * left + 2) / 2
    low, high = beta.ppf((0.025, 0.975), accepted + 0.5, linked - accepted + 0.5)
    return Choice(
        threshold,
        linked,
        linked,
        accepted,
        share(accepted / linked, left + 1),
        share(low, fewest) if accepted else 0.0,
        share(high, most),
    )


def holding(links: DataFrame) -> DataFrame:
    """linked.link → (patient_key, beneficiary_id): the link that holds of each patient: a direct one before one of ours, and that before a searched one."""
    order = F.struct(
        F.col("method") != "direct", F.col("method") == "searched", -F.coalesce("weight", F.lit(0.0)), "beneficiary_id"
    )
    return links.where("valid_to IS NULL").groupBy("patient_key").agg(F.min_by("beneficiary_id", order).alias("beneficiary_id"))


def curve(counts: list[tuple[int | None, int | None, int]], patients: int) -> list[Choice]:
    """Every threshold that makes a difference, lowest first."""
    steps = sorted({x for link, decoy, _ in counts for x in (link, decoy) if x is not None})
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
