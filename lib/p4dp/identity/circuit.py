"""What the trusted circuit is asked: NIR, birth date and sex under a random number; nothing medical."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from p4dp.identity.persons import USABLE, persons

#: Columns of the file, in the order in which the circuit wants them.
COLUMNS = ("NUM_SUJET", "NIR_ASSURE", "DATE_NAISSANCE", "SEXE", "NIR_BENEFICIAIRE")


def birth_day(raw: Column) -> Column:
    """A birth date of any of the three kinds as yyyyMMdd; null when it is not whole (lunar months, day or month 00)."""
    day = (
        F.when(
            raw.rlike("^[0-9]{2}/[0-9]{2}/[0-9]{4}$"),
            F.concat(F.substring(raw, 7, 4), F.substring(raw, 4, 2), F.substring(raw, 1, 2)),
        )
        .when(
            raw.rlike("^[0-9]{4}-[0-9]{2}-[0-9]{2}"),
            F.concat(F.substring(raw, 1, 4), F.substring(raw, 6, 2), F.substring(raw, 9, 2)),
        )
        .when(raw.rlike("^[0-9]{8}"), F.substring(raw, 1, 8))
    )
    return F.when(day.rlike("^[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])$"), day)


def subjects(rows: DataFrame, published: DataFrame, prefix: str) -> DataFrame:
    """vault.patient → patient_key and the columns of the request, for patients who can be asked for.

    Practices know one NIR of a patient and not whether it is the insured's or his own: it is sent as both. Patients of two practices with one NIR,
    birth date and sex are one subject: here they meet as one individual. Two patients of one practice who agree in all three (same-sex twins under a
    parent's NIR) could not be told apart in what comes back, and are left out.

    Args:
        published: silver.patient, whose sex is asked with: the NIR's own figure is the insured's.
        prefix: of subject numbers, so that those of two requests are never the same; numbers are drawn anew in each request.
    """
    nir = F.upper(F.regexp_replace("nir", "[^0-9A-Za-z]", ""))  # whatever blanks were let pass
    known = F.create_map(F.lit("male"), F.lit("1"), F.lit("female"), F.lit("2"))
    told = persons(rows, published, "nir", "nir_status", "birth_date").where(F.col("nir_status").isin(*USABLE))
    usable = told.join(published.select("patient_key", "sex"), "patient_key").select(
        "patient_key", "practice_id", F.substring(nir, 1, 13).alias("nir"), birth_day(F.col("birth_date")).alias("birth"), known[F.col("sex")].alias("sex"))  # fmt: skip
    usable = usable.where("nir IS NOT NULL AND birth IS NOT NULL AND sex IS NOT NULL")
    person = ["nir", "birth", "sex"]
    same = Window.partitionBy("practice_id", *person)
    alone = usable.withColumn("_same", F.count(F.lit(1)).over(same)).where("_same = 1").drop("_same")
    people = alone.select(*person).distinct().withColumn("_random", F.rand())
    numbered = people.withColumn(
        "NUM_SUJET", F.format_string(f"{prefix}%09d", F.row_number().over(Window.orderBy("_random", *person)))
    )
    return alone.join(numbered.drop("_random"), person).select(
        "patient_key", "NUM_SUJET", F.col("nir").alias("NIR_ASSURE"), F.col("birth").alias("DATE_NAISSANCE"), F.col("sex").alias("SEXE"),
        F.col("nir").alias("NIR_BENEFICIAIRE"))  # fmt: skip
