"""What the trusted circuit is asked: NIR, birth date and sex under a random number; nothing medical."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

#: Columns of the file, in the order in which the circuit wants them.
COLUMNS = ("NUM_SUJET", "NIR_ASSURE", "DATE_NAISSANCE", "SEXE", "NIR_BENEFICIAIRE")


def birth_day(raw: Column) -> Column:
    """A birth date of any of the three kinds as yyyyMMdd; null when it is not whole."""
    return (
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


def subjects(patients: DataFrame) -> DataFrame:
    """vault.patient → patient_key and the columns of the request, for patients whose NIR and birth date can be used.

    Practices know one NIR of a patient and not whether it is the insured's or his own: it is sent as both. Patients of two practices with one NIR
    and birth date are one subject: here they meet as one individual. Numbers are drawn anew in each request.
    """
    last = (
        patients.groupBy("patient_key")
        .agg(F.max_by(F.struct("nir", "nir_status", "birth_date"), "sequence").alias("p"))
        .select("patient_key", "p.*")
    )
    nir = F.upper(F.translate("nir", " ", ""))
    usable = last.where(F.col("nir_status").isin("valid", "no_key")).select(
        "patient_key", F.substring(nir, 1, 13).alias("nir"), birth_day(F.col("birth_date")).alias("birth")).where("nir IS NOT NULL AND birth IS NOT NULL")  # fmt: skip
    people = usable.select("nir", "birth").distinct().withColumn("_random", F.rand())
    numbered = people.withColumn(
        "NUM_SUJET", F.format_string("NS_%09d", F.row_number().over(Window.orderBy("_random", "nir", "birth")))
    )
    return usable.join(numbered.drop("_random"), ["nir", "birth"]).select(
        "patient_key", "NUM_SUJET", F.col("nir").alias("NIR_ASSURE"), F.col("birth").alias("DATE_NAISSANCE"), F.substring("nir", 1, 1).alias("SEXE"),
        F.col("nir").alias("NIR_BENEFICIAIRE"))  # fmt: skip
