"""Raw rows of a plan, by kind: the versions that count, whichever way they were delivered."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from p4dp.contracts import layer, table
from p4dp.contracts.bronze.nested import DOSSIER_CHILDREN, ENCOUNTER_CHILDREN
from p4dp.pipeline.context import Context
from p4dp.pipeline.plan import Plan
from p4dp.silver import versions
from p4dp.storage import parts

CONTAINERS = {"encounter": {t.name for t in ENCOUNTER_CHILDREN}, "dossier": {t.name for t in DOSSIER_CHILDREN}}


class Raw:
    """Raw rows of a plan.

    Attributes:
        superseded: record_key of containers that this batch replaces or deletes; None when there are none.
    """

    def __init__(self, context: Context, todo: Plan) -> None:
        self._context, self.todo = context, todo
        self._batches = sorted(set(todo.counting.values()))
        landed = {s["delivery_id"] for s in context.ledger.states() if s["batch_id"] in self._batches and s["state"] != "refused"}
        self._deliveries = self._listed(tuple(todo.counting)) if landed - set(todo.counting) else None
        # a night's plan reads its own batch only: tables that it did not land in hold nothing for it
        self._published = context.ledger.published() if self._batches == [todo.batch_id] else {}
        self._contested: DataFrame | None = None
        self._contested_kinds: set[str] = set()
        self._deleted: DataFrame | None = None
        self._missing: DataFrame | None = None
        self._strangers: DataFrame | None = None
        nested = [n for n, s in context.sources.items() if s.reader != "delimited"]
        #: whether an encounter's software delivers children inside it; documents always hold theirs
        self._nested = {"encounter": F.col("software").isin(nested), "dossier": F.lit(True)}
        self.superseded: DataFrame | None = None
        self._prepare()

    def stage(self, name: str) -> str:
        """Where the batch keeps an intermediate result."""
        return f"{self._context.config.at(self._context.config.roots.warehouse)}/staging/batch={self.todo.batch_id}/{name}"

    def _listed(self, deliveries: tuple[str, ...]) -> DataFrame:
        return F.broadcast(self._context.spark.createDataFrame([(d,) for d in deliveries], "delivery_id string"))

    def _staged(self, name: str, rows: DataFrame) -> DataFrame | None:
        """Rows kept for several uses; None when there are none."""
        kept, counts = self._context.tables.counted(self.stage(name), rows, {"rows": F.count(F.lit(1))})
        return kept if counts["rows"] else None

    def bronze(self, kind: str) -> DataFrame | None:
        """Rows of the deliveries that count; None when the kind was never landed, or not by this batch when it alone counts."""
        name, tables = f"bronze.{kind}", self._context.tables
        if not tables.exists(name) or self._published.get(name) == tables.version(name):
            return None
        rows = tables.read(name).where(F.col("batch_id").isin(self._batches))
        return rows if self._deliveries is None else rows.join(self._deliveries, "delivery_id", "left_semi")

    def latest(self, kind: str) -> DataFrame | None:
        """`bronze`, each record in the version that counts."""
        rows = self.bronze(kind)
        if rows is None:
            return None
        keys = None
        if kind in self._contested_kinds and self._contested is not None:
            keys = self._contested.where(F.col("_kind") == kind).drop("_kind")
        return versions.latest(rows, keys)

    def _prepare(self) -> None:
        """Finds, once for all kinds, records with several versions, and containers that this batch replaces or deletes."""
        tables = self._context.tables
        if self.todo.several:
            kinds = [t.name for t in layer("bronze") if tables.exists(f"bronze.{t.name}")]
            several = self._listed(self.todo.several)
            listed = [
                rows.join(several, "delivery_id", "left_semi").select(F.lit(k).alias("kind"), "record_key", "sequence")
                for k in kinds
                if (rows := self.bronze(k)) is not None
            ]
            self._contested = self._staged("contested", versions.contested(reduce(DataFrame.union, listed)))
            if self._contested is not None:
                self._contested_kinds = {r[0] for r in self._contested.select("_kind").distinct().collect()}
        # whatever version of the container counts now: what hung on it before it was deleted does not come back with it
        gone = [
            rows.where("op = 'delete'").groupBy("record_key").agg(F.max("sequence").alias("sequence"))
            for k in CONTAINERS
            if (rows := self.bronze(k)) is not None
        ]
        self._deleted = self._staged("deleted", reduce(DataFrame.union, gone)) if gone else None
        if not self.todo.first:
            self._find_superseded()

    def _find_superseded(self) -> None:
        tables, batch_id = self._context.tables, self.todo.batch_id
        replaced = [] if self._deleted is None else [self._deleted.select("record_key")]
        for kind in CONTAINERS:
            rows = self.bronze(kind)
            if rows is not None:
                earlier = tables.read(f"bronze.{kind}").where(F.col("batch_id") < batch_id).select("record_key")
                now = rows.where((F.col("batch_id") == batch_id) & self._nested[kind]).select("record_key").distinct()
                replaced.append(earlier.join(F.broadcast(now), "record_key", "left_semi"))
        if replaced:
            self.superseded = self._staged("superseded", reduce(DataFrame.union, replaced).distinct())

    def find_orphans(self, kinds: list[str]) -> None:
        """Finds, once for all kinds, encounters that records name and silver does not hold; nearly always none.

        Records of this batch name encounters of their own delivery, which are looked for, or those that split listed beside it; practices that
        are computed again are asked for all that they ever sent.
        """

        def key(number: str) -> Column:
            return versions.record_key(F.col("practice_key"), "encounter", F.col(number)).alias("encounter_id")

        listed = parts.listed(self._context.outbox(self.todo.batch_id), "loose")
        named = [self._context.spark.read.parquet(*listed).select(key("record_id"))] if listed else []
        everybody = self.todo.anew or listed is None
        if self.todo.again or everybody:
            theirs = F.lit(True) if everybody else F.col("practice_key").isin(list(self.todo.again))
            for kind in kinds:
                rows = self.bronze(kind)
                if rows is not None and "encounter_record_id" in rows.columns and "encounter_id" in table(f"silver.{kind}").names:
                    named.append(rows.where(theirs & F.col("encounter_record_id").isNotNull()).select(key("encounter_record_id")))
        holders = self.latest("encounter")
        if holders is not None:
            alone = ~self._nested["encounter"] | (F.col("op") == "upsert")  # a container that is deleted holds nothing
            named.append(holders.where(alone).select(F.col("record_key").alias("encounter_id")))
        if named:
            held = self._context.tables.read("silver.encounter").select("encounter_id")
            # distinct last: hardly any is missing, and all that are named would fill the memory of an aggregation
            self._missing = self._staged(
                "missing", reduce(DataFrame.union, named).join(held, "encounter_id", "left_anti").distinct()
            )

    def find_strangers(self) -> None:
        """Finds patients whom records name and of whom no delivery that counts tells; nearly always none.

        Records of this batch name those whom split listed beside it; practices that are computed again are asked for all that they ever sent.
        """
        listed = parts.listed(self._context.outbox(self.todo.batch_id), "unsure")
        named = [self._context.spark.read.parquet(*listed)] if listed else []
        everybody = self.todo.anew or listed is None
        if self.todo.again or everybody:
            theirs = F.lit(True) if everybody else F.col("practice_key").isin(list(self.todo.again))
            for kind in (t.name for t in layer("bronze") if t.name != "patient" and "patient_key" in t.names):
                rows = self.bronze(kind)
                if rows is not None:
                    named.append(rows.where(theirs).select("patient_key").distinct())
        if not named:
            return
        read, again = self._context.tables.read, list(self.todo.again)
        told = [read("silver.patient").select("patient_key")]
        quarantined = read("silver.quarantine").where((F.col("table_name") == "patient") & ~F.col("practice_key").isin(again))
        told.append(quarantined.select(F.col("record_id").alias("patient_key")))  # a patient's record goes by its pseudonym
        patients = self.latest("patient")
        if patients is not None:
            told.append(patients.where("op = 'upsert'").select("patient_key"))
        wanted = reduce(DataFrame.union, named).where("patient_key IS NOT NULL").distinct()
        self._strangers = self._staged("strangers", wanted.join(reduce(DataFrame.union, told), "patient_key", "left_anti"))

    def with_strangers(self, rows: DataFrame) -> DataFrame:
        """Typed rows without the patients of whom nothing is told: `_named` keeps whom the record named."""
        if self._strangers is None:
            return rows
        unknown = F.broadcast(self._strangers.select(F.col("patient_key").alias("_stranger")))
        joined = rows.join(unknown, F.col("patient_key") == F.col("_stranger"), "left").withColumn("_named", F.col("patient_key"))
        return joined.withColumn("patient_key", F.when(F.col("_stranger").isNull(), F.col("patient_key"))).drop("_stranger")

    def of(self, kind: str) -> DataFrame | None:
        """The raw rows of a kind that count, deletions among them; None when there are none."""
        contract = table(f"bronze.{kind}")
        found: list[DataFrame] = []
        latest = self.latest(kind)
        if latest is not None:
            found.append(versions.flat(latest, contract))
        for container, children in CONTAINERS.items():
            if kind in children and (holder := self.latest(container)) is not None:
                found.append(versions.nested(holder.where(self._nested[container]), container, contract))
        if not found:
            return None
        rows = reduce(lambda a, b: a.unionByName(b, allowMissingColumns=True), found)
        if self._deleted is not None:
            rows = versions.without_deleted(rows, self._deleted)
        if "encounter_id" in table(f"silver.{kind}").names and kind != "encounter":
            return versions.orphans(rows, self._missing)
        return rows.withColumn("_orphan", F.lit(False))

    def deletions(self, kind: str) -> DataFrame | None:
        """Keys of records of the kind that a delivery deleted."""
        own = self.bronze(kind)
        return None if own is None else own.where("op = 'delete'").select("record_key")
