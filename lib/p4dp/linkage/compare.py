"""What the two sides of a pair have in common, and the levels at which that is weighed.

Columns end in `_l` (record) and `_r` (claims), as Splink names them. Comparisons are declared once, as Splink comparison creators; training renders
them for DuckDB, scoring for Spark. Evidence of care is counted, so that each level says how much was found and which share of what was sought.
"""

from __future__ import annotations

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
#: Kinds of care: of each is counted what the record holds, and what of it the claims hold.
_KINDS = ("visits", "drugs", "soon", "classes", "analyses")


def _persons(side: Evidence, key: str, covered: DataFrame | None) -> DataFrame:
    """One row a person: traits, and what was done as lists of hashes (`_KINDS`, `presented`: drugs whose presentation is known, `presentations`: these with it).

    Lists, since a pair is then one row of two persons: a row for each thing done would make some fifty of it. Where days may differ, things are told by
    step of time, and in the claims with the steps around it. The record has `last_seen` and the `doctors` seen, the claims the doctor of each visit that
    speaks against a record without it (`claimed`).

    Args:
        covered: as in `features`, for the claims; None for the record.
    """
    visit, drug, known = F.xxhash64("doctor", "day"), F.xxhash64("doctor", "day", "atc"), F.col("cip13").isNotNull()
    step, week = F.floor(F.unix_date("day") / _CLASS_STEP), F.floor(F.unix_date("day") / _SOON_STEP)
    steps, weeks = [step], [week]
    seen: DataFrame = side.visits
    more = [F.max("day").alias("last_seen"), F.collect_set("doctor").alias("doctors")]
    if covered is not None:
        week = F.floor(F.unix_date("dispensed") / _SOON_STEP)
        steps, weeks = [step - 1, step, step + 1], [week - 1, week]
        seen = seen.join(F.broadcast(covered), "doctor", "left")
        in_time = F.col("day").between(F.col("since"), F.col("until"))
        more = [F.collect_list(F.when(in_time, F.col("doctor"))).alias("claimed")]

    def told(what: Column, periods: list[Column]) -> Column:
        return F.array_distinct(F.flatten(F.collect_list(F.array(*(F.xxhash64(what, period) for period in periods)))))

    visits = seen.groupBy(key).agg(F.collect_set(visit).alias("visits"), *more)
    drugs = side.drugs.groupBy(key).agg(
        F.collect_set(drug).alias("drugs"),
        told(F.col("atc"), weeks).alias("soon"),
        told(F.substring("atc", 1, 5), steps).alias("classes"),
        F.collect_set(F.when(known, drug)).alias("presented"),
        F.collect_set(F.when(known, _beside(drug, F.xxhash64("cip13")))).alias("presentations"),
    )
    analyses = side.analyses.groupBy(key).agg(F.collect_set(visit).alias("analyses"))
    people = side.people.select(key, *(c for c in ("practice_key", *TRAITS) if c in side.people.columns))
    return people.join(visits, key, "left").join(drugs, key, "left").join(analyses, key, "left")


def _beside(drug: Column, presentation: Column) -> Column:
    """Two hashes in one number: half of each tells those of one person apart."""
    return F.shiftleft(drug, 32).bitwiseOR(presentation.bitwiseAND(F.lit(0xFFFFFFFF)))


def features(pairs: DataFrame, gp: Evidence, snds: Evidence, covered: DataFrame) -> DataFrame:
    """(patient_key, beneficiary_id, …) → the same with traits of both sides and counts of care.

    Args:
        gp: the GP side, `within` the days of which claims are at hand: what lies outside of them is not sought.
        covered: `doctor`, `since`, `until` (`evidence.spans`): what is claimed outside of what records cover speaks against nobody.
    """

    def whole(side: Evidence, key: str, end: str, covered: DataFrame | None = None) -> DataFrame:
        """The persons of these pairs only, since a quiet night has few; each column with its side's ending."""
        wanted = pairs.select(key).distinct()
        near = Evidence(*(rows.join(wanted, key, "left_semi") for rows in (side.people, side.visits, side.drugs, side.analyses)))
        rows = _persons(near, key, covered)
        return rows.withColumnsRenamed({c: f"{c}_{end}" for c in rows.columns if c not in (key, "practice_key")})

    both = pairs.join(whole(gp, "patient_key", "l"), "patient_key").join(
        whole(snds, "beneficiary_id", "r", covered), "beneficiary_id"
    )

    def number(things: Column) -> Column:
        """How many; of someone who did nothing there is no list."""
        return F.coalesce(F.array_size(things), F.lit(0))

    def met(kind: str) -> Column:
        return F.array_intersect(f"{kind}_l", f"{kind}_r")

    counts = {
        **{kind: number(F.col(f"{kind}_l")) for kind in _KINDS},
        **{f"{kind}_met": number(met(kind)) for kind in _KINDS},
        "presentations": number(met("presented")),
        # one presentation in common is enough, and a drug with several is one drug
        "presentations_met": number(F.array_distinct(F.transform(met("presentations"), lambda x: F.shiftright(x, 32)))),
        "claimed": number(F.filter("claimed_r", lambda doctor: F.array_contains("doctors_l", doctor))),
    }
    traits = [f"{t}_{end}" for end in ("l", "r") for t in TRAITS]
    return both.select(*pairs.columns, "practice_key", *traits, "last_seen_l", *(counts[c].alias(f"{c}_l") for c in COUNTS))


def _levels(name: str, null: str, *levels: tuple[str, str]) -> Any:
    """A comparison of conditions, best first, with a null level before and everything else after."""
    given: list[Any] = [
        cll.CustomLevel(null, f"{name} not known").configure(is_null_level=True),
        *(cll.CustomLevel(sql, label) for label, sql in levels),
        cll.ElseLevel(),
    ]
    return cl.CustomComparison(output_column_name=name, comparison_levels=given)


def _share(name: str) -> Any:
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
        _share("visits"),
        _share("drugs"),
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
