"""What the two sides know of a person, in one form: traits, visits, drugs and analyses.

Records (GP side) are keyed by `patient_key`, claims by `beneficiary_id`. `doctor` is the practitioner's number without its key on the GP side,
and the number in the extract on the other; practitioners.py brings the two together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

#: What `linkage.without` can leave out: events, or traits and their columns.
LEFT_OUT = {
    "visits": (),
    "drugs": (),
    "analyses": (),
    "place": ("commune", "department"),
    "birth_month": ("birth_month",),
    "death": ("death_date",),
}
#: Contacts that are billed as visits.
_BILLED = ("surgery", "home", "teleconsultation")


@dataclass(frozen=True)
class Evidence:
    """One side.

    Attributes:
        people: key, sex, birth_year, birth_month, commune, department, death_date; the GP side also practice_key.
        visits: key, doctor, day.
        drugs: key, doctor, day (of the prescription), atc, cip13 (null where another code tells the drug); the claims side also dispensed (the first day).
        analyses: key, doctor, day (of the prescription).
    """

    people: DataFrame
    visits: DataFrame
    drugs: DataFrame
    analyses: DataFrame

    def map(self, visits: DataFrame, drugs: DataFrame, analyses: DataFrame) -> Evidence:
        """The same people with other events."""
        return Evidence(self.people, visits, drugs, analyses)

    def within(self, since: dt.date, until: dt.date) -> Evidence:
        """The same people with the events of some days."""
        window = F.col("day").between(F.lit(since), F.lit(until))
        return self.map(*(rows.where(window) for rows in (self.visits, self.drugs, self.analyses)))

    def traced(self) -> DataFrame:
        """(patient_key, visits, others): patients of whom more than traits is known, and how many visits, and prescribed drugs, analyses and the death."""
        dead = self.people.where("death_date IS NOT NULL")
        drugs = self.drugs.select("patient_key", "doctor", "day", "atc").distinct()  # of several presentations one
        parts = [
            rows.select("patient_key", F.lit(visits).alias("visits"), F.lit(1 - visits).alias("others"))
            for rows, visits in ((self.visits, 1), (drugs, 0), (self.analyses, 0), (dead, 0))
        ]
        sums = (F.sum(c).alias(c) for c in ("visits", "others"))
        return reduce(DataFrame.unionAll, parts).groupBy("patient_key").agg(*sums)

    def without(self, kinds: Iterable[str]) -> Evidence:
        """The same side as if kinds of evidence (LEFT_OUT) were not known."""
        left_out = set(kinds)
        events = (
            rows.where(F.lit(name not in left_out))
            for name, rows in (("visits", self.visits), ("drugs", self.drugs), ("analyses", self.analyses))
        )
        traits = {c for kind in left_out for c in LEFT_OUT[kind]}
        people = self.people.select(
            *(F.lit(None).cast(f.dataType).alias(f.name) if f.name in traits else f.name for f in self.people.schema)
        )
        return Evidence(people, *events)


def spans(visits: DataFrame) -> DataFrame:
    """(doctor, since, until): the days that a doctor's visits cover."""
    return visits.groupBy("doctor").agg(F.min("day").alias("since"), F.max("day").alias("until"))


def known_sex(sex: Column) -> Column:
    """Sex; null where it is not known."""
    return F.when(sex != "unknown", sex)


def records(
    patients: DataFrame,
    practitioners: DataFrame,
    encounters: DataFrame,
    prescriptions: DataFrame,
    orders: DataFrame,
    results: DataFrame,
    *,
    merged: DataFrame | None = None,
) -> Evidence:
    """Silver tables → the GP side. Events without an encounter (a long-term treatment in a document), or whose encounter nobody billed, have no prescriber and are left out.

    A practitioner who has no row (quarantined, or no longer listed by his practice) is known by his key, which the activity of both sides can align.

    Args:
        merged: communes that merged (`old_code`, `new_code`): silver followed those that were known when it was conformed.
    """
    # doctors employed by a health centre bill under its one number: they are one practitioner, the practice
    number = F.when(F.col("role") == "salaried", F.col("practice_key")).otherwise(F.substring("am_number", 1, 8))
    doctors = practitioners.select("practitioner_key", F.coalesce(number, "practitioner_key").alias("doctor")).distinct()
    people = patients.select(
        "patient_key", "practice_key", known_sex(F.col("sex")).alias("sex"), "birth_year", "birth_month", F.col("commune_code").alias("commune"),
        "department", "death_date")  # fmt: skip
    people = _followed(people, merged)
    met = encounters.select(
        "encounter_id", "patient_key", F.col("encounter_date").alias("day"), "kind", F.col("billing_key").alias("practitioner_key")
    )
    met = met.where("practitioner_key IS NOT NULL").join(F.broadcast(doctors), "practitioner_key", "left")
    met = met.withColumn("doctor", F.coalesce("doctor", "practitioner_key"))
    by = met.select("encounter_id", "patient_key", "doctor", "day")
    visits = met.where(F.col("kind").isin(*_BILLED)).select("patient_key", "doctor", "day").distinct()
    drugs = by.join(
        prescriptions.where("atc IS NOT NULL AND encounter_id IS NOT NULL").select(
            "encounter_id", "atc", F.when(F.col("code_system") == "CIP13", F.col("code")).alias("cip13")
        ),
        "encounter_id",
    )
    asked = (
        orders.where("kind = 'biology'")
        .select("encounter_id")
        .unionByName(results.select("encounter_id"))
        .where("encounter_id IS NOT NULL")
    )
    analyses = by.join(asked.distinct(), "encounter_id", "left_semi")
    return Evidence(
        people,
        visits,
        drugs.select("patient_key", "doctor", "day", "atc", "cip13").distinct(),
        analyses.select("patient_key", "doctor", "day").distinct(),
    )


def _followed(people: DataFrame, merged: DataFrame | None) -> DataFrame:
    """People in the communes of today."""
    if merged is None:
        return people
    new = F.broadcast(merged.select(F.col("old_code").alias("commune"), F.col("new_code").alias("_new")))
    return people.join(new, "commune", "left").withColumn("commune", F.coalesce("_new", "commune")).drop("_new")


def claims(people: DataFrame, events: DataFrame, merged: DataFrame | None = None) -> Evidence:
    """events.beneficiary and events.event → the claims side. A doctor employed by an institution is its number.

    Args:
        merged: communes that merged (`old_code`, `new_code`), as for the records.
    """
    overseas = F.col("department").rlike("^9[78]")
    short = F.when(overseas, F.col("department")).otherwise(F.ltrim(F.col("department"), F.lit("0")))
    short = F.when(overseas, short).otherwise(F.lpad(short, 2, "0"))
    # communes of overseas departments repeat the third figure of the department
    commune = F.concat(F.substring(short, 1, 2), F.col("commune"))
    persons = people.where("NOT flag_fictive_nir").select(
        "beneficiary_id", known_sex(F.col("sex")).alias("sex"), "birth_year", "birth_month", commune.alias("commune"), short.alias("department"), "death_date")  # fmt: skip
    persons = _followed(persons, merged)
    care = events.where("start_date IS NOT NULL")
    seen_by = F.coalesce("performer", "facility")
    visits = (
        care.where("kind = 'gp_visit'")
        .where(seen_by.isNotNull())
        .select("beneficiary_id", seen_by.alias("doctor"), F.col("start_date").alias("day"))
        .distinct()
    )
    served = events.where("prescriber IS NOT NULL AND prescribed_on IS NOT NULL").select(
        "beneficiary_id", F.col("prescriber").alias("doctor"), F.col("prescribed_on").alias("day"), "kind", "atc", F.col("code").alias("cip13"), "start_date")  # fmt: skip
    dispensed = served.where("kind = 'dispensing' AND atc IS NOT NULL").groupBy("beneficiary_id", "doctor", "day", "atc", "cip13")
    drugs = dispensed.agg(F.min("start_date").alias("dispensed"))
    analyses = served.where("kind = 'biology'").select("beneficiary_id", "doctor", "day").distinct()
    return Evidence(persons, visits, drugs, analyses)
