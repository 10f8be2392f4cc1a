"""land: accepted deliveries of a batch → bronze and restricted, one write per table whatever the number of deliveries."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.contracts import table
from p4dp.pipeline.context import Context
from p4dp.sources import landing
from p4dp.sources.spec import FileSpec, SourceSpec
from p4dp.storage.ledger import now

_ABOUT = (
    "_file_no int, path string, source_file string, practice_id string, practice_key string, software string, delivery_id string, "
    "sequence bigint, extracted_on date, name string"
)


def _union(frames: list[DataFrame]) -> DataFrame:
    return reduce(DataFrame.unionByName, frames)


class _Batch:
    """The accepted deliveries of one batch, and what split left for them."""

    def __init__(self, context: Context, batch_id: int) -> None:
        self.context, self.batch_id, spark = context, batch_id, context.spark
        root = context.config.at(context.config.roots.landing)
        self.deliveries = [s for s in context.ledger.states() if s["state"] == "accepted" and s["batch_id"] == batch_id]
        listed: list[tuple[Any, ...]] = []
        self.counts: Counter[tuple[str, str]] = Counter()
        for d in self.deliveries:
            for file, rows in sorted(d["rows"].items()):
                name = file.rpartition("/")[2]
                if rows:
                    listed.append(
                        (
                            len(listed),
                            f"{root}/{d['folder']}/{file}",
                            file,
                            d["practice_id"],
                            d["practice_key"],
                            d["software"],
                            d["delivery_id"],
                            d["sequence"],
                            d["extracted_on"],
                            name,
                        )
                    )
                    if not file.startswith("identity/"):
                        self.counts[d["software"], name] += 1
        self.files = spark.createDataFrame(listed, _ABOUT)
        outbox = context.outbox(batch_id)
        self.patients = spark.read.parquet(f"{outbox}/patients")
        self.practitioners = spark.read.parquet(f"{outbox}/practitioners")
        self.colleagues = spark.read.parquet(f"{outbox}/colleagues")
        self.seen = spark.read.parquet(f"{outbox}/seen")
        self.documents = spark.read.parquet(f"{outbox}/documents")

    def stamped(self, rows: DataFrame) -> DataFrame:
        """Adds what is the same for all rows of the batch."""
        return rows.withColumns({"batch_id": F.lit(self.batch_id).cast("bigint"), "landed_at": F.lit(now()).cast("timestamp")})

    def about(self, files: DataFrame) -> DataFrame:
        """What is known of files, with each practice's practitioners as a map from local number to pseudonym."""
        pairs = self.colleagues.groupBy("practice_id").agg(F.collect_set(F.struct("local_id", "practitioner_key")).alias("p"))
        maps = pairs.select("practice_id", F.map_from_entries("p").alias("practitioners"))
        joined = files.drop("path").join(F.broadcast(maps), "practice_id", "left")
        empty = F.map_from_arrays(F.array().cast("array<string>"), F.array().cast("array<string>"))
        return joined.withColumn("practitioners", F.coalesce("practitioners", empty))

    def of(self, source: SourceSpec, name: str) -> tuple[DataFrame, DataFrame]:
        """The files of one software and name, spread over the executors, and what is known of them."""
        files = self.files.where((F.col("software") == source.software) & (F.col("name") == name))
        count = self.counts[source.software, name]
        spread = files.select("_file_no", "path", "source_file").repartition(min(count, 64), "_file_no")
        return spread, self.about(files)

    def delivered(self, frame: DataFrame) -> DataFrame:
        """Joins rows of the outbox with their delivery."""
        about = self.context.spark.createDataFrame(
            [(d["delivery_id"], d["practice_key"], d["software"], d["sequence"], d["extracted_on"]) for d in self.deliveries],
            "delivery_id string, practice_key string, software string, sequence bigint, extracted_on date",
        )
        return frame.join(F.broadcast(about), "delivery_id")


def _people(batch: _Batch, kind: str) -> DataFrame:
    """bronze.patient or bronze.practitioner from the outbox."""
    frame, number = (batch.patients, "patient_key") if kind == "patient" else (batch.practitioners, "practitioner_key")
    rows = (
        batch.delivered(frame)
        .withColumn("record_id", F.col(number))
        .withColumn("record_key", F.xxhash64("practice_key", F.lit(kind), number))
    )
    if kind == "patient":  # documents repeat their patient: one row per delivery
        rows = rows.dropDuplicates(["delivery_id", "record_key"])
    rows = rows.withColumns({"op": F.lit("upsert"), "source_file": F.col("file"), "source_row": F.lit(1).cast("bigint")})
    return _shaped(rows, f"bronze.{kind}")


def _shaped(rows: DataFrame, name: str) -> DataFrame:
    have = set(rows.columns)
    return rows.select(
        *[
            (F.col(c.name) if c.name in have else F.lit(None)).cast(c.type).alias(c.name)
            for c in table(name).columns
            if c.name not in ("batch_id", "landed_at")
        ]
    )


def _documents(batch: _Batch) -> tuple[DataFrame, DataFrame]:
    """Mixed documents that split opened → bronze.dossier and restricted.free_text."""
    kind = table("bronze.dossier")
    inside = ", ".join(
        [f"{c.name} string" for c in kind.columns if c.name in ("record_id", "as_of", "origin")]
        + [f"`{c.name}` {c.type}" for c in kind.columns if c.type.startswith("array")]
    )
    opened = batch.delivered(batch.documents).join(
        F.broadcast(batch.seen.withColumnRenamed("practice_id", "practice")), ["practice", "local_id"], "left"
    )
    rows = opened.withColumn("d", F.from_json("dossier", inside)).select(
        "d.*",
        "practice_key",
        "patient_key",
        "software",
        "delivery_id",
        "sequence",
        "extracted_on",
        "texts",
        F.col("file").alias("source_file"),
        F.lit(1).cast("bigint").alias("source_row"),
        F.lit("upsert").alias("op"),
    )
    rows = rows.withColumn("record_key", F.xxhash64("practice_key", F.lit("dossier"), "record_id"))
    for child in kind.columns:
        if child.type.startswith("array"):
            rows = rows.withColumn(child.name, landing.guarded_array(child.name, F.col(child.name)).cast(child.type))
    element = F.when(F.col("t.inside") == "", F.col("record_key")).otherwise(
        F.xxhash64("record_key", F.col("t.kind"), F.col("t.inside"))
    )
    words = rows.select(
        "record_key", F.explode("texts").alias("t"), "practice_key", "patient_key", "delivery_id", "sequence"
    ).select(
        element.alias("record_key"),
        F.when(F.col("t.inside") == "", "narrative_text").otherwise("result_text").alias("field"),
        F.col("t.kind").alias("kind"),
        "practice_key",
        "patient_key",
        F.col("t.text").alias("text"),
        "delivery_id",
        "sequence",
    )
    return _shaped(rows, "bronze.dossier"), words


def run(context: Context, batch_id: int) -> dict[str, int]:
    """Lands a batch; returns the number of deliveries and tables."""
    batch = _Batch(context, batch_id)
    if not batch.deliveries:
        return {"deliveries": 0, "tables": 0}
    frames: dict[str, list[DataFrame]] = {"patient": [_people(batch, "patient")], "practitioner": [_people(batch, "practitioner")]}
    words: list[DataFrame] = []
    for software, name in sorted(batch.counts):
        source = context.sources[software]
        spec: FileSpec | None = source.medical.get(name)
        if source.reader == "cda" or spec is None or name in source.never_landed:
            continue
        files, about = batch.of(source, name)
        frames.setdefault(spec.record, []).append(landing.records(files, about, batch.seen, source, spec))
        text = landing.texts(files, about, batch.seen, source, spec)
        if text is not None:
            words.append(text)
    if any(context.sources[d["software"]].reader == "cda" for d in batch.deliveries):
        dossiers, narrative = _documents(batch)
        frames.setdefault("dossier", []).append(dossiers)
        words.append(narrative)
    jobs = [(f"bronze.{kind}", _union(parts)) for kind, parts in frames.items()]
    if words:
        jobs.append(("restricted.free_text", _union(words)))
    with ThreadPoolExecutor(context.config.batch.parallel_tables) as pool:
        list(pool.map(lambda job: context.tables.append(job[0], batch.stamped(job[1]), batch_id), jobs))
    return {"deliveries": len(batch.deliveries), "tables": len(jobs)}
