"""Which version of a record counts."""

from __future__ import annotations

import random

import pyarrow as pa
from pyspark.sql import Row
from pyspark.sql import functions as F

from p4dp.contracts import table
from p4dp.contracts.bronze.nested import element_fields
from p4dp.silver import versions
from p4dp.sources import landed

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


def test_children_of_two_containers_under_one_number_stay_apart_and_are_broken(spark) -> None:
    """The same document twice in one delivery: nobody can say which is meant, and no two rows share a key."""
    kind = table("bronze.document")
    fields = element_fields(kind)
    text = [c for c in versions._SHARED if c not in ("record_key", "record_id", "sequence")]
    element = "array<struct<" + ",".join(f"{f}:string" for f in fields) + ">>"
    schema = f"{', '.join(f'{c} string' for c in text)}, record_key bigint, record_id string, sequence bigint, _copies int, source_file string, source_row bigint, document {element}"

    def opened(*holders: tuple[int, int, str | None, list[str | None]]) -> list[Row]:
        rows = []
        for row, copies, record_id, numbers in holders:
            elements = [tuple(n if f == "record_id" else None for f in fields) for n in numbers]
            rows.append((*("upsert" if c == "op" else c for c in text), 7, record_id, 1, copies, "a", row, elements))
        return (
            versions.nested(spark.createDataFrame(rows, schema), "dossier", kind).select("record_key", "_copies", "moved").collect()
        )

    twice = opened((1, 2, "D", ["document"]), (2, 2, "D", ["document"]))
    assert len({r[0] for r in twice}) == 2 and {r[1] for r in twice} == {2}
    beside = opened((1, 1, "D", ["1", None, None]))
    assert len({r[0] for r in beside}) == 3 and {r[1] for r in beside} == {1}  # a number is never taken for a place
    assert opened((1, 1, None, ["x"]))[0]["moved"] == "container"


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


def test_keys_made_where_rows_are_written_are_those_of_the_engine(spark) -> None:
    """The vault's workers hash in Python what stages after them hash in Spark."""
    numbers = ["C-1", "é" * 40, "0", None, None]
    rows = [
        ("p1" if n % 2 else "p0", number, "d1", "a.csv", n, "encounter", f"{n}" if n % 3 else None, "reason")
        for n, number in enumerate(numbers)
    ]
    names = ["practice_key", "record_id", "delivery_id", "source_file", "source_row", "holder_kind", "inside", "kind"]
    frame = spark.createDataFrame(rows, "practice_key string, record_id string, delivery_id string, source_file string, source_row bigint, holder_kind string, inside string, kind string")  # fmt: skip
    place = F.xxhash64("practice_key", F.lit("encounter"), "delivery_id", "source_file", "source_row")
    own = F.when(F.col("record_id").isNull(), place).otherwise(
        versions.record_key(F.col("practice_key"), "encounter", F.col("record_id"))
    )
    holder = F.xxhash64("practice_key", "holder_kind", "record_id")
    words = F.when(F.col("inside").isNull(), holder).otherwise(F.xxhash64(holder, "kind", "inside"))
    expected = frame.orderBy("source_row").select(own.alias("own"), words.alias("words")).toPandas()
    found = pa.table([pa.array(c) for c in zip(*rows, strict=True)], names=names)
    assert landed.record_keys(found, "encounter").to_pylist() == expected["own"].tolist()
    renamed = found.rename_columns(["holder_id" if n == "record_id" else n for n in names])
    assert landed.words_keys(renamed).to_pylist() == expected["words"].tolist()
    assert min(expected["own"]) < 0  # signed, as a bigint
