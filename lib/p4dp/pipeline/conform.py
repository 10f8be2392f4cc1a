"""conform: bronze → silver, for what changed.

Three kinds of practices in a batch (plan.py). *First*: no earlier delivery; rows are appended. *Later*: deliveries in order; rows are
merged by key. *Again*: a full delivery, one that arrived late, or a reprocess; the practice is computed again from every delivery that
counts, and rows that are not there go. All three give what a rebuild from nothing gives: silver is a function of the deliveries
that count.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.artefacts import rules
from p4dp.contracts import Table, layer, table
from p4dp.pipeline import judged
from p4dp.pipeline.context import Context
from p4dp.pipeline.discover import registry
from p4dp.pipeline.plan import plan
from p4dp.pipeline.raw import Raw
from p4dp.silver import TRANSFORMATIONS

#: Written before the rest, in this order: records of a patient of whom nothing is told are broken, and so are those whose encounter is not in silver.
_BEFORE = ("patient", "encounter")


@dataclass(frozen=True)
class Written:
    """One silver table of a batch.

    Args:
        broken: pointers to rows that were quarantined; None when there are none.
        touched: keys (table_name, record_key) of all records that the batch speaks of; None when rows were appended.
    """

    broken: DataFrame | None
    touched: DataFrame | None


def _append(context: Context, raw: Raw, kind: str) -> Written | None:
    """Rows of practices that were never here: one pass; broken rows are looked at again only when there are any."""
    contract = table(f"silver.{kind}")
    rows = judged.typed(context, raw, kind)
    if rows is None:
        return None
    kept = rules.kept(contract)
    broken = context.tables.append_kept(f"silver.{kind}", rows, kept, raw.todo.batch_id)
    if not broken:
        return Written(None, None)
    return Written(judged.pointers(judged.with_codes(rows.where(f"NOT ({kept})"), kind), kind), None)


def _merge(context: Context, raw: Raw, kind: str) -> Written | None:
    """Rows of practices that silver may hold: typed once into staging, then merged by key."""
    contract, todo = table(f"silver.{kind}"), raw.todo
    key = contract.key[0]
    rows = judged.typed(context, raw, kind)
    staged, counts = None, {"rows": 0, "broken": 0}
    if rows is not None:
        if key == f"{kind}_id":  # the record's own key, under its silver name
            rows = rows.withColumn("record_key", F.col(key))
        wanted = {"rows": F.count(F.lit(1)), "broken": F.count_if(F.col("_rules").isNotNull())}
        staged, counts = context.tables.counted(raw.stage(kind), judged.with_codes(rows, kind), wanted)
    gone = _gone(context, raw, kind, contract)
    if gone is not None and not gone.limit(1).count():
        gone = None
    if not counts["rows"] and gone is None and not (todo.again and context.tables.exists(f"silver.{kind}")):
        return None  # an empty MERGE would still commit
    leaving = [] if gone is None else [gone]
    touched = [] if (deleted := raw.deletions(kind)) is None else [deleted]
    source = None
    if staged is not None and counts["rows"]:
        source = staged.where("_rules IS NULL").select(*contract.names).withColumn("_gone", F.lit(False))
        touched.append(staged.select("record_key"))
        if counts["broken"]:
            leaving.append(staged.where("_rules IS NOT NULL").select("record_key"))
    if leaving:
        out = reduce(DataFrame.union, leaving).distinct()
        if staged is not None:
            out = out.join(staged.where("_rules IS NULL").select("record_key"), "record_key", "left_anti")
        empty = [(F.col("record_key") if c.name == key else F.lit(None)).cast(c.type).alias(c.name) for c in contract.columns]
        leavers = out.select(*empty, F.lit(True).alias("_gone"))
        source = leavers if source is None else source.unionByName(leavers)
    if source is None and todo.again:  # nothing is left of the kind in practices that are computed again
        source = context.tables.read(f"silver.{kind}").limit(0).withColumn("_gone", F.lit(True))
    if source is not None:
        context.tables.merge(f"silver.{kind}", source, list(todo.again))
    broken = staged.where("_rules IS NOT NULL") if staged is not None and counts["broken"] else None
    keys = reduce(DataFrame.union, touched).select(F.lit(kind).alias("table_name"), "record_key") if touched else None
    return Written(None if broken is None else judged.pointers(broken, kind), keys)


def _flipped(context: Context, raw: Raw) -> tuple[str, ...]:
    """Practices where records that were not sent again change with what a delivery brings: an encounter or a patient that they waited for, an encounter that it breaks."""
    quarantine, found = context.tables.read("silver.quarantine"), []
    rows = judged.typed(context, raw, "encounter")
    if rows is not None:
        said = rows.select("encounter_id", "practice_key", F.expr(rules.kept(table("silver.encounter"))).alias("kept"))
        orphans = quarantine.where("exists(rules, r -> r LIKE '%.encounter_id.orphan')").select("container_id")
        waited = quarantine.where("table_name = 'encounter'").select("record_key").union(orphans).toDF("encounter_id").distinct()
        found.append(said.where("kept").join(F.broadcast(waited), "encounter_id", "left_semi").select("practice_key"))
        held = context.tables.read("silver.encounter").select("encounter_id")
        found.append(held.join(F.broadcast(said.where("NOT kept")), "encounter_id").select("practice_key"))
    patients = raw.latest("patient")
    if patients is not None:
        nobody = quarantine.where("exists(rules, r -> r LIKE '%.patient_key.required')").select("patient_key").distinct()
        found.append(patients.where("op = 'upsert'").join(F.broadcast(nobody), "patient_key", "left_semi").select("practice_key"))
    if not found:
        return ()
    practices = reduce(DataFrame.union, found).distinct().collect()
    return tuple(sorted({r[0] for r in practices} - set(raw.todo.again)))


def _gone(context: Context, raw: Raw, kind: str, contract: Table) -> DataFrame | None:
    """Keys that must leave silver: deleted records, and children of containers that were replaced."""
    parts = [] if (deleted := raw.deletions(kind)) is None else [deleted]
    if raw.superseded is not None and "container_id" in contract.names and context.tables.exists(f"silver.{kind}"):
        held = context.tables.read(f"silver.{kind}").select(F.col(contract.key[0]).alias("record_key"), "container_id")
        on = held["container_id"] == raw.superseded["record_key"]
        parts.append(held.join(F.broadcast(raw.superseded), on, "left_semi").select("record_key"))
    return reduce(DataFrame.union, parts).distinct() if parts else None


def _quarantine(context: Context, raw: Raw, written: list[Written]) -> None:
    """Writes the pointers of all tables in one commit, and takes out those of records that changed, went or were mended."""
    contract, tables, todo = table("silver.quarantine"), context.tables, raw.todo
    parts = [w.broken.select(*contract.names) for w in written if w.broken is not None]
    new = reduce(DataFrame.union, parts) if parts else None
    if todo.first or tables.version("silver.quarantine") == 0:
        if new is not None:
            tables.append("silver.quarantine", new, todo.batch_id)
        return
    if new is not None:
        new = tables.parquet(raw.stage("quarantine"), new)
    held = tables.read("silver.quarantine")
    here = held.where(~F.col("practice_key").isin(list(todo.again))).select("table_name", "record_key")
    touched = [w.touched for w in written if w.touched is not None]
    leaving = here.join(reduce(DataFrame.union, touched), ["table_name", "record_key"], "left_semi") if touched else here.limit(0)
    if raw.superseded is not None:
        containers = F.broadcast(raw.superseded.select(F.col("record_key").alias("container_id")))
        inside = held.join(containers, "container_id", "left_semi").select("table_name", "record_key")
        leaving = leaving.union(inside).distinct()
    if new is not None:
        leaving = leaving.join(F.broadcast(new.select("table_name", "record_key")), ["table_name", "record_key"], "left_anti")
    empty = [(F.col(c.name) if c.name in contract.key else F.lit(None)).cast(c.type).alias(c.name) for c in contract.columns]
    source = leaving.select(*empty, F.lit(True).alias("_gone"))
    if new is not None:
        source = source.unionByName(new.withColumn("_gone", F.lit(False)))
    tables.merge("silver.quarantine", source, list(todo.again))


def _practices(context: Context, batch_id: int) -> None:
    """silver.practice: the registry, with pseudonyms of practices that have delivered."""
    keys = {s["practice_id"]: s["practice_key"] for s in context.ledger.states() if s["state"] == "accepted"}
    rows = []
    for practice_id, entry in sorted(registry(context).items()):
        if practice_id in keys:
            commune = str(entry["commune"])
            department = commune[:3] if commune[:2] in ("97", "98") else commune[:2]
            rows.append((keys[practice_id], entry["software"], commune, department, entry["joined_on"], entry.get("left_on")))
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


def run(context: Context, batch_id: int, practices: tuple[str, ...] = (), anew: bool = False) -> dict[str, int]:
    """Conforms a batch; returns the number of deliveries that were read and of tables written.

    Args:
        practices: computed again whatever arrived.
        anew: silver is made from nothing.
    """
    if anew:
        with ThreadPoolExecutor(context.config.batch.parallel_tables) as pool:
            list(pool.map(context.tables.empty, [f"silver.{contract.name}" for contract in layer("silver")]))
    todo = plan(context, batch_id, practices, anew)
    if not todo.counting:
        return {"deliveries": 0, "tables": 0}
    raw = Raw(context, todo)
    if not todo.first and (flipped := _flipped(context, raw)):
        todo = plan(context, batch_id, (*practices, *flipped))
        raw = Raw(context, todo)
    for name in ("silver.patient", "silver.encounter", "silver.quarantine"):
        context.tables.create(name)
    write = _append if todo.first else _merge
    others = [k for k in TRANSFORMATIONS if k not in _BEFORE]
    written = [write(context, raw, "patient")]
    raw.find_strangers()
    written.append(write(context, raw, "encounter"))
    raw.find_orphans(others)
    with ThreadPoolExecutor(context.config.batch.parallel_tables) as pool:
        written += pool.map(lambda kind: write(context, raw, kind), others)
    done = [w for w in written if w is not None]
    _quarantine(context, raw, done)
    _practices(context, batch_id)
    return {"deliveries": len(todo.counting), "tables": len(done)}
