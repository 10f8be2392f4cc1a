"""link request, link import: the direct way, by the trusted circuit.

The vault writes subjects and keeps which patient each is; the circuit returns an extract keyed by subject number, which load-snds loads like any
other; import then turns subjects back into patients.
"""

from __future__ import annotations

import getpass
from functools import reduce
from pathlib import Path
from typing import Any

import pyarrow.fs as pafs
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from p4dp.contracts import table
from p4dp.contracts.small_counts import portions, shown, told
from p4dp.errors import UsageError
from p4dp.identity import circuit
from p4dp.linkage import assign, evidence
from p4dp.models import tracking
from p4dp.pipeline.context import Context
from p4dp.pipeline.link import gate, opened, take_back
from p4dp.pipeline.link_steps import READ, batches
from p4dp.storage import parts
from p4dp.storage.ledger import now

#: How the name of a request ends that asks for CNAM's own search.
_SEARCHED = "-search"


def _one_file(rows: DataFrame, path: str) -> None:
    """Writes rows as one delimited file; on this machine only its owner can read it."""
    rows.repartition(1).write.mode("overwrite").csv(f"{path}.parts", header=True, sep=";")
    system, inside = parts.filesystem(path)
    part = next(f.path for f in system.get_file_info(pafs.FileSelector(f"{inside}.parts")) if f.base_name.startswith("part-"))
    system.move(part, inside)
    parts.clear(f"{path}.parts")
    if "://" not in path:
        Path(path).chmod(0o600)


def _accessed(context: Context, command: str, what: str, purpose: str) -> None:
    context.tables.log(
        "ops.access", [{"account": getpass.getuser(), "command": command, "object": what, "purpose": purpose, "at": now()}]
    )


def request(context: Context, indirect: bool = False) -> dict[str, Any]:
    """Writes what the circuit asks for to vault/requests/<request>/; returns the closing summary.

    Args:
        indirect: what CNAM's own search asks for instead, where no NIR may be used: traits and care under random numbers. They are medical, so they
            go to restricted/requests/<request>/ and not to the vault.

    Raises:
        UsageError: nothing published yet, or no patient who can be asked for.
    """
    tables, published, config = context.tables, context.ledger.published(), context.config
    if not tables.exists("vault.patient") or "silver.patient" not in published:
        raise UsageError("no patients yet: p4dp nightly")
    batch = context.ledger.last_batch() + 1
    context.ledger.step(batch, "link", "opened")
    name = f"{now():%Y%m%d}-{batch}{_SEARCHED if indirect else ''}"
    root = f"{config.at(config.roots.restricted if indirect else config.roots.vault)}/requests"
    folder = f"{root}/{name}"
    system, inside = parts.filesystem(folder)
    system.create_dir(inside, recursive=True)
    if "://" not in folder:
        for made in (root, folder):
            Path(made).chmod(0o700)
    stamp = {"request_id": F.lit(name), "batch_id": F.lit(batch).cast("bigint")}
    patients = tables.read("silver.patient", published["silver.patient"])
    staged = f"{folder}/staged"
    for earlier, _ in parts.folders(root, ""):  # what a request that was killed left
        for kind in ("staged", "subjects.csv.parts", "persons.csv.parts", "care.csv.parts"):
            parts.clear(f"{earlier}/{kind}")
    try:
        if indirect:
            _accessed(context, "link request", "silver.patient", name)
            order = F.row_number().over(Window.orderBy(F.rand()))
            subjects = patients.select("patient_key", F.format_string(f"NS_{batch}_%09d", order).alias("subject"))
        else:
            _accessed(context, "link request", "vault.patient", name)
            asked = tables.parquet(staged, circuit.subjects(tables.read("vault.patient"), patients, f"NS_{batch}_"))
            if asked.isEmpty():
                parts.clear(folder)
                raise UsageError(
                    "nobody can be asked for: no patient has a NIR that is well formed, a whole birth date and a sex; no file was written"
                )
            subjects = asked.select("patient_key", F.col("NUM_SUJET").alias("subject"))
        tables.append("vault.subject", subjects.withColumns(stamp), batch)
        held = tables.read("vault.subject").where(F.col("request_id") == name)
        if indirect:
            _search(context, held, folder)
        else:
            _one_file(asked.select(*circuit.COLUMNS).distinct(), f"{folder}/subjects.csv")
    finally:
        parts.clear(staged)
    context.ledger.step(batch, "link", "published")
    counts = held.agg(F.count(F.lit(1)).alias("patients"), F.count_distinct("subject").alias("subjects")).collect()[0]
    return {"request": name, "folder": folder, **counts.asDict(), "patients_without": patients.count() - counts["patients"]}


def _search(context: Context, subjects: DataFrame, folder: str) -> None:
    """Traits and care of subjects, for a search on what both sides know; records of practices know neither scheme nor stays."""
    published = context.ledger.published()
    gp = evidence.records(*(context.tables.read(n, published.get(n, 0)) for n in READ[:6]), merged=context.mappings.communes)
    numbers = subjects.select("patient_key", F.col("subject").alias("NUM_SUJET"))
    people = gp.people.join(numbers, "patient_key").select(
        "NUM_SUJET", "sex", "birth_year", "birth_month", "department", "commune", "death_date"
    )

    def done(rows: DataFrame, kind: str, day: str = "day", code: str | None = None) -> DataFrame:
        told = F.col(code) if code else F.lit(None).cast("string")
        return rows.where(F.col(day).isNotNull()).select(
            "patient_key", F.col(day).alias("day"), F.lit(kind).alias("kind"), told.alias("code")
        )

    acts, protocols = (context.tables.read(n, published.get(n, 0)) for n in ("silver.act", "silver.care_protocol"))
    kinds = [done(gp.visits, "GP visit"), done(gp.drugs, "prescription", code="atc"), done(gp.analyses, "biology prescription"),
             done(acts, "act", "done_on", "code"), done(protocols.where("code_system = 'CIM-10'"), "long-term illness", "start_date", "code")]  # fmt: skip
    care = reduce(DataFrame.unionAll, kinds)
    _one_file(people, f"{folder}/persons.csv")
    _one_file(care.join(numbers, "patient_key").select("NUM_SUJET", "day", "kind", "code").distinct(), f"{folder}/care.csv")


def take_in(context: Context, name: str) -> dict[str, Any]:
    """Links patients of a request to the beneficiaries that came back under its subject numbers; returns the closing summary.

    Links of the same kind that the extract at hand does not bear out end, and others whose patient or beneficiary is gone: subject numbers of an earlier
    request mean nothing in it. What came of a search on traits and care is no proof by NIR: such links are `searched`.

    Raises:
        UsageError: no such request, nothing loaded yet, or no beneficiary of the loaded extract has a number of it.
        GateFailed: an expectation on the links failed; published versions are untouched.
    """
    tables, published = context.tables, context.ledger.published()
    take_back(context, published)
    asked = tables.read("vault.subject").where(F.col("request_id") == name)
    if not asked.limit(1).count():
        known = [r[0] for r in tables.read("vault.subject").select("request_id").distinct().orderBy("request_id").collect()]
        raise UsageError(f"no request {name}; there are: {', '.join(known) or 'none yet (p4dp link request)'}")
    if "events.pseudonym" not in published:
        raise UsageError("no claims yet: load the extract that the circuit returned (p4dp load-snds), then import")
    method = "searched" if name.endswith(_SEARCHED) else "direct"
    batch = context.ledger.last_batch() + 1
    _accessed(context, "link import", "vault.subject", name)
    patients = tables.read("silver.patient", published["silver.patient"]).select("patient_key", "practice_key")
    returned = (
        tables.read("events.pseudonym", published["events.pseudonym"])
        .select(F.col("BEN_NIR_PSA").alias("subject"), "beneficiary_id")
        .distinct()
    )
    staged = f"{context.config.at(context.config.roots.warehouse)}/staging/link={batch}"
    rows = tables.parquet(
        f"{staged}/direct",
        asked.select("patient_key", "subject").join(patients, "patient_key").join(returned, "subject", "left").drop("subject"),
    )
    one = (
        rows.where("beneficiary_id IS NOT NULL")
        .groupBy("patient_key", "practice_key")
        .agg(F.collect_set("beneficiary_id").alias("b"))
    )
    found = one.where("size(b) = 1").select("patient_key", "practice_key", F.col("b")[0].alias("beneficiary_id"))
    linked, several, considered = found.count(), one.where("size(b) > 1").count(), asked.count()
    if not linked:
        parts.clear(staged)
        raise UsageError(
            f"no patient of request {name} has one beneficiary in the extract at hand, {told(several)} have several: load the extract that the circuit returned for it first (p4dp load-snds)"
        )
    opened(context, batch)
    today = F.lit(now().date())
    with tracking.tracked(
        context.config, "linkage", method, {n: published[n] for n in ("silver.patient", "events.pseudonym")}
    ) as run:
        stamp = {"run_id": F.lit(run.run_id), "batch_id": F.lit(batch).cast("bigint")}
        old = tables.read("linked.link").where((F.col("method") == method) & F.col("valid_to").isNull())
        same = old.select("patient_key", "beneficiary_id", F.col("valid_from").alias("_since"))
        holds = found.withColumns({"method": F.lit(method), **stamp}).join(same, ["patient_key", "beneficiary_id"], "left")
        holds = holds.withColumn("valid_from", F.coalesce("_since", today))
        over = old.join(found, ["patient_key", "beneficiary_id"], "left_anti").withColumns({"valid_to": today, **stamp})
        others = tables.read("linked.link").where((F.col("method") != method) & F.col("valid_to").isNull())
        gone = assign.of_the_gone(others, patients, tables.read("events.beneficiary", published["events.beneficiary"]))
        gone = gone.withColumns({"valid_to": today, "batch_id": stamp["batch_id"]})
        contract = table("linked.link")
        whole = holds.select(
            *(F.col(c.name) if c.name in holds.columns else F.lit(None).cast(c.type).alias(c.name) for c in contract.columns)
        )
        rows = whole.unionByName(over.select(*contract.names)).unionByName(gone.select(*contract.names))
        tables.merge("linked.link", rows.withColumn("_gone", F.lit(False)), [])
        summary = {"run_id": run.run_id, "method": method, "is_full": True, "patients": considered, "linked": linked, **batches(context),
                   "batch_id": batch, "at": now()}  # fmt: skip
        tables.log("linked.run", [summary])
        run.params({"method": method, "request": name})
        run.metrics({"patients": shown(considered), **portions({"linked": linked, "several": several}, considered)})
        gate(context, batch, published)
    parts.clear(staged)
    return {"request": name, "method": method, "run_id": run.run_id, "patients": considered, "linked": linked, "several": several}
