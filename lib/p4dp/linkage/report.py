"""Who gets linked: shares by group, from which a bias can be seen. Aggregates only; small counts are left out."""

from __future__ import annotations

from functools import reduce
from itertools import pairwise

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from p4dp.contracts.small_counts import SMALLEST


def groups(people: DataFrame, linked: DataFrame, visits: DataFrame, year: int) -> DataFrame:
    """(`trait`, `value`, patients, linked): linked share by age, sex, department, visits and years of history.

    Args:
        people: patient_key, sex, birth_year, department.
        linked: patient_key.
        visits: patient_key, day.
        year: the year in which ages are counted.
    """
    history = visits.groupBy("patient_key").agg(
        F.count(F.lit(1)).alias("visits"), F.ceil(F.datediff(F.max("day"), F.min("day")) / 365.25).alias("years")
    )
    rows = people.join(linked.select("patient_key").distinct().withColumn("_linked", F.lit(True)), "patient_key", "left").join(
        history, "patient_key", "left"
    )
    age = F.lit(year) - F.col("birth_year")
    seen = F.coalesce("visits", F.lit(0))

    def band(value: Column, *limits: int) -> Column:
        out = F.lit(f"{limits[-1]} and more")
        for low, high in reversed(list(pairwise(limits))):
            out = F.when(value < high, f"{low}" if high == low + 1 else f"{low} to {high - 1}").otherwise(out)
        return F.when(value.isNotNull(), out).otherwise("not known")

    by = {
        "age": band(age, 0, 15, 30, 45, 60, 75, 85), "sex": F.coalesce("sex", F.lit("not known")), "department": F.coalesce("department", F.lit("not known")),
        "visits": band(seen, 0, 1, 2, 3, 5, 10, 20), "years between first and last visit": band(F.col("years"), 0, 1, 2, 3, 5),
    }  # fmt: skip
    parts = [
        rows.select(F.lit(trait).alias("trait"), value.alias("value"), F.coalesce("_linked", F.lit(False)).alias("_linked"))
        for trait, value in by.items()
    ]
    return (
        reduce(DataFrame.unionAll, parts)
        .groupBy("trait", "value")
        .agg(F.count(F.lit(1)).alias("patients"), F.count_if("_linked").alias("linked"))
    )


def schemes(visits: DataFrame, doctors: DataFrame, care: DataFrame, linked: DataFrame) -> DataFrame:
    """(`trait`, `value`, patients, linked): of the beneficiaries who saw a doctor of the records, how many are linked, by who insures them.

    Records do not tell a patient's scheme, so that this share is of the claims side: without it, whoever is of a scheme whose claims are thin would be missed unseen.

    Args:
        visits: beneficiary_id, doctor, under the doctors' own numbers.
        doctors: doctor, of the records.
        care: beneficiary_id, start_date, scheme; the last one counts.
        linked: beneficiary_id.
    """
    seen = visits.join(F.broadcast(doctors.select("doctor").distinct()), "doctor", "left_semi").select("beneficiary_id").distinct()
    last = F.max_by("scheme", F.struct("start_date", "scheme"))
    insured = (
        care.where("scheme IS NOT NULL")
        .join(seen, "beneficiary_id", "left_semi")
        .groupBy("beneficiary_id")
        .agg(last.alias("value"))
    )
    held = linked.select("beneficiary_id").distinct().withColumn("_linked", F.lit(True))
    return (
        insured.join(held, "beneficiary_id", "left")
        .groupBy(F.lit("scheme of beneficiaries seen").alias("trait"), "value")
        .agg(F.count(F.lit(1)).alias("patients"), F.count("_linked").alias("linked"))
    )


def practices(people: DataFrame, linked: DataFrame) -> DataFrame:
    """(tenths, practices): how many practices have which linked share, in tenths; practices with few patients are left out."""
    known = people.join(linked.select("patient_key").distinct().withColumn("_linked", F.lit(True)), "patient_key", "left")
    shares = (
        known.groupBy("practice_key")
        .agg(F.count(F.lit(1)).alias("n"), F.count("_linked").alias("linked"))
        .where(F.col("n") >= SMALLEST)
    )
    return shares.groupBy(F.floor(10 * F.col("linked") / F.col("n")).cast("int").alias("tenths")).agg(
        F.count(F.lit(1)).alias("practices")
    )


def weights(best: DataFrame, step: float) -> DataFrame:
    """(kind, step, patients): how many patients' best beneficiary, and best beneficiary but one, has which weight."""
    both = best.select(F.explode(F.array(F.struct(F.lit("best").alias("kind"), F.col("weight").alias("w")),
                                         F.struct(F.lit("next").alias("kind"), F.col("decoy_weight").alias("w")))).alias("x")).select("x.*")  # fmt: skip
    return (
        both.where("w > -900")
        .groupBy("kind", F.floor(F.col("w") / step).cast("int").alias("step"))
        .agg(F.count(F.lit(1)).alias("patients"))
    )
