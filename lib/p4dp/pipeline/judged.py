"""Typed rows of one silver table and what the rules said of them: kept rows for silver, pointers for the quarantine."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.artefacts import rules
from p4dp.contracts import table
from p4dp.pipeline.context import Context
from p4dp.pipeline.raw import Raw
from p4dp.silver import TRANSFORMATIONS

#: What a pointer takes over from the row.
_POINTER = (
    "record_id",
    "practice_key",
    "patient_key",
    "software",
    "rules",
    "copies",
    "container_id",
    "delivery_id",
    "sequence",
    "batch_id",
)


def typed(context: Context, raw: Raw, kind: str) -> DataFrame | None:
    """Rows as silver wants them, with the quarantine's helpers; deletions are not among them."""
    rows = raw.of(kind)
    if rows is None:
        return None
    out = TRANSFORMATIONS[kind](rows.where("op = 'upsert'"), context.mappings)
    if kind != "patient" and "patient_key" in out.columns:
        out = raw.with_strangers(out)
    # rows say which delivery their version came from; the batch that writes them is this one
    return out.withColumn("batch_id", F.lit(raw.todo.batch_id).cast("bigint"))


def with_codes(rows: DataFrame, kind: str) -> DataFrame:
    """Typed rows with `_rules`: all codes that the row breaks, null for a row that is kept."""
    contract = table(f"silver.{kind}")
    moved = F.transform(F.split(F.coalesce("_moved", F.lit("")), ","), lambda f: F.concat(F.lit(f"{kind}."), f, F.lit(".moved")))
    codes = F.array_distinct(F.concat(F.expr(rules.broken(contract)), F.filter(moved, lambda c: c != f"{kind}..moved")))
    return rows.withColumn("_rules", F.when(~F.expr(rules.kept(contract)), codes))


def pointers(rows: DataFrame, kind: str) -> DataFrame:
    """Broken rows (with `_rules`) → rows of the quarantine, one per record."""
    container = F.col("container_id") if "container_id" in rows.columns else F.lit(None).cast("bigint")
    patient = [F.col(c) for c in ("_named", "patient_key") if c in rows.columns]
    chosen = rows.select(
        F.lit(kind).alias("table_name"), "record_key", "record_id", "practice_key", F.coalesce(*patient, F.lit(None).cast("string")).alias("patient_key"), "software", F.col("_rules").alias("rules"),
        F.col("_copies").cast("int").alias("copies"), container.alias("container_id"), "delivery_id", "sequence", "batch_id",
    )  # fmt: skip
    return chosen.groupBy("table_name", "record_key").agg(*[F.first(c).alias(c) for c in _POINTER])
