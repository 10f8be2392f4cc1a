"""conform: bronze → silver, for what changed.

Three kinds of practices in a batch. *First*: no earlier delivery; rows are appended. *Later*: deliveries in order; rows are merged by key.
*Again*: a full delivery, one that arrived late, or a reprocess; the practice is computed again from every delivery that counts, and
rows that are not there go. All three give what a rebuild from nothing gives: silver is a function of the deliveries that count.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.artefacts import rules
from p4dp.contracts import Table, table
from p4dp.contracts.bronze.nested import DOSSIER_CHILDREN, ENCOUNTER_CHILDREN
from p4dp.pipeline.context import Context
from p4dp.pipeline.discover import registry
from p4dp.silver import (
    act,
    allergy,
    care_protocol,
    certificate,
    diagnosis,
    document,
    encounter,
    history,
    lab_result,
    lifestyle,
    measurement,
    observation_period,
    order,
    patient,
    practitioner,
    prescription,
    reason,
    referral,
    vaccination,
    versions,
    work_stoppage,
)
from p4dp.silver.mappings import Mappings

Transformation = Callable[[DataFrame, Mappings], DataFrame]
TRANSFORMATIONS: dict[str, Transformation] = {
    "patient": patient.patient,
    "practitioner": practitioner.practitioner,
    "encounter": encounter.encounter,
    "observation_period": observation_period.observation_period,
    "reason": reason.reason,
    "diagnosis": diagnosis.diagnosis,
    "history": history.history,
    "prescription": prescription.prescription,
    "order": order.order,
    "act": act.act,
    "measurement": measurement.measurement,
    "lab_result": lab_result.lab_result,
    "vaccination": vaccination.vaccination,
    "allergy": allergy.allergy,
    "lifestyle": lifestyle.lifestyle,
    "work_stoppage": work_stoppage.work_stoppage,
    "certificate": certificate.certificate,
    "referral": referral.referral,
    "document": document.document,
    "care_protocol": care_protocol.care_protocol,
}
_CONTAINERS = {"encounter": {t.name for t in ENCOUNTER_CHILDREN}, "dossier": {t.name for t in DOSSIER_CHILDREN}}
#: A broken row of these does not take others with it: they are written beside, not before, the rest.
_BEFORE = "encounter"


@dataclass(frozen=True)
class Plan:
    """What a batch has to do.

    Args:
        counting: deliveries whose rows are read: delivery_id → batch that landed it.
        again: practices computed again that silver may hold already, by key.
        first: whether no practice of the batch was ever conformed, so that rows can be appended.
    """

    batch_id: int
    counting: dict[str, int]
    again: tuple[str, ...]
    first: bool


def plan(context: Context, batch_id: int, practices: tuple[str, ...] = ()) -> Plan:
    """Sorts the practices of a batch; `practices` (a reprocess) are computed again whatever arrived."""
    accepted = [s for s in context.ledger.states() if s["state"] == "accepted"]
    by_practice: dict[str, list[dict[str, Any]]] = {}
    for state in accepted:
        by_practice.setdefault(state["practice_key"], []).append(state)
    counting: dict[str, int] = {}
    again: list[str] = []
    first = True
    for key, states in by_practice.items():
        new = [s for s in states if s["batch_id"] == batch_id]
        old = [s for s in states if s["batch_id"] < batch_id]
        if not new and key not in practices:
            continue
        since = max((s["sequence"] for s in states if s["is_full"]), default=-1)
        late = old and new and min(s["sequence"] for s in new) < max(s["sequence"] for s in old)
        repeat = key in practices or (old and (late or any(s["is_full"] for s in new)))
        first = first and not old and key not in practices
        if repeat:
            again.append(key)
        chosen = states if repeat else new
        counting |= {s["delivery_id"]: s["batch_id"] for s in chosen if s["sequence"] >= since}
    if not context.tables.exists("silver.encounter"):  # a rebuild: there is nothing to merge into
        return Plan(batch_id, counting, (), True)
    return Plan(batch_id, counting, tuple(sorted(again)), first)


class _Rows:
    """Raw rows of a plan, by kind, in the versions that count."""

    def __init__(self, context: Context, todo: Plan) -> None:
        self.context, self.todo = context, todo
        self._batches = sorted(set(todo.counting.values()))
        landed = {s["delivery_id"] for s in context.ledger.states() if s["batch_id"] in self._batches}
        bronze_only = landed - set(todo.counting)
        self._deliveries = (
            None
            if not bronze_only
            else F.broadcast(context.spark.createDataFrame([(d,) for d in todo.counting], "delivery_id string"))
        )
        self._stage = f"{context.config.at(context.config.roots.warehouse)}/staging/batch={todo.batch_id}"
        self._contested: DataFrame | None = None
        self._contested_kinds: set[str] = set()
        self.superseded: DataFrame | None = None
        self._deleted: DataFrame | None = None

    def bronze(self, kind: str) -> DataFrame | None:
        """Rows of the deliveries that count; None when the kind was never landed."""
        name = f"bronze.{kind}"
        if not self.context.tables.exists(name):
            return None
        rows = self.context.tables.read(name).where(F.col("batch_id").isin(self._batches))
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

    def prepare(self) -> None:
        """Finds, once for all kinds, records with several versions, and containers that this batch replaces or deletes."""
        tables = self.context.tables
        landed = [k for k in (*TRANSFORMATIONS, "dossier") if tables.exists(f"bronze.{k}")]
        listed = [
            rows.select(F.lit(k).alias("kind"), "record_key", "sequence") for k in landed if (rows := self.bronze(k)) is not None
        ]
        self._contested = tables.parquet(f"{self._stage}/contested", versions.contested(reduce(DataFrame.union, listed)))
        self._contested_kinds = {r[0] for r in self._contested.select("_kind").distinct().collect()}
        gone = [
            rows.where("op = 'delete'").select("record_key", "sequence")
            for k in _CONTAINERS
            if (rows := self.latest(k)) is not None
        ]
        deleted = tables.parquet(f"{self._stage}/deleted", reduce(DataFrame.union, gone)) if gone else None
        self._deleted = deleted if deleted is not None and deleted.limit(1).count() else None
        if self.todo.first:
            return
        replaced = [] if self._deleted is None else [self._deleted.select("record_key")]
        for kind in _CONTAINERS:
            rows = self.bronze(kind)
            if rows is not None:
                earlier = tables.read(f"bronze.{kind}").where(F.col("batch_id") < self.todo.batch_id).select("record_key")
                now = rows.where(F.col("batch_id") == self.todo.batch_id).where(self._nested()).select("record_key").distinct()
                replaced.append(earlier.join(F.broadcast(now), "record_key", "left_semi"))
        if replaced:
            found = tables.parquet(f"{self._stage}/superseded", reduce(DataFrame.union, replaced).distinct())
            self.superseded = found if found.limit(1).count() else None

    def _nested(self) -> Any:
        """Whether a container's software delivers children inside it."""
        inside = [n for n, s in self.context.sources.items() if s.reader != "delimited"]
        return F.col("software").isin(inside)

    def raw(self, kind: str) -> DataFrame | None:
        """The raw rows of a kind that count, whichever way they were delivered; None when there are none."""
        contract = table(f"bronze.{kind}")
        parts: list[DataFrame] = []
        latest = self.latest(kind)
        if latest is not None:
            if kind in ("patient", "practitioner"):
                fields = [c.name for c in contract.columns if c.source == "vault" or c.name == "practitioner_key"]
                shared = [
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
                    "moved",
                    "_copies",
                ]
                parts.append(latest.select(*shared, *fields))
            else:
                parts.append(versions.flat(latest, contract))
        for container, children in _CONTAINERS.items():
            if kind in children and (holder := self.latest(container)) is not None:
                parts.append(versions.nested(holder.where(self._nested()), container, contract))
        if not parts:
            return None
        rows = reduce(lambda a, b: a.unionByName(b, allowMissingColumns=True), parts)
        if self._deleted is not None and "container_id" in rows.columns:
            rows = versions.without_deleted(rows, self._deleted)
        return rows


def _typed(context: Context, rows: _Rows, kind: str) -> DataFrame | None:
    """Rows as silver wants them, with the quarantine's helpers; deletions are among them."""
    raw = rows.raw(kind)
    if raw is None:
        return None
    contract = table(f"silver.{kind}")
    if "encounter_id" in contract.names:
        known = context.tables.read("silver.encounter").select("encounter_id")
        raw = versions.orphans(raw, F.broadcast(known))
    else:
        raw = raw.withColumn("_orphan", F.lit(False))
    deleted = F.col("op") == "delete"
    typed = TRANSFORMATIONS[kind](raw.where(~deleted), context.mappings)
    # rows say which delivery their version came from; the batch that writes them is this one
    return typed.withColumn("batch_id", F.lit(rows.todo.batch_id).cast("bigint"))


def _gone(context: Context, rows: _Rows, kind: str, contract: Table) -> DataFrame | None:
    """Keys that must leave silver: deleted or quarantined records, and children of containers that were replaced."""
    own = rows.bronze(kind) if kind in TRANSFORMATIONS else None
    parts: list[DataFrame] = []
    if own is not None:
        parts.append(own.where("op = 'delete'").select("record_key"))
    if rows.superseded is not None and "container_id" in contract.names and context.tables.exists(f"silver.{kind}"):
        held = context.tables.read(f"silver.{kind}").select(F.col(contract.key[0]).alias("record_key"), "container_id")
        on = held["container_id"] == rows.superseded["record_key"]
        parts.append(held.join(F.broadcast(rows.superseded), on, "left_semi").select("record_key"))
    return reduce(DataFrame.union, parts).distinct() if parts else None


def _write(context: Context, rows: _Rows, kind: str) -> str | None:
    """Writes one silver table; returns its name when there was something to do."""
    name, contract, todo = f"silver.{kind}", table(f"silver.{kind}"), rows.todo
    typed = _typed(context, rows, kind)
    if typed is None:
        return None
    kept = typed.where(rules.kept(contract)).select(*contract.names)
    if todo.first:
        context.tables.append(name, kept, todo.batch_id)
        return name
    key = contract.key[0]
    source = kept.withColumn("_gone", F.lit(False))
    broken = typed.where(f"NOT ({rules.kept(contract)})").select(
        F.col("record_key") if "record_key" in typed.columns else F.col(key)
    )
    leaving = [broken.toDF("record_key")]
    gone = _gone(context, rows, kind, contract)
    if gone is not None:
        leaving.append(gone)
    stay = kept.select(F.col(key).alias("_stays"))
    out = reduce(DataFrame.union, leaving).distinct().join(stay, F.col("record_key") == F.col("_stays"), "left_anti")
    empty = [(F.col("record_key") if c.name == key else F.lit(None)).cast(c.type).alias(c.name) for c in contract.columns]
    context.tables.merge(name, source.unionByName(out.select(*empty, F.lit(True).alias("_gone"))), list(todo.again))
    return name


def _broken(context: Context, rows: _Rows, kind: str) -> DataFrame | None:
    """Pointers to the rows of a kind that broke a rule, with all codes."""
    contract = table(f"silver.{kind}")
    typed = _typed(context, rows, kind)
    if typed is None:
        return None
    container = F.col("container_id") if "container_id" in contract.names else F.lit(None).cast("bigint")
    moved = F.transform(F.split(F.coalesce("_moved", F.lit("")), ","), lambda f: F.concat(F.lit(f"{kind}."), f, F.lit(".moved")))
    codes = F.array_distinct(F.concat(F.expr(rules.broken(contract)), F.filter(moved, lambda c: c != f"{kind}..moved")))
    return (
        typed.where(f"NOT ({rules.kept(contract)})")
        .select(
            F.lit(kind).alias("table_name"),
            "record_key",
            "record_id",
            "practice_key",
            "software",
            codes.alias("rules"),
            F.col("_copies").cast("int").alias("copies"),
            container.alias("container_id"),
            "delivery_id",
            "sequence",
            "batch_id",
        )
        .groupBy("table_name", "record_key")
        .agg(
            *[
                F.first(c).alias(c)
                for c in (
                    "record_id",
                    "practice_key",
                    "software",
                    "rules",
                    "copies",
                    "container_id",
                    "delivery_id",
                    "sequence",
                    "batch_id",
                )
            ]
        )
    )


def _quarantine(context: Context, rows: _Rows, kinds: list[str]) -> None:
    """Writes the pointers of all tables in one commit, and takes out those of records that changed, went or were mended."""
    parts = [b for kind in kinds if (b := _broken(context, rows, kind)) is not None]
    contract = table("silver.quarantine")
    new = reduce(DataFrame.unionByName, parts).select(*contract.names)
    stage = f"{context.config.at(context.config.roots.warehouse)}/staging/batch={rows.todo.batch_id}/quarantine"
    new = context.tables.parquet(stage, new)
    if not context.tables.exists("silver.quarantine") or rows.todo.first:
        context.tables.append("silver.quarantine", new, rows.todo.batch_id)
        return
    held = context.tables.read("silver.quarantine")
    again = F.col("practice_key").isin(list(rows.todo.again))
    touched = []
    for kind in kinds:
        raw = rows.raw(kind)
        if raw is not None:
            touched.append(raw.select(F.lit(kind).alias("table_name"), "record_key"))
        own = rows.bronze(kind)
        if own is not None:
            touched.append(own.where("op = 'delete'").select(F.lit(kind).alias("table_name"), "record_key"))
    here = held.where(~again).select("table_name", "record_key")
    leaving = reduce(DataFrame.union, touched).join(F.broadcast(here), ["table_name", "record_key"], "left_semi").distinct()
    if rows.superseded is not None:
        inside = held.join(
            F.broadcast(rows.superseded.select(F.col("record_key").alias("container_id"))), "container_id", "left_semi"
        )
        leaving = leaving.union(inside.select("table_name", "record_key")).distinct()
    leaving = leaving.join(F.broadcast(new.select("table_name", "record_key")), ["table_name", "record_key"], "left_anti")
    empty = [(F.col(c.name) if c.name in contract.key else F.lit(None)).cast(c.type).alias(c.name) for c in contract.columns]
    source = new.withColumn("_gone", F.lit(False)).unionByName(leaving.select(*empty, F.lit(True).alias("_gone")))
    context.tables.merge("silver.quarantine", source, list(rows.todo.again))


def _practices(context: Context, batch_id: int) -> None:
    """silver.practice: the registry, with pseudonyms of practices that have delivered."""
    keys = {s["practice_id"]: s["practice_key"] for s in context.ledger.states() if s["state"] == "accepted"}
    rows = []
    for practice_id, entry in sorted(registry(context).items()):
        if practice_id in keys:
            commune = str(entry["commune"])
            rows.append(
                (
                    keys[practice_id],
                    entry["software"],
                    commune,
                    commune[:3] if commune[:2] in ("97", "98") else commune[:2],
                    entry["joined_on"],
                    entry.get("left_on"),
                )
            )
    frame = context.spark.createDataFrame(
        rows, "practice_key string, software string, commune_code string, department string, joined_on string, left_on string"
    )
    frame = frame.withColumns(
        {
            "practice_id": F.xxhash64("practice_key"),
            "joined_on": F.col("joined_on").try_cast("date"),
            "left_on": F.col("left_on").try_cast("date"),
            "container_id": F.lit(None).cast("bigint"),
            "delivery_id": F.lit("registry"),
            "sequence": F.lit(0).cast("bigint"),
            "extracted_on": F.current_date(),
            "batch_id": F.lit(batch_id).cast("bigint"),
        }
    )
    context.tables.overwrite("silver.practice", frame)


def run(context: Context, batch_id: int, practices: tuple[str, ...] = ()) -> dict[str, int]:
    """Conforms a batch; returns the number of deliveries that were read and of tables written."""
    todo = plan(context, batch_id, practices)
    if not todo.counting:
        return {"deliveries": 0, "tables": 0}
    rows = _Rows(context, todo)
    rows.prepare()
    for name in ("silver.encounter", "silver.quarantine"):
        context.tables.create(name)
    written = [_write(context, rows, _BEFORE)]
    others = [k for k in TRANSFORMATIONS if k != _BEFORE]
    with ThreadPoolExecutor(context.config.batch.parallel_tables) as pool:
        written += list(pool.map(lambda kind: _write(context, rows, kind), others))
    _quarantine(context, rows, list(TRANSFORMATIONS))
    _practices(context, batch_id)
    return {"deliveries": len(todo.counting), "tables": len([w for w in written if w])}
