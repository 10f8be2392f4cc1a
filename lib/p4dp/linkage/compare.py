"""What the two sides of a pair have in common, and the levels at which that is weighed.

Columns end in `_l` (record) and `_r` (claims), as Splink names them. Comparisons are declared once, as Splink comparison creators; training renders
them for DuckDB, scoring for Spark. Evidence of care is counted, so that each level says how much was found and which share of what was sought.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import splink.comparison_level_library as cll
import splink.comparison_library as cl
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from p4dp.linkage.evidence import Evidence

#: Days of a step: a class of drugs may be prescribed a step before or after, a substance dispensed in the step of its prescription or in the next.
_CLASS_STEP, _SOON_STEP = 14, 7
#: Traits that both sides of a pair have.
TRAITS = ("sex", "birth_year", "birth_month", "commune", "department", "death_date")
#: Counts of a pair: what the record holds, and what of it the claims hold too; presentations are those of drugs that the claims hold.
COUNTS = ("visits", "visits_met", "drugs", "drugs_met", "presentations", "presentations_met", "soon", "soon_met", "classes", "classes_met", "analyses",
          "analyses_met", "claimed")  # fmt: skip
_KINDS = {"v": "visits", "d": "drugs", "s": "soon", "c": "classes", "a": "analyses"}


def _items(side: Evidence, key: str, around: bool) -> DataFrame:
    """(key, kind, item, presentation, other): what a person did, as hashes. Where days may differ, by step of time, and the steps `around` it on the claims side.

    A drug's presentation is beside its item: the first and the last where a day has several of one substance.
    """
    step = F.floor(F.unix_date("day") / _CLASS_STEP)
    steps = F.explode(F.array(step - 1, step, step + 1)) if around else step
    classes = side.drugs.select(key, F.substring("atc", 1, 5).alias("class"), steps.alias("step"))
    week = F.floor(F.unix_date("dispensed" if around else "day") / _SOON_STEP)
    weeks = F.explode(F.array(week - 1, week)) if around else week
    soon = side.drugs.select(key, "atc", weeks.alias("week"))
    cip13 = F.when(F.col("cip13").isNotNull(), F.xxhash64("cip13"))

    def hashed(rows: DataFrame, kind: str, *columns: str, more: Column | None = None) -> DataFrame:
        told = F.lit(None).cast("bigint") if more is None else more
        return rows.select(key, F.lit(kind).alias("kind"), F.xxhash64(F.lit(kind), *columns).alias("item"), told.alias("more"))

    parts = [hashed(side.visits, "v", "doctor", "day"), hashed(side.drugs, "d", "doctor", "day", "atc", more=cip13), hashed(soon, "s", "atc", "week"),
             hashed(classes, "c", "class", "step"), hashed(side.analyses, "a", "doctor", "day")]  # fmt: skip
    items = reduce(DataFrame.unionAll, parts).groupBy(key, "kind", "item")
    return items.agg(F.min("more").alias("presentation"), F.max("more").alias("other"))


def features(pairs: DataFrame, gp: Evidence, snds: Evidence, covered: DataFrame) -> DataFrame:
    """(patient_key, beneficiary_id, …) → the same with traits of both sides and counts of care.

    Args:
        gp: the GP side, `within` the days of which claims are at hand: what lies outside of them is not sought.
        covered: `doctor`, `since`, `until` (`evidence.spans`): what is claimed outside of what records cover speaks against nobody.
    """
    both = pairs.select("patient_key", "beneficiary_id")
    wanted = both.select("beneficiary_id").distinct()
    # before anything is made of them: a quiet night has few candidates
    near = snds.map(*(rows.join(wanted, "beneficiary_id", "left_semi") for rows in (snds.visits, snds.drugs, snds.analyses)))
    sought = both.join(_items(gp, "patient_key", around=False), "patient_key")
    held = _items(near, "beneficiary_id", around=True).withColumn("_met", F.lit(True))
    held = held.withColumnsRenamed({"presentation": "_presentation", "other": "_other"})
    met = sought.join(held, ["beneficiary_id", "kind", "item"], "left")
    same = F.col("presentation").isin(F.col("_presentation"), F.col("_other")) | F.col("other").isin(
        F.col("_presentation"), F.col("_other")
    )
    counts = met.groupBy("patient_key", "beneficiary_id").agg(
        *(F.count_if(F.col("kind") == k).cast("int").alias(n) for k, n in _KINDS.items()),
        *(F.count_if((F.col("kind") == k) & F.col("_met")).cast("int").alias(f"{n}_met") for k, n in _KINDS.items()),
        F.count_if(F.col("presentation").isNotNull() & F.col("_presentation").isNotNull()).cast("int").alias("presentations"),
        F.count_if(same).cast("int").alias("presentations_met"),
        )  # fmt: skip
    theirs = gp.visits.select("patient_key", "doctor").distinct()
    claimed = both.join(near.visits, "beneficiary_id").join(theirs.join(F.broadcast(covered), "doctor"), ["patient_key", "doctor"])
    claimed = claimed.where(F.col("day").between(F.col("since"), F.col("until")))
    claimed = claimed.groupBy("patient_key", "beneficiary_id").agg(F.count(F.lit(1)).cast("int").alias("claimed"))
    last = gp.visits.groupBy("patient_key").agg(F.max("day").alias("last_seen_l"))

    def side(people: DataFrame, key: str, end: str) -> DataFrame:
        more = ["practice_key"] if key == "patient_key" else []
        return people.select(key, *more, *(F.col(t).alias(f"{t}_{end}") for t in TRAITS))

    out = pairs.join(counts, ["patient_key", "beneficiary_id"], "left").join(claimed, ["patient_key", "beneficiary_id"], "left")
    out = (
        out.join(side(gp.people, "patient_key", "l"), "patient_key")
        .join(last, "patient_key", "left")
        .join(side(snds.people, "beneficiary_id", "r"), "beneficiary_id")
    )
    return out.withColumns({f"{c}_l": F.coalesce(c, F.lit(0)) for c in COUNTS}).drop(*COUNTS)


def _levels(name: str, null: str, *levels: tuple[str, str]) -> Any:
    """A comparison of conditions, best first, with a null level before and everything else after."""
    given: list[Any] = [
        cll.CustomLevel(null, f"{name} not known").configure(is_null_level=True),
        *(cll.CustomLevel(sql, label) for label, sql in levels),
        cll.ElseLevel(),
    ]
    return cl.CustomComparison(output_column_name=name, comparison_levels=given)


def _met(name: str) -> Any:
    """How much of what the record holds was found: by number and by share."""
    found, all_ = f"{name}_met_l", f"{name}_l"
    return _levels(
        name, f"{all_} = 0",
        ("five or more, nearly all", f"{found} >= 5 AND {found} >= 0.75 * {all_}"),
        ("three or four, nearly all", f"{found} >= 3 AND {found} >= 0.75 * {all_}"),
        ("two of two", f"{found} = 2 AND {all_} = 2"),
        ("three or more, half", f"{found} >= 3 AND {found} >= 0.4 * {all_}"),
        ("one of one", f"{found} = 1 AND {all_} = 1"),
        ("two", f"{found} >= 2 AND {found} >= 0.4 * {all_}"),
        ("one", f"{found} >= 1 AND {found} >= 0.3 * {all_}"),
        ("few of many", f"{found} >= 1"),
    )  # fmt: skip


def comparisons() -> list[Any]:
    """Every comparison, as Splink creators."""
    return [
        cl.CustomComparison(output_column_name="sex", comparison_levels=[cll.NullLevel("sex"), cll.ExactMatchLevel("sex"), cll.ElseLevel()]),
        _levels(
            "birth", "birth_year_l IS NULL OR birth_year_r IS NULL",
            ("same month", "birth_year_l = birth_year_r AND birth_month_l = birth_month_r"),
            ("same year", "birth_year_l = birth_year_r"),
            ("same month, a year or ten off", "birth_month_l = birth_month_r AND abs(birth_year_l - birth_year_r) IN (1, 10)"),
        ),
        cl.CustomComparison(output_column_name="place", comparison_levels=[
            cll.NullLevel("commune"), cll.ExactMatchLevel("commune", term_frequency_adjustments=True), cll.ExactMatchLevel("department"), cll.ElseLevel()]),
        _met("visits"),
        _met("drugs"),
        _levels(  # of drugs that were found on their day
            "presentations", "presentations_l = 0",
            ("nearly all", "presentations_met_l >= 0.75 * presentations_l"),
            ("half", "presentations_met_l >= 0.4 * presentations_l"),
        ),
        _levels(  # of drugs that were not: the pharmacy took another day or prescriber down
            "soon", "soon_l <= drugs_met_l",
            ("half", "soon_met_l - drugs_met_l >= 0.5 * (soon_l - drugs_met_l)"),
            ("some", "soon_met_l > drugs_met_l"),
        ),
        _levels(
            "classes", "classes_l = 0",
            ("nearly all", "classes_met_l >= 0.75 * classes_l"),
            ("half", "classes_met_l >= 0.4 * classes_l"),
            ("few", "classes_met_l >= 1"),
        ),
        _levels(
            "analyses", "analyses_l = 0",
            ("two or more, half", "analyses_met_l >= 2 AND analyses_met_l >= 0.5 * analyses_l"),
            ("some", "analyses_met_l >= 1"),
        ),
        _levels(  # what speaks against: visits with these doctors that the record does not hold
            "claimed", "claimed_l = 0",
            ("nearly all in the record", "visits_met_l >= 0.75 * claimed_l"),
            ("half in the record", "visits_met_l >= 0.4 * claimed_l"),
            ("few in the record", "visits_met_l >= 1"),
        ),
        _levels(
            "death", "death_date_l IS NULL AND death_date_r IS NULL",
            ("same day", "death_date_l = death_date_r"),
            ("known to the claims only, never seen after", "death_date_l IS NULL AND (last_seen_l IS NULL OR last_seen_l <= death_date_r)"),
        ),
    ]  # fmt: skip
