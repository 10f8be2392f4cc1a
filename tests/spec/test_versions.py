"""Which version of a record counts."""

from __future__ import annotations

import random

from pyspark.sql import functions as F

from p4dp.silver import versions

_ROWS = [
    (1, 1, "upsert", None),
    (1, 3, "upsert", None),
    (1, 2, "delete", None),
    (2, 1, "upsert", None),
    (2, 2, "delete", None),
    (3, 1, "upsert", 2),
    (3, 1, "upsert", 2),
    (4, 5, "upsert", None),
]


def test_the_highest_sequence_counts_whatever_the_order(spark) -> None:
    results = set()
    for seed in range(3):
        rows = random.Random(seed).sample(_ROWS, len(_ROWS))
        frame = spark.createDataFrame(rows, "record_key bigint, sequence bigint, op string, copies int")
        keys = versions.contested(frame.withColumn("kind", F.lit("reason"))).drop("_kind")
        latest = versions.latest(frame, keys).drop("copies").distinct()
        results.add(tuple(sorted(tuple(r) for r in latest.collect())))
    assert results == {((1, 3, "upsert", 1), (2, 2, "delete", 1), (3, 1, "upsert", 2), (4, 5, "upsert", 1))}


def test_children_go_with_a_deleted_container(pipe) -> None:
    children = pipe(
        "record_key bigint, container_id bigint, sequence bigint", "record_key|container_id|sequence\n1|7|1\n2|7|3\n3|8|1\n4||1"
    )
    deleted = pipe("record_key bigint, sequence bigint", "record_key|sequence\n7|2")
    kept = versions.without_deleted(children, deleted).select("record_key").collect()
    assert sorted(r[0] for r in kept) == [2, 3, 4]


def test_orphans(pipe) -> None:
    children = pipe("record_key bigint, encounter_id bigint", "record_key|encounter_id\n1|7\n2|9\n3|")
    missing = pipe("encounter_id bigint", "encounter_id\n9")
    assert {r["record_key"]: r["_orphan"] for r in versions.orphans(children, missing).collect()} == {1: False, 2: True, 3: False}
    assert not versions.orphans(children, None).where("_orphan").count()
