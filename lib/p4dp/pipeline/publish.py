"""publish: what a project may see, into its own space, under its own pseudonyms.

No identifier of a patient, a professional or a practice is in it; dates and places are made coarse. The release is refused
whole when a rule is broken, and says what was removed and which share of people would still be alone with what is there.
"""

from __future__ import annotations

import datetime as dt
import html
import json
from collections.abc import Callable, Iterator
from functools import reduce
from pathlib import Path
from typing import Any

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from p4dp.contracts import table
from p4dp.contracts.small_counts import told
from p4dp.errors import NotReleased
from p4dp.identity.keys import PseudonymMaker, create_secret, load_secret
from p4dp.linkage import assign
from p4dp.models.figures import HEAD
from p4dp.pipeline.clock import Progress
from p4dp.pipeline.context import Context
from p4dp.release import project as projects
from p4dp.release.project import Project
from p4dp.storage import parts
from p4dp.storage.ledger import now
from p4dp.storage.releases import Releases

#: Table → the day that the period is asked of; tables with an encounter and no day of their own take the encounter's.
_DAY = {
    "silver.encounter": "encounter_date", "silver.prescription": "prescribed_on", "silver.measurement": "measured_on", "silver.lab_result": "sampled_on",
    "silver.vaccination": "given_on", "silver.order": "ordered_on", "silver.act": "done_on", "silver.history": "start_date", "silver.work_stoppage": "start_date",
    "silver.certificate": "issued_on", "silver.referral": "referred_on", "silver.document": "document_date", "silver.care_protocol": "start_date",
    "silver.allergy": "recorded_on", "silver.lifestyle": "recorded_on", "silver.observation_period": "start_date", "events.event": "start_date",
    "gold.finding": "start_date",
}  # fmt: skip
_OF_ENCOUNTER = ("silver.reason", "silver.diagnosis")
#: Tables whose rows last: what lasts into the period is in it, and so is what has no day, since it says how things are.
_LASTS = {"silver.history": "end_date", "silver.care_protocol": "end_date", "silver.work_stoppage": "end_date", "silver.observation_period": "end_date",
          "gold.finding": "end_date"}  # fmt: skip


def find(context: Context, name: str) -> Project:
    """A project of conf/projects."""
    return projects.load(Path(context.config.beside("projects")) / f"{name}.yaml")


def _population(context: Context, project: Project, versions: dict[str, int]) -> DataFrame:
    """One row per record of a person whom the project may see: patient_key or beneficiary_id, `_human` (the same on both sides of a link), practice_key."""
    asked, tables = project.population, context.tables

    def read(name: str) -> DataFrame:
        return tables.read(name, versions.get(name))

    links = assign.holding(read("linked.link"))
    patients = read("silver.patient").select("patient_key", "practice_key", "birth_year")
    records = patients.join(links, "patient_key", "left")
    if asked.born_from is not None:
        records = records.where(F.col("birth_year") >= asked.born_from)
    if asked.born_until is not None:
        records = records.where(F.col("birth_year") <= asked.born_until)
    if asked.linked:
        records = records.where("beneficiary_id IS NOT NULL")
    if asked.algorithm:
        found = (
            read("gold.finding")
            .where((F.col("algorithm") == asked.algorithm) & (F.col("side") == asked.side))
            .select("person_id")
            .distinct()
        )
        key = "patient_key" if asked.side == "gp" else "beneficiary_id"
        records = records.join(found.withColumnRenamed("person_id", key), key, "left_semi")
    return records.select(
        "patient_key", "beneficiary_id", F.coalesce("beneficiary_id", "patient_key").alias("_human"), "practice_key"
    )


def _named(secret_file: str, project: str) -> Callable[[Iterator[pd.DataFrame]], Iterator[pd.DataFrame]]:
    def run(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        make = PseudonymMaker(load_secret(secret_file, environment=False))
        for frame in frames:
            frame["person"] = [make.released(project, "person", human) for human in frame["_human"]]
            frame["practice"] = [make.released(project, "practice", key) for key in frame["practice_key"]]
            yield frame

    return run


def _coarse(project: Project, name: str, column: str) -> Column:
    kind = table(name).column(column).type
    value = F.col(column)
    if name == "events.event" and column == "code":  # a declared doctor's number is the code of its event
        value = F.when(F.coalesce(F.col("code_system"), F.lit("")) != "PFS", value)
    if column == "encounter_time" and project.coarsen.dates != "day":
        value = F.lit(None).cast("string")
    if kind == "date" and project.coarsen.dates != "day":
        value = F.trunc(column, project.coarsen.dates)
    if column == "department" and project.coarsen.places == "none":
        value = F.lit(None).cast("string")
    if column == "birth_month" and project.coarsen.dates in ("quarter", "year"):
        value = F.lit(None).cast("int")
    return value.alias(column)


def _in_period(name: str, begin: dt.date, end: dt.date) -> Column:
    """Whether a row of a table belongs to a period: its day lies in it, it lasts into it, or it has no day and says how things are."""
    if name in _OF_ENCOUNTER:
        return F.col("_day").between(F.lit(begin), F.lit(end))
    if name not in _DAY:
        return F.lit(True)
    started = F.col(_DAY[name])
    if name in _LASTS:
        ended = F.col(_LASTS[name])
        return (started.isNull() | (started <= F.lit(end))) & (ended.isNull() | (ended >= F.lit(begin)))
    return started.isNull() | started.between(F.lit(begin), F.lit(end))


def _of_population(context: Context, name: str, people: DataFrame, versions: dict[str, int]) -> DataFrame:
    """Rows of one table about the people of a project, with `person`; of an encounter's own tables with its day as `_day`."""
    rows = context.tables.read(name, versions.get(name))
    if name in _OF_ENCOUNTER:
        encounters = context.tables.read("silver.encounter", versions.get("silver.encounter"))
        rows = rows.join(encounters.select("encounter_id", F.col("encounter_date").alias("_day")), "encounter_id")
    if name == "gold.finding":
        gp = people.select(F.col("patient_key").alias("person_id"), "person").where("person_id IS NOT NULL")
        snds = people.select(F.col("beneficiary_id").alias("person_id"), "person").where("person_id IS NOT NULL")
        return rows.join(gp.unionByName(snds).distinct(), "person_id")
    key = "beneficiary_id" if name.startswith("events.") else "patient_key"
    return rows.join(people.where(f"{key} IS NOT NULL").select(key, "person").distinct(), key)


def _rows(project: Project, name: str, columns: tuple[str, ...], rows: DataFrame) -> DataFrame:
    """Rows of a project's people → those of its period, in its columns, made coarse."""
    found, dates = rows.where(_in_period(name, *project.period)), project.coarsen.dates
    day = [(F.col("_day") if dates == "day" else F.trunc("_day", dates)).alias("day")] if name in _OF_ENCOUNTER else []
    return found.select("person", *day, *(_coarse(project, name, c) for c in columns))


def _alone(tables: dict[str, DataFrame]) -> tuple[float | None, float | None]:
    """Shares of people who are alone with their traits, and with their traits and all that is dated or coded."""
    traits = tables.get("silver.patient")
    known = [c for c in ("sex", "birth_year", "birth_month", "department") if traits is not None and c in traits.columns]
    if traits is None:
        traits = reduce(DataFrame.unionAll, [rows.select("person") for rows in tables.values()]).distinct()
    who = (
        traits.select("person", F.xxhash64(*known).alias("t") if known else F.lit(0).alias("t"))
        .groupBy("person")
        .agg(F.min("t").alias("t"))
    )
    dated = [
        rows.select("person", F.xxhash64(F.lit(name), *[c for c, kind in rows.dtypes if c != "person" and (kind == "date" or "code" in c or c in ("atc", "kind"))]).alias("h"))
        for name, rows in tables.items()
        if name != "silver.patient"
    ]  # fmt: skip
    if dated:
        history = reduce(DataFrame.unionAll, dated).groupBy("person").agg(F.hash(F.array_sort(F.collect_list("h"))).alias("h"))
        who = who.join(history, "person", "left")
    else:
        who = who.withColumn("h", F.lit(0))

    def share(*columns: str) -> float | None:
        counted = (
            who.groupBy(*columns)
            .count()
            .agg(F.sum(F.when(F.col("count") == 1, 1).otherwise(0)).alias("one"), F.sum("count").alias("all"))
            .collect()[0]
        )
        return counted["one"] / counted["all"] if counted["all"] else None

    return (share("t") if known else None), share("t", "h")


def run(context: Context, name: str, progress: Progress = lambda _: None) -> dict[str, Any]:
    """Releases to a project; returns the closing summary.

    Raises:
        UsageError: no such project, or its file asks for what may not leave.
        NotReleased: the project has ended, a table is not published, or too few people or practices are in it.
    """
    project = find(context, name)
    today, published = now().date(), context.ledger.published()
    if project.until < today:
        raise NotReleased(f"project {name} ended on {project.until}: nothing is released to it")
    needed = {
        *project.tables,
        "silver.patient",
        *(["gold.finding"] if project.population.algorithm else []),
        *(["linked.link"] if project.population.linked else []),
    }
    if missing := sorted(n for n in needed if n not in published):
        raise NotReleased(f"project {name}: {', '.join(missing)} not published yet")
    versions = {n: published.get(n, 0) for n in (*needed, "linked.link", "silver.encounter")}
    batch = context.ledger.last_batch()
    release_id = f"{batch}-{today:%Y%m%d}"
    secret = str(Path(context.config.at(context.config.roots.vault)) / "projects" / f"{name}.secret")
    create_secret(secret, environment=False)
    progress("population")
    staging = f"{context.config.at(context.config.roots.restricted)}/staging-release/{name}"
    schema = "patient_key string, beneficiary_id string, _human string, practice_key string, person string, practice string"
    named = _population(context, project, versions).mapInPandas(_named(secret, name), schema)
    try:
        people = context.tables.parquet(staging, named)
        return _released(context, project, people, versions, release_id, progress)
    finally:  # it joins our pseudonyms with the project's: nothing of it may stay
        parts.clear(staging)


def _released(
    context: Context,
    project: Project,
    people: DataFrame,
    versions: dict[str, int],
    release_id: str,
    progress: Progress,
) -> dict[str, Any]:
    name = project.name
    counted = people.agg(F.count_distinct("person"), F.count_distinct("practice")).collect()[0]
    limits = project.disclosure
    if counted[0] < limits.smallest or counted[1] < limits.practices:
        raise NotReleased(
            f"project {name}: fewer than {limits.smallest} people or {limits.practices} practices are in its population"
        )
    tables, outside = {}, {}
    for table_name, columns in project.tables.items():
        progress(table_name)
        theirs = _of_population(context, table_name, people, versions)
        tables[table_name] = _rows(project, table_name, columns, theirs)
        outside[table_name] = theirs.where(~_in_period(table_name, *project.period)).count()
    control = people.select("person", "practice").distinct()
    manifest: dict[str, Any] = {"project": name, "release_id": release_id, "legal_basis": project.legal_basis, "until": project.until, "versions": versions,
                                "tables": {n: ["person", *c] for n, c in project.tables.items()}, "at": now()}  # fmt: skip
    space = Releases(context.spark, context.config, name)
    folder = space.write(release_id, tables, control, manifest)
    progress("report")
    written = {n: space.read(release_id, n) for n in tables}
    traits, history = _alone(written)
    report = {"persons": counted[0], "practices": counted[1], "rows": {n: f.count() for n, f in written.items()},
              "outside_period": {n: told(k, limits.smallest) for n, k in outside.items()}, "unique_traits": traits, "unique_history": history,
              "removed": {n: _removed(project, n, c) for n, c in project.tables.items()}, "coarsened": project.coarsen.model_dump()}  # fmt: skip
    (folder / "report.json").write_text(json.dumps(report, indent=1), "utf-8")
    (folder / "report.html").write_text(_page(project, release_id, report), "utf-8")
    context.tables.log("ops.release", [{"project": name, "release_id": release_id, "legal_basis": project.legal_basis, "until": project.until, "persons": counted[0],
                                        "tables": sorted(tables), "unique_traits": traits, "unique_history": history, "at": now()}])  # fmt: skip
    return {
        "project": name,
        "release_id": release_id,
        "folder": str(folder),
        **{k: report[k] for k in ("persons", "rows", "unique_traits", "unique_history")},
    }


def _removed(project: Project, name: str, columns: tuple[str, ...]) -> dict[str, str]:
    out = {}
    for column in table(name).names:
        if column not in columns:
            identifier = column in projects.IDENTIFIERS or column.endswith(("_key", "_id"))
            out[column] = "identifier" if identifier else "too fine a place" if column in projects.PLACES else "not asked for"
    return out


def _page(project: Project, release_id: str, report: dict[str, Any]) -> str:
    def percent(value: float | None) -> str:
        return "not known" if value is None else f"{value:.1%}"

    parts = [HEAD.format(title=f"Release to {project.name}"), f"<h1>{html.escape(project.title)}: release {release_id}</h1>",
             f"<p>Legal basis {html.escape(project.legal_basis)}, until {project.until}. Pseudonymised, not anonymous: rows stay in the project's space.</p>",
             f"<p>{report['persons']} people of {report['practices']} practices. Alone with sex, birth year and department: {percent(report['unique_traits'])}; "
             f"alone with traits, dates and codes: {percent(report['unique_history'])}.</p>"]  # fmt: skip
    for name, why in report["removed"].items():
        parts.append(
            f"<h2>{name}</h2><p>{report['rows'][name]} rows; {report['outside_period'][name]} rows of these people lie outside the period. Dates to the {project.coarsen.dates}, places: {project.coarsen.places}.</p><table>"
        )
        parts += [f"<tr><td>{column}</td><td>{reason}</td></tr>" for column, reason in why.items()]
        parts.append("</table>")
    return "\n".join(parts)
