"""Which version of a record counts, whatever the order in which deliveries arrived.

A record's versions are ordered by the practice's own `sequence`. The highest counts; a version that says `delete` removes the
record. Two records of one delivery under one number are both broken (`_copies` above 1): nobody can say which is meant.
A record delivered inside another (its container) lives and dies with the container's version that counts.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from p4dp.contracts import Table
from p4dp.contracts.bronze.base import fields_of, vault_fields

_SHARED = (
    "record_key",
    "record_id",
    "practice_key",
    "patient_key",
    "op",
    "software",
    "delivery_id",
    "sequence",
    "extracted_on",
    "batch_id",
)
#: What tells two containers under one number apart.
_PLACE = ("source_file", "source_row")


def record_key(practice_key: Column, kind: str, record_id: Column) -> Column:
    """The identity of a record over deliveries: a 64-bit hash of practice, kind and the practice's own number.

    Two records out of 500 million collide somewhere with a probability of 0.7 %; they would show as `key.duplicate`.
    """
    return F.xxhash64(practice_key, F.lit(kind), record_id)


def contested(rows: DataFrame) -> DataFrame:
    """Versions of records (kind, record_key, sequence) → the records that have several: `_kind`, `_key`, and `_top`, the one that counts.

    Asked only of practices with several deliveries at once; only hashes and sequences are shuffled.
    """
    spread = rows.select("kind", "record_key", "sequence").repartition("record_key")
    bounds = spread.groupBy(F.col("kind").alias("_kind"), F.col("record_key").alias("_key")).agg(
        F.max("sequence").alias("_top"), F.min("sequence").alias("_low")
    )
    return bounds.where("_low < _top").drop("_low")


def latest(rows: DataFrame, contested_keys: DataFrame | None) -> DataFrame:
    """All versions of records → the one that counts of each, with `_copies`; deletions are kept as rows."""
    copies = F.coalesce("copies", F.lit(1))
    if contested_keys is None:
        return rows.withColumn("_copies", copies)
    joined = rows.join(F.broadcast(contested_keys), F.col("record_key") == F.col("_key"), "left").where(
        "_top IS NULL OR sequence = _top"
    )
    return joined.withColumn("_copies", copies).drop("_key", "_top")


def flat(rows: DataFrame, kind: Table) -> DataFrame:
    """Rows of a flat bronze table → raw rows for silver: keys of the encounter that each hangs on."""
    fields = [c.name for c in (*fields_of(kind), *vault_fields(kind)) if c.name != "encounter_record_id"]
    if "encounter_record_id" in kind.names:
        on = record_key(F.col("practice_key"), "encounter", F.col("encounter_record_id"))
        encounter_id = F.when(F.col("encounter_record_id").isNotNull(), on)
    else:
        encounter_id = F.lit(None).cast("bigint")
    return rows.select(
        *_SHARED, "moved", "_copies", encounter_id.alias("encounter_id"), encounter_id.alias("container_id"), *fields
    )


def nested(containers: DataFrame, container: str, kind: Table) -> DataFrame:
    """Containers that count → their records of one kind, numbered by their own number or else by their place."""
    fields = [c.name for c in fields_of(kind) if c.name != "encounter_record_id"]
    numbers = F.transform(F.col(kind.name), lambda element: element["record_id"])
    twice = F.size(F.array_distinct(numbers)) < F.size(numbers)
    holders = containers.where(f"op = 'upsert' AND size(`{kind.name}`) > 0")
    # asked once per container, below the explosion
    above = (
        F.when(twice, numbers).alias("_numbers"),
        "_copies",
        F.when(F.col("_copies") > 1, F.concat_ws("@", *_PLACE)).alias("_apart"),
    )
    holders = holders.select(*_SHARED, *above, kind.name)
    opened = holders.select(*_SHARED, "_numbers", "_copies", "_apart", F.posexplode(kind.name).alias("_place", "_element"))
    # no number of a record begins with @
    number = F.coalesce(F.col("_element.record_id"), F.concat(F.lit("@"), F.col("_place")))
    copies = F.when(F.col("_numbers").isNotNull(), F.size(F.filter("_numbers", lambda n: n == F.col("_element.record_id"))))
    apart = F.when(copies > 1, F.concat(number, F.lit("@"), F.col("_place"))).otherwise(number)
    apart = F.when(F.col("_apart").isNotNull(), F.concat_ws("@", apart, "_apart")).otherwise(apart)
    moved = F.col("_element.moved")
    if container == "dossier":  # inside a document whose number is unreadable it would be another record with every delivery
        moved = F.when(F.col("record_id").isNull(), F.concat_ws(",", moved, F.lit("container"))).otherwise(moved)
    encounter_id = F.col("record_key") if container == "encounter" else F.lit(None).cast("bigint")
    shared = [F.col(c) for c in _SHARED if c not in ("record_key", "record_id")]
    return opened.select(
        F.xxhash64("record_key", F.lit(kind.name), apart).alias("record_key"),
        F.concat("record_id", F.lit(f"/{kind.name}/"), number).alias("record_id"),
        *shared,
        moved.alias("moved"),
        F.greatest(copies, "_copies").alias("_copies"),
        encounter_id.alias("encounter_id"),
        F.col("record_key").alias("container_id"),
        *(F.col(f"_element.{f}").alias(f) for f in fields),
    )


def without_deleted(children: DataFrame, deleted: DataFrame) -> DataFrame:
    """Drops records that hang on a record deleted by the same or a later delivery; `deleted`: record_key, sequence."""
    gone = deleted.select(F.col("record_key").alias("_gone"), F.col("sequence").alias("_since"))
    joined = children.join(F.broadcast(gone), F.col("container_id") == F.col("_gone"), "left")
    return joined.where("_gone IS NULL OR sequence > _since").drop("_gone", "_since")


def orphans(children: DataFrame, missing: DataFrame | None) -> DataFrame:
    """Adds `_orphan`: the encounter that is named is among the `missing` (one column, encounter_id; few rows)."""
    if missing is None:
        return children.withColumn("_orphan", F.lit(False))
    lost = missing.select(F.col("encounter_id").alias("_lost"))
    joined = children.join(F.broadcast(lost), F.col("encounter_id") == F.col("_lost"), "left")
    return joined.withColumn("_orphan", F.col("_lost").isNotNull()).drop("_lost")
