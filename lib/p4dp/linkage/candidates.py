"""Candidates: pairs that share rare tokens, by equality joins only.

A token is one thing that a pair can have in common; how many rows hold it is counted on both sides before the join. A token that makes more than
`most` pairs is not joined and is reported. Shared tokens add up by their rarity; the best `keep` beneficiaries of each patient go on.
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from p4dp.linkage.evidence import Evidence


def of_records(gp: Evidence, with_doctors: bool) -> DataFrame:
    """(patient_key, token) of the GP side.

    A record with visits is sought by its care alone. People of the same month, sex and commune would be half of all candidates, and traits would say
    little among them, while of a thousand true pairs hardly one has no care in common. Without visits traits are most of what is left.

    Args:
        with_doctors: without practitioners, events are told apart by the person's traits instead.
    """
    unseen = gp.people.join(gp.visits.select("patient_key").distinct(), "patient_key", "left_anti")
    return _told(gp, unseen, "patient_key", with_doctors).distinct()


def of_claims(snds: Evidence, with_doctors: bool, held: DataFrame) -> DataFrame:
    """(beneficiary_id, token) of the claims; only tokens that some record holds, since others meet nobody.

    Args:
        held: `of_records`.
    """
    rows = _told(snds, snds.people, "beneficiary_id", with_doctors)
    return rows.join(held.select("token"), "token", "left_semi").select("beneficiary_id", "token").distinct()


def _told(side: Evidence, by_traits: DataFrame, key: str, with_doctors: bool) -> DataFrame:
    """(key, token) of a side, with those of some people's traits."""
    traits = side.people.select(key, "sex", "birth_year", "birth_month", "commune", "department")

    def made(rows: DataFrame, name: str, *columns: str) -> DataFrame:
        whole = reduce(Column.__and__, [F.col(c).isNotNull() for c in columns])
        return rows.where(whole).select(key, F.xxhash64(F.lit(name), *columns).alias("token"))

    visits, drugs, analyses = (rows.join(traits, key) for rows in (side.visits, side.drugs, side.analyses))
    born = ("sex", "birth_year", "birth_month")
    out = [made(by_traits, "home", "commune", *born)]
    if with_doctors:
        out += [
            made(visits, "visit", "doctor", "day", "sex"),
            made(drugs, "drug", "doctor", "day", "atc"),
            made(analyses, "analysis", "doctor", "day", "sex"),
        ]
    else:
        out += [made(visits, "visit", "day", "department", *born), made(drugs, "drug", "day", "atc", "department", "sex"),
                made(drugs, "drug born", "day", "atc", "birth_year", "birth_month")]  # fmt: skip
    return reduce(DataFrame.unionAll, out)


def counted(left: DataFrame, right: DataFrame) -> DataFrame:
    """Tokens of both sides → token, how many hold it on the left and on the right."""
    one = left.groupBy("token").agg(F.count(F.lit(1)).alias("lefts"))
    other = right.groupBy("token").agg(F.count(F.lit(1)).alias("rights"))
    return one.join(other, "token")


def cut(counts: DataFrame, most: int) -> dict[str, Column]:
    """Aggregates for the report: tokens that are not joined, and the pairs that they would have made."""
    over = F.col("lefts") * F.col("rights") > most
    return {
        "tokens_cut": F.count_if(over),
        "pairs_cut": F.sum(F.when(over, F.col("lefts") * F.col("rights")).otherwise(0)),
        "tokens": F.count(F.lit(1)),
    }


def _worth(counts: DataFrame, people: Column | int, most: int) -> DataFrame:
    """Tokens that are joined, and how rare each is among beneficiaries."""
    rare = counts.where(F.col("lefts") * F.col("rights") <= most)
    return rare.select("token", F.log2(F.lit(people) / F.col("rights")).alias("worth"))


def pairs(left: DataFrame, right: DataFrame, counts: DataFrame, people: Column | int, most: int, keep: int) -> DataFrame:
    """(patient_key, beneficiary_id, shared, rarity, rank, of): the `keep` best of each patient, of how many.

    Args:
        people: number of beneficiaries, against which a token's rarity is measured.
        most: pairs that one token may make.
    """
    met = left.join(_worth(counts, people, most), "token").join(right, "token")
    found = met.groupBy("patient_key", "beneficiary_id").agg(
        F.count(F.lit(1)).cast("int").alias("shared"), F.round(F.sum("worth"), 6).alias("rarity")
    )
    mine = Window.partitionBy("patient_key")
    ranked = found.withColumns(
        {"rank": F.row_number().over(mine.orderBy(F.desc("rarity"), "beneficiary_id")), "of": F.count(F.lit(1)).over(mine)}
    )
    return ranked.where(F.col("rank") <= keep)


def capped(keep: int) -> Column:
    """Of `pairs`: how many patients share a token with more beneficiaries than go on."""
    return F.count_if((F.col("rank") == 1) & (F.col("of") > keep))


def rivals(
    wanted: DataFrame,
    left: DataFrame,
    right: DataFrame,
    counts: DataFrame,
    practices: DataFrame,
    people: Column | int,
    most: int,
    keep: int,
) -> DataFrame:
    """(patient_key, practice_key): of each beneficiary whom somebody of a practice might be, the `keep` patients there who share most with them.

    Args:
        wanted: practice_key, beneficiary_id.
        practices: patient_key, practice_key of everybody.
    """
    theirs = wanted.join(right, "beneficiary_id").join(_worth(counts, people, most), "token")
    met = theirs.join(left, "token").join(practices, ["patient_key", "practice_key"])
    found = met.groupBy("practice_key", "beneficiary_id", "patient_key").agg(F.round(F.sum("worth"), 6).alias("rarity"))
    best = Window.partitionBy("practice_key", "beneficiary_id").orderBy(F.desc("rarity"), "patient_key")
    return (
        found.withColumn("rank", F.row_number().over(best))
        .where(F.col("rank") <= keep)
        .select("patient_key", "practice_key")
        .distinct()
    )
