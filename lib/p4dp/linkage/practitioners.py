"""Practitioners first: which number in the extract is which practitioner of the practices.

Regimes: A the extract shows own numbers; B a correspondence file says; C both sides are aligned by the visits that they share; D nothing is known.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from p4dp.linkage.evidence import Evidence

#: Visits with the same traits on the same day that must speak for a practitioner, and how far ahead of the next one he must be.
LEAST_SUPPORT, LEAST_LEAD = 3.0, 2.0
#: Share of what a number's own visits could say that must speak so: an outside doctor of the same town meets some of ours by chance.
LEAST_SHARE = 0.2
#: A token that more visits share says little and costs much.
_MOST = 20


def clear(visits: DataFrame) -> DataFrame:
    """Regime A: a number is the practitioner's own."""
    return visits.select(F.col("doctor").alias("pfs"), "doctor", F.lit("clear").alias("method"), F.lit(None).cast("double").alias("support"),
                         F.lit(None).cast("double").alias("runner_up")).distinct()  # fmt: skip


def listed(correspondence: DataFrame) -> DataFrame:
    """Regime B: `am_number`, `pfs_num` of a file → pfs, doctor."""
    return correspondence.where("pfs_num IS NOT NULL AND am_number IS NOT NULL").select(
        F.col("pfs_num").alias("pfs"), F.substring("am_number", 1, 8).alias("doctor"), F.lit("correspondence").alias("method"),
        F.lit(None).cast("double").alias("support"), F.lit(None).cast("double").alias("runner_up")).distinct()  # fmt: skip


def ballots(side: Evidence, key: str, name: str) -> DataFrame:
    """Visits of a side that can speak for a practitioner: day, token (day, sex, month of birth, commune), the practitioner as `name`, and how many hold the token."""
    traits = ("day", "sex", "birth_year", "birth_month", "commune")
    rows = side.visits.join(side.people.select(key, "sex", "birth_year", "birth_month", "commune"), key)
    rows = rows.where(" AND ".join(f"{c} IS NOT NULL" for c in traits))
    return rows.select("day", F.xxhash64(*traits).alias("token"), F.col("doctor").alias(name),
                       F.count(F.lit(1)).over(Window.partitionBy(*traits)).alias("holders"))  # fmt: skip


def cut() -> Column:
    """Of ballots, for the report: visits whose token more than `_MOST` hold, which do not vote."""
    return F.count_if(F.col("holders") > _MOST)


def aligned(ours: DataFrame, theirs: DataFrame, spans: DataFrame) -> DataFrame:
    """Regime C: visits of both sides that agree on day, sex, month of birth and commune vote for their practitioners.

    A vote counts one over the visits that share its token on either side, so that it is worth most where it can hardly be chance. Each number of
    the extract takes the practitioner with most votes, when they are enough, a good part of what its own visits could have said, and far ahead of the next; a practitioner may have several numbers.

    Args:
        ours: ballots of the records, with `doctor`.
        theirs: ballots of the claims, with `pfs`.
        spans: first and last day of each doctor's records (`evidence.spans`).
    """
    left = ours.where(F.col("holders") <= _MOST).withColumnRenamed("holders", "doctor_n").drop("day")
    right = theirs.where(F.col("holders") <= _MOST).withColumnRenamed("holders", "pfs_n")
    counted = (
        left.join(right.drop("day"), "token")
        .groupBy("pfs", "doctor")
        .agg(F.round(F.sum(1.0 / (F.col("doctor_n") * F.col("pfs_n"))), 6).alias("support"))
    )
    ranked = counted.withColumns({
        "runner_up": F.coalesce(F.lead("support").over(Window.partitionBy("pfs").orderBy(F.desc("support"), "doctor")), F.lit(0.0)),
        "rank": F.row_number().over(Window.partitionBy("pfs").orderBy(F.desc("support"), "doctor")),
    })  # fmt: skip
    first = ranked.where(
        (F.col("rank") == 1) & (F.col("support") >= LEAST_SUPPORT) & (F.col("support") >= LEAST_LEAD * F.col("runner_up"))
    )
    # records may cover less time than claims: only the visits of that time can speak
    first = first.join(spans, "doctor")
    within = right.join(F.broadcast(first.select("pfs", "since", "until")), "pfs").where(
        F.col("day").between(F.col("since"), F.col("until"))
    )
    # in a large town even a doctor's own visits share their tokens: what they could say at most is what counts
    own = within.groupBy("pfs").agg(F.sum(1.0 / F.col("pfs_n")).alias("own"))
    sure = first.join(own, "pfs").where(F.col("support") >= LEAST_SHARE * F.col("own"))
    return sure.select("pfs", "doctor", F.lit("aligned").alias("method"), "support", "runner_up")


def known(side: Evidence, numbers: DataFrame | None) -> Evidence:
    """The claims side under the practitioners' own numbers; a number of nobody stays as it is and meets nothing. None: no practitioner at all."""

    def renamed(rows: DataFrame) -> DataFrame:
        if numbers is None:
            return rows.withColumn("doctor", F.lit("")).distinct()
        names = F.broadcast(numbers.select(F.col("pfs").alias("_pfs"), F.col("doctor").alias("_doctor")))
        found = rows.join(names, F.col("doctor") == F.col("_pfs"), "left")
        return found.withColumn("doctor", F.coalesce("_doctor", "doctor")).drop("_pfs", "_doctor")

    return side.map(renamed(side.visits), renamed(side.drugs), renamed(side.analyses))


def completed(told: DataFrame, found: DataFrame, gp: Evidence) -> DataFrame:
    """Numbers that were told and mean somebody of the records; for the others (health centres, moves) what the activity shows."""
    ours = gp.visits.select("doctor").distinct()
    known = told.join(ours, "doctor", "left_semi")
    return known.unionByName(found.join(known, "pfs", "left_anti"))


def nobody(side: Evidence) -> Evidence:
    """A side without practitioners (regime D)."""
    return known(side, None)
