"""Deaths, and their causes, which are linked indirectly and exist for about nine deaths in ten."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from p4dp.snds.identity import no_date
from p4dp.snds.shape import events


def deaths(people: DataFrame, certificates: DataFrame) -> DataFrame:
    """events.beneficiary and KI_CCI_R with beneficiary_id → one death per person; the register's day counts before the certificate's."""
    told = people.where("death_date IS NOT NULL").select(
        "beneficiary_id", F.col("death_date").alias("day"), F.lit(1).alias("order"), F.lit("all").alias("slice")
    )
    certified = certificates.where("beneficiary_id IS NOT NULL").select(
        "beneficiary_id", no_date(F.col("BEN_DCD_DTE")).alias("day"), F.lit(2).alias("order"), F.col("p4dp_slice").alias("slice"))  # fmt: skip
    once = told.unionByName(certified.where("day IS NOT NULL")).groupBy("beneficiary_id").agg(F.min_by("day", "order").alias("day"))
    return events(once, "death", "IR_BEN_R", start_date=F.col("day"), end_date=F.col("day"), source_slice=F.lit("all"))


def causes(certificates: DataFrame, lines: DataFrame) -> DataFrame:
    """KI_CCI_R and KI_ECD_R → the initial cause and the others of each certificate."""
    initial = certificates.select(
        "beneficiary_id", F.col("DCD_CIM_COD").alias("code"), F.lit("initial").alias("role"), "BEN_DCD_DTE", "p4dp_slice"
    )
    named = certificates.select("DCD_IDT_ENC", "beneficiary_id", "BEN_DCD_DTE", "p4dp_slice")
    other = lines.select("DCD_IDT_ENC", F.col("ECD_CIM_COD").alias("code"), F.lit("contributing").alias("role")).join(
        named, "DCD_IDT_ENC"
    )
    rows = initial.unionByName(other.select(*initial.columns)).where("code IS NOT NULL").distinct()
    return events(rows, "cause_of_death", "KI_CCI_R", code=F.col("code"), code_system=F.lit("CIM-10"), role=F.col("role"),
                  start_date=no_date(F.col("BEN_DCD_DTE")), end_date=no_date(F.col("BEN_DCD_DTE")), source_slice=F.col("p4dp_slice"))  # fmt: skip


#: Kinds that are no trace of care: entitlements may be dated years before or after.
_NO_CARE = ("long_term_illness", "declared_gp", "cause_of_death", "observation", "follow_up")


def observation(all_events: DataFrame, complete_until: Column) -> DataFrame:
    """Events → two periods per person.

    `observation` is from the first trace of care to the last, no later than the death. `follow_up` begins there and lasts until the death or the
    day up to which the claims are complete, whether or not the person sought care: without it people who stay well would leave the denominator.

    Args:
        complete_until: last day up to which nearly all claims have arrived (trap 5: claims come months after the care).
    """
    care = all_events.where(~F.col("kind").isin(*_NO_CARE))
    span = care.groupBy("beneficiary_id").agg(
        F.min("start_date").alias("first"), F.max(F.coalesce("end_date", "start_date")).alias("last"),
        F.max(F.when(F.col("kind") == "death", F.col("start_date"))).alias("died"),
    ).withColumn("complete", complete_until)  # fmt: skip
    last = F.least("last", F.coalesce("died", "last"))
    until = F.greatest("first", F.least(F.coalesce("complete", "last"), F.coalesce("died", "complete", "last")))
    periods = F.inline(
        F.array(
            F.struct(F.lit("observation").alias("kind"), last.alias("until")),
            F.struct(F.lit("follow_up").alias("kind"), until.alias("until")),
        )
    )
    both = span.select("beneficiary_id", "first", periods)
    return events(both, F.col("kind"), "events", start_date=F.col("first"), end_date=F.col("until"), source_slice=F.lit("all"))
