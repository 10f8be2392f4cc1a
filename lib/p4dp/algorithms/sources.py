"""Tables of the warehouse → people and mentions of one side. Each table is read once, whatever the number of algorithms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from p4dp.algorithms.code_list import Matcher
from p4dp.algorithms.core import MENTIONS

GP_TABLES = ("patient", "observation_period", "encounter", "history", "diagnosis", "reason", "prescription", "care_protocol", "vaccination", "act", "order",
             "measurement", "lab_result", "lifestyle")  # fmt: skip
SNDS_TABLES = ("beneficiary", "event")
_NAMES = [part.split()[0] for part in MENTIONS.split(", ")]
_TYPES = dict(part.split(" ", 1) for part in MENTIONS.split(", "))


def _records(rows: DataFrame, origin: Column | str, **columns: Column | str) -> DataFrame:
    """Rows → records: the columns of a mention without its list, and the code's system."""
    given = {n: F.col(c) if isinstance(c, str) else c for n, c in columns.items()}
    where = F.lit(origin) if isinstance(origin, str) else origin
    names = [n for n in _NAMES if n not in ("code_list", "origin")]
    chosen = [given.get(n, F.lit(None)).cast(_TYPES[n]).alias(n) for n in names]
    return rows.select(given["system"].alias("system"), where.alias("origin"), *chosen)


def gp_people(tables: Mapping[str, DataFrame]) -> DataFrame:
    """One row per patient of one practice; observed while the practice answers for the patient."""
    spans = tables["observation_period"].where("basis = 'active_file'").groupBy("patient_key").agg(
        F.min("start_date").alias("observed_from"), F.max(F.coalesce("end_date", F.lit(dt.date(9999, 12, 31)))).alias("observed_until"))  # fmt: skip
    return tables["patient"].join(spans, "patient_key", "left").select(
        F.col("patient_key").alias("person"), "sex", "birth_year", "birth_month", "death_date", "observed_from",
        F.least("observed_until", F.coalesce("death_date", F.lit(dt.date(9999, 12, 31)))).alias("observed_until"),
        F.col("practice_key").alias("practice"), "department")  # fmt: skip


def gp_mentions(tables: Mapping[str, DataFrame], matcher: Matcher) -> DataFrame:
    """Records of practices that a code list takes. What was said to be absent, or of a relative, is no mention."""
    person = "patient_key"
    dated = [
        _records(tables["history"].where("assertion = 'present' AND kind != 'family'"), "history", person=person, system="code_system", code="code", role="kind",
                 day="start_date", until="end_date"),
        _records(tables["prescription"], "prescription", person=person, system=F.lit("ATC"), code="atc", day="prescribed_on",
                 quantity=F.col("duration_days") * (1 + F.coalesce("renewals", F.lit(0)))),
        _records(tables["care_protocol"], "care_protocol", person=person, system="code_system", code="code", day="start_date", until="end_date"),
        _records(tables["care_protocol"], "care_protocol", person=person, system=F.lit("ALD"), code=F.col("ald_number").cast("int").cast("string"), day="start_date",
                 until="end_date"),
        _records(tables["vaccination"].where("assertion = 'present'"), "vaccination", person=person, system=F.lit("ATC"), code="atc", day="given_on"),
        _records(tables["act"], "act", person=person, system="code_system", code="code", day="done_on"),
        _records(tables["order"], "order", person=person, system="code_system", code="code", role="kind", day="ordered_on"),
        _records(tables["measurement"], "measurement", person=person, system="code_system", code="code", day="measured_on", value="value"),
        _records(tables["lab_result"], "lab_result", person=person, system="code_system", code="code", day="sampled_on", value="value"),
        _records(tables["lifestyle"], "lifestyle", person=person, system=F.lit("habit"), code="topic", role="status", day="recorded_on", value="quantity"),
    ]  # fmt: skip
    # reasons and diagnoses have the day of their encounter: it is looked up for those that a list takes
    seen = [
        _records(tables[kind].where("assertion = 'present'") if kind == "diagnosis" else tables[kind], kind, person=person, system="code_system", code="code",
                 stay=F.col("encounter_id").cast("string"))
        for kind in ("diagnosis", "reason")
    ]  # fmt: skip
    found = matcher.mentions(reduce(DataFrame.unionAll, dated))
    undated = matcher.mentions(reduce(DataFrame.unionAll, seen)).drop("day")
    days = tables["encounter"].select(F.col("encounter_id").cast("string").alias("stay"), F.col("encounter_date").alias("day"))
    return found.select(*_NAMES).unionByName(undated.join(days, "stay", "left").select(*_NAMES))


def snds_people(tables: Mapping[str, DataFrame]) -> DataFrame:
    """One row per beneficiary with care; observed while claims follow the person."""
    spans = tables["event"].where("kind = 'follow_up'").groupBy("beneficiary_id").agg(
        F.min("start_date").alias("observed_from"), F.max("end_date").alias("observed_until"))  # fmt: skip
    return tables["beneficiary"].where("NOT flag_fictive_nir").join(spans, "beneficiary_id").select(
        F.col("beneficiary_id").alias("person"), "sex", "birth_year", "birth_month", "death_date", "observed_from", "observed_until",
        F.lit(None).cast("string").alias("practice"), "department")  # fmt: skip


#: Kinds of events that are care or a certificate, by code; the others are read as people.
_KINDS = (
    "dispensing",
    "hospital_drug",
    "biology",
    "ccam_act",
    "hospital_act",
    "stay",
    "diagnosis",
    "long_term_illness",
    "cause_of_death",
)


def snds_mentions(tables: Mapping[str, DataFrame], matcher: Matcher) -> DataFrame:
    """Events of claims that a code list takes. A drug is known by its ATC code; a diagnosis has its role and its stay."""
    events = tables["event"].where(F.col("kind").isin(*_KINDS))
    drug = F.col("kind") == "dispensing"
    stay = F.when(F.col("kind").isin("diagnosis", "hospital_act", "stay"), F.concat_ws("|", "facility", "start_date", "end_date"))
    records = _records(
        events, F.col("kind"), person="beneficiary_id", system=F.when(drug, "ATC").otherwise(F.col("code_system")), code=F.when(drug, F.col("atc")).otherwise(F.col("code")),
        role="role", day="start_date", until="end_date", value="value", quantity="quantity", stay=stay)  # fmt: skip
    return matcher.mentions(records).select(*_NAMES)
