"""What a linkage knew of each patient, as one number: a patient is looked at again when it is another."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from p4dp.linkage import compare
from p4dp.linkage.evidence import Evidence, spans


def digests(gp: Evidence, numbers: DataFrame | None) -> DataFrame:
    """(patient_key, digest): of all that a patient's pairs are weighed by, on the GP side.

    Traits, visits, drugs, analyses, and of each doctor whom the patient saw the numbers in the extract and the days that the records cover: whatever is
    new, corrected or deleted in any of them changes the digest.

    Args:
        gp: the GP side, within the days of which claims are at hand (`Evidence.within`).
        numbers: `pfs`, `doctor`; None where no practitioner is known.
    """

    def hashed(rows: DataFrame, kind: str, *columns: str) -> DataFrame:
        what: list[Column | str] = [F.lit(kind), *columns]
        return rows.select("patient_key", F.xxhash64(*what).alias("h"))

    doctors = spans(gp.visits)
    if numbers is not None:
        named = numbers.groupBy("doctor").agg(F.sort_array(F.collect_set("pfs")).alias("_numbers"))
        doctors = doctors.join(named, "doctor", "full")
    known = doctors.select("doctor", F.xxhash64(*doctors.columns).alias("_known"))
    met = reduce(DataFrame.unionAll, [rows.select("patient_key", "doctor") for rows in (gp.visits, gp.drugs, gp.analyses)])
    parts = [
        hashed(gp.people, "traits", *compare.TRAITS),
        hashed(gp.visits, "visit", "doctor", "day"),
        hashed(gp.drugs, "drug", "doctor", "day", "atc", "cip13"),
        hashed(gp.analyses, "analysis", "doctor", "day"),
        hashed(met.distinct().join(F.broadcast(known), "doctor"), "doctor", "_known"),
    ]
    return reduce(DataFrame.unionAll, parts).groupBy("patient_key").agg(F.bit_xor("h").alias("digest"))
