"""All pseudonyms of one human → one beneficiary.

BEN_NIR_PSA is made of the insured's number, so it changes when the insured does and is shared by same-sex twins; BEN_NIR_ANO is the person's
own and lasts for life. Rows are one human when they share BEN_IDT_ANO (the own pseudonym), or (BEN_NIR_PSA, BEN_RNG_GEM) with one own
pseudonym between them. Source: CNAM's sheet on the beneficiary.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

#: Kinds of NIR that belong to nobody; 03 and 04 are provisional.
FICTIVE = ("01", "05", "06", "08", "09", "11", "12", "13", "14")
PROVISIONAL = ("03", "04")


def no_date(value: Column) -> Column:
    """A date; January 1600 means none or unknown."""
    return F.when(F.year(value) > 1600, value)


def rows_of(current: DataFrame, archive: DataFrame | None) -> DataFrame:
    """IR_BEN_R and its archive → one frame with BEN_NIR_PSA filled from NUM_ENQ, and BEN_NIR_ANO from NUM_ANO, for project extracts.

    A month of birth outside the year (00) is not known; a row without any pseudonym is nobody's.
    """
    rows = current.withColumn("_archived", F.lit(False))
    if archive is not None:
        rows = rows.unionByName(archive.withColumn("_archived", F.lit(True)))
    psa, own = F.coalesce("BEN_NIR_PSA", "NUM_ENQ"), F.coalesce("BEN_NIR_ANO", "NUM_ANO")
    rank = F.col("BEN_RNG_GEM").try_cast("int")
    return rows.select(
        psa.alias("psa"), rank.alias("rank"), own.alias("own"),
        F.coalesce(own, "BEN_IDT_ANO", F.concat(psa, F.coalesce(rank, F.lit(0)))).alias("idt"),
        F.when(F.col("BEN_SEX_COD") == "1", "male").when(F.col("BEN_SEX_COD") == "2", "female").alias("sex"),
        F.when(F.col("BEN_NAI_ANN") > 1600, F.col("BEN_NAI_ANN")).alias("birth_year"),
        F.when((F.col("BEN_NAI_ANN") > 1600) & F.col("BEN_NAI_MOI").between(1, 12), F.col("BEN_NAI_MOI")).alias("birth_month"),
        no_date(F.col("BEN_DCD_DTE")).alias("death_date"), F.col("BEN_RES_DPT").alias("department"), F.col("BEN_RES_COM").alias("commune"),
        F.col("BEN_CDI_NIR").alias("nir_kind"), F.coalesce("BEN_DTE_MAJ", "BEN_DTE_INS").alias("updated"), "_archived",
    ).where("idt IS NOT NULL")  # fmt: skip


def pseudonyms(rows: DataFrame) -> DataFrame:
    """Rows of `rows_of` → one row per pseudonym and beneficiary, with `shared`."""
    same = Window.partitionBy("psa", "rank")
    # a row without own pseudonym takes the one that its (psa, rank) carries elsewhere, when there is exactly one
    owns = F.collect_set("own").over(same)
    person = (
        F.when(F.col("own").isNotNull(), F.col("own"))
        .when(F.col("psa").isNotNull() & (F.size(owns) == 1), F.element_at(owns, 1))
        .otherwise(F.col("idt"))
    )
    resolved = rows.withColumn("beneficiary_id", person)
    several = F.size(F.collect_set("beneficiary_id").over(Window.partitionBy("psa"))) > 1
    return resolved.withColumn("shared", F.col("psa").isNotNull() & several)


def key(resolved: DataFrame) -> DataFrame:
    """`pseudonyms` → events.pseudonym without batch."""
    return (
        resolved.where("psa IS NOT NULL")
        .select(F.col("psa").alias("BEN_NIR_PSA"), F.col("rank").alias("BEN_RNG_GEM"), "beneficiary_id", "shared")
        .distinct()
    )


def own_numbers(resolved: DataFrame) -> DataFrame:
    """`pseudonyms` → (number, beneficiary_id): own numbers, and those that stood for one before there was any, where they are one human's."""
    numbers = resolved.select(F.explode(F.array("own", "idt")).alias("number"), "beneficiary_id").where("number IS NOT NULL")
    one = numbers.groupBy("number").agg(F.min("beneficiary_id").alias("beneficiary_id"), F.max("beneficiary_id").alias("_other"))
    return one.where("beneficiary_id = _other").drop("_other")


def beneficiaries(resolved: DataFrame) -> DataFrame:
    """`pseudonyms` → events.beneficiary without batch; traits of the last row, flags over all rows."""
    order = F.struct(F.col("_archived") == F.lit(False), "updated", "psa", "rank")

    def last(name: str) -> Column:
        return F.max_by(name, F.when(F.col(name).isNotNull(), order)).alias(name)

    def varies(*names: str) -> Column:
        together = F.concat_ws("-", *names)
        return F.count_distinct(F.when(together != "", together)) > 1

    def ever(condition: Column) -> Column:
        return F.coalesce(F.bool_or(condition), F.lit(False))

    return resolved.groupBy("beneficiary_id").agg(
        F.coalesce(F.max_by("sex", F.when(F.col("sex").isNotNull(), order)), F.lit("unknown")).alias("sex"),
        last("birth_year"), last("birth_month"), F.max("death_date").alias("death_date"), last("department"), last("commune"),
        F.count_distinct("psa", F.coalesce("rank", F.lit(-1))).cast("int").alias("pseudonyms"),
        (~ever(F.col("own").isNotNull())).alias("flag_no_own_nir"),
        ever(F.col("nir_kind").isin(*FICTIVE)).alias("flag_fictive_nir"),
        ever(F.col("nir_kind").isin(*PROVISIONAL)).alias("flag_provisional_nir"),
        ever(F.col("shared")).alias("flag_shared_pseudonym"),
        varies("birth_year", "birth_month").alias("flag_birth_varies"), varies("sex").alias("flag_sex_varies"),
    )  # fmt: skip


def identified(rows: DataFrame, people: DataFrame, pseudonym: str, rank: str | None) -> DataFrame:
    """Rows that carry a pseudonym → the same with `beneficiary_id` and `_shared`.

    A pseudonym of one human is found whatever the rank (outside the general scheme it changes over time); a shared one needs the rank.
    Rows of nobody (a shared pseudonym without its rank, a rank of two humans, an unknown pseudonym) get null: they are counted, not given to a wrong person.
    """
    alone = (
        people.where("NOT shared").select(F.col("BEN_NIR_PSA").alias("_alone"), F.col("beneficiary_id").alias("_one")).distinct()
    )
    ranked = people.where("shared").groupBy(F.col("BEN_NIR_PSA").alias("_several"), F.col("BEN_RNG_GEM").alias("_rank"))
    shared = (
        ranked.agg(F.collect_set("beneficiary_id").alias("_all"))
        .where("size(_all) = 1")
        .withColumn("_of_rank", F.col("_all")[0])
        .drop("_all")
    )
    out = rows.join(alone, F.col(pseudonym) == F.col("_alone"), "left")
    if rank is not None:
        on = (F.col(pseudonym) == F.col("_several")) & (F.col(rank).try_cast("int") == F.col("_rank"))
        out = out.join(F.broadcast(shared), on, "left")
    else:
        out = out.withColumns(
            {"_several": F.lit(None).cast("string"), "_rank": F.lit(None), "_of_rank": F.lit(None).cast("string")}
        )
    found = out.withColumns({"beneficiary_id": F.coalesce("_one", "_of_rank"), "_shared": F.col("_of_rank").isNotNull()})
    return found.drop("_alone", "_one", "_several", "_rank", "_of_rank")
