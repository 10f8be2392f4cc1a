"""export: a table of counts out of a project's space, checked, and gone only after two named people approved it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from p4dp.errors import NotReleased, UsageError
from p4dp.pipeline import publish
from p4dp.pipeline.clock import Progress
from p4dp.pipeline.context import Context
from p4dp.release.disclosure import TOTAL, Cell, Checked, Key, Label, Limits, check, differing, with_totals
from p4dp.release.project import Project
from p4dp.release.question import condition, equalities
from p4dp.storage.ledger import now
from p4dp.storage.releases import Releases

#: Dimensions of which every person has one value: over them there are totals. Over others a person counts in several cells, and no total is given.
_OF_A_PERSON = ("sex", "birth_year", "birth_month", "department", "death_date")
_MOST_CELLS = 2000


def _counted(rows: DataFrame, control: DataFrame, by: list[str]) -> dict[Key, Cell]:
    """Cells of people, practices and the largest practice's share."""
    of_person = [d for d in by if d in _OF_A_PERSON]
    each = (
        rows.select("person", *(F.coalesce(F.col(d).cast("string"), F.lit("not known")).alias(d) for d in by))
        .distinct()
        .join(control, "person")
    )
    out: dict[Key, Cell] = {}
    for n in range(len(of_person) + 1):
        for left_out in combinations(of_person, n):
            kept = [d for d in by if d not in left_out]
            people = each.select("person", "practice", *kept).distinct()
            per_practice = people.groupBy(*kept, "practice").agg(F.count_distinct("person").alias("n"))
            cells = per_practice.groupBy(*kept).agg(F.count(F.lit(1)).alias("practices"), F.max("n").alias("largest"))
            persons = people.groupBy(*kept).agg(F.count_distinct("person").alias("people"))
            joined = cells.join(persons, kept) if kept else cells.crossJoin(persons)
            for r in joined.limit(_MOST_CELLS + 1).collect():
                key = tuple(TOTAL if d in left_out else r[d] for d in by)
                out[key] = Cell(r["people"], r["practices"], r["largest"] / r["people"] if r["people"] else 0.0)
    return out


def _checked(cells: dict[Key, Cell], by: list[str], limits: Limits, differ: set[Key], left: set[Key]) -> Checked:
    """Checks each slice of the dimensions that people have several values of by itself."""
    many = [n for n, d in enumerate(by) if d not in _OF_A_PERSON]
    single = [n for n, d in enumerate(by) if d in _OF_A_PERSON]
    whole = Checked()
    for slice_ in sorted({tuple(k[n] for n in many) for k in cells}):
        mine = {tuple(k[n] for n in single): c for k, c in cells.items() if tuple(k[n] for n in many) == slice_}

        def back(key: Key, slice_: Key = slice_) -> Key:
            values = dict(zip(many, slice_, strict=True)) | dict(zip(single, key, strict=True))
            return tuple(values[n] for n in range(len(by)))

        full = with_totals({k: c for k, c in mine.items() if TOTAL not in k}, mine) if single else mine
        found = check(full, limits, *({k for k in full if back(k) in keys} for keys in (differ, left)))
        whole.published |= {back(k): v for k, v in found.published.items()}
        whole.removed |= {back(k): why for k, why in found.removed.items()}
    return whole


def _label(key: Key, by: list[str], fixed: dict[str, str]) -> Label:
    """A cell by what its people have in common, whatever table, order or condition it was asked with."""
    told = {**fixed, **{d: v for d, v in zip(by, key, strict=True) if v != TOTAL}}
    return frozenset(f"{d}={v}" for d, v in told.items())


def _before(
    context: Context, cells: dict[Key, Cell], by: list[str], fixed: dict[str, str], limits: Limits
) -> tuple[set[Key], set[Key]]:
    """Cells that differ by a few from what left earlier, and cells that left themselves; of whatever project, table, population or period."""
    earlier: dict[Label, set[int]] = {}
    origins: dict[tuple[str, str], dict[Label, set[int]]] = {}
    for r in context.tables.rows("ops.published_cell"):
        label = frozenset(json.loads(r["cell"]))
        for told in (earlier, origins.setdefault((r["project"], r["counted"]), {})):
            told.setdefault(label, set()).add(r["people"])
    labels = {key: _label(key, by, fixed) for key in cells}
    left = {key for key, cell in cells.items() if cell.people in earlier.get(labels[key], ())}
    return differing(cells, labels, earlier, limits, origins.values()), left


def _result(context: Context, project: Project, question: dict[str, Any]) -> tuple[Checked, dict[str, str]]:
    release_id, manifest = Releases(context.spark, context.config, project.name).last()
    name, by = question["table"], question["by"]
    space = Releases(context.spark, context.config, project.name)
    if name not in manifest["tables"]:
        raise UsageError(f"project {project.name} has no table {name}; it has {', '.join(manifest['tables'])}")
    rows = space.read(release_id, name)
    if lacking := [d for d in by if d not in rows.columns]:
        people = manifest["tables"].get("silver.patient", [])
        if any(d not in people for d in lacking):
            raise UsageError(
                f"{name} has no column {', '.join(lacking)}; it has {', '.join(c for c in rows.columns if c != 'person')}"
            )
        traits = space.read(release_id, "silver.patient").select("person", *lacking)
        first = (
            traits.withColumn("_n", F.row_number().over(Window.partitionBy("person").orderBy(*lacking))).where("_n = 1").drop("_n")
        )
        rows = rows.join(first, "person")  # a human in two practices has one value
    elif name == "silver.patient":
        rows = rows.withColumn("_n", F.row_number().over(Window.partitionBy("person").orderBy(*by))).where("_n = 1").drop("_n")
    rows = rows.where(condition(question["where"], [c for c in rows.columns if c != "person"]))
    cells = _counted(rows, space.control(release_id), by)
    if not cells:
        raise UsageError("nobody is counted: no cell to export")
    if len(cells) > _MOST_CELLS:
        raise UsageError(f"more than {_MOST_CELLS} cells: fewer dimensions, or coarser ones")
    d = project.disclosure
    fixed = equalities(question["where"])
    limits = Limits(d.smallest, d.practices, d.largest_share)
    return _checked(cells, by, limits, *_before(context, cells, by, fixed, limits)), fixed


def _open(context: Context, name: str) -> Project:
    """A project that may still ask.

    Raises:
        UsageError: no such project, or it has ended.
    """
    project = publish.find(context, name)
    if project.until < now().date():
        raise UsageError(f"project {name} ended on {project.until}")
    return project


def ask(
    context: Context, name: str, table: str, by: list[str], where: str, who: str, progress: Progress = lambda _: None
) -> dict[str, Any]:
    """Counts people of a released table by dimensions, and keeps the checked table for approval; returns the summary.

    Raises:
        UsageError: no such project, release, table or column; too many cells.
    """
    project = _open(context, name)
    if not by or len(by) > 3:
        raise UsageError("--by: one to three columns")
    question = {"table": table, "by": by, "where": where}
    progress("count")
    found, _ = _result(context, project, question)
    export_id = hashlib.sha256(
        json.dumps({**question, "n": context.tables.read("ops.export").count()}, sort_keys=True).encode()
    ).hexdigest()[:8]
    waiting = Releases(context.spark, context.config, name).folder / "waiting" / export_id
    _write(waiting, by, found)
    context.tables.log("ops.export", [{"project": name, "export_id": export_id, "step": "asked", "by": who, "question": json.dumps(question),
                                       "cells": len(found.published), "removed": len(found.removed), "at": now()}])  # fmt: skip
    reasons: dict[str, int] = {}
    for why in found.removed.values():
        reasons[why] = reasons.get(why, 0) + 1
    return {
        "project": name,
        "export_id": export_id,
        "cells": len(found.published),
        "removed": reasons,
        "waits_for": list(project.approvers),
        "look_at": str(waiting / "table.csv"),
    }


def _write(folder: Path, by: list[str], found: Checked) -> None:
    """The checked table, and how many cells were removed; a cell that is removed has no number anywhere."""
    folder.mkdir(parents=True, exist_ok=True)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*by, "people"])
    for key in sorted({*found.published, *found.removed}):
        writer.writerow([*key, found.published.get(key, "not shown")])
    (folder / "table.csv").write_text(out.getvalue(), "utf-8")
    # which cell was removed for which reason would tell its size: only how many were
    removed = Counter(found.removed.values())
    (folder / "disclosure.json").write_text(
        json.dumps({"removed": sum(removed.values()), "published": len(found.published)}, indent=1), "utf-8"
    )


def approve(context: Context, name: str, export_id: str, who: str) -> dict[str, Any]:
    """Notes an approval; with the second one the table is checked once more against all that left meanwhile, and leaves.

    Raises:
        UsageError: no such export, or the person is not an approver of the project, or asked for it.
        NotReleased: something that left meanwhile would reveal people by difference.
    """
    project = _open(context, name)
    steps = [
        r.asDict()
        for r in context.tables.read("ops.export")
        .where((F.col("project") == name) & (F.col("export_id") == export_id))
        .orderBy("at")
        .collect()
    ]
    if not steps:
        raise UsageError(f"project {name} has no export {export_id}")
    if steps[-1]["step"] == "left":
        raise UsageError(f"export {export_id} has left already")
    if who not in project.approvers:
        raise UsageError(f"{who} is no approver of {name}: {', '.join(project.approvers)}")
    asked = max(
        n for n, s in enumerate(steps) if s["step"] == "asked"
    )  # a table that changed is asked for anew: earlier approvals are void
    if who == steps[asked]["by"]:
        raise UsageError(f"{who} asked for export {export_id} and cannot approve it")
    approved = {s["by"] for s in steps[asked:] if s["step"] == "approved"} | {who}
    context.tables.log("ops.export", [{"project": name, "export_id": export_id, "step": "approved", "by": who, "at": now()}])
    if len(approved) < 2:
        return {"project": name, "export_id": export_id, "approved_by": sorted(approved), "left": False}
    question = json.loads(steps[asked]["question"])
    found, fixed = _result(context, project, question)
    folder = Releases(context.spark, context.config, name).folder
    kept = (folder / "waiting" / export_id / "table.csv").read_text("utf-8")
    out = folder / "out" / export_id
    _write(folder / "waiting" / export_id, question["by"], found)
    if (folder / "waiting" / export_id / "table.csv").read_text("utf-8") != kept:
        context.tables.log("ops.export", [{"project": name, "export_id": export_id, "step": "asked", "by": steps[asked]["by"], "question": steps[asked]["question"],
                                           "cells": len(found.published), "removed": len(found.removed), "at": now()}])  # fmt: skip
        raise NotReleased(f"export {export_id}: the checked table changed since it was asked for; look at it and approve it again")
    context.tables.log("ops.published_cell", [{"project": name, "export_id": export_id, "counted": question["table"], "cell": json.dumps(sorted(_label(k, question["by"], fixed))), "people": v, "at": now()}
                                              for k, v in found.published.items()])  # fmt: skip
    _write(out, question["by"], found)
    context.tables.log("ops.export", [{"project": name, "export_id": export_id, "step": "left", "by": who, "cells": len(found.published),
                                       "removed": len(found.removed), "at": now()}])  # fmt: skip
    return {"project": name, "export_id": export_id, "approved_by": sorted(approved), "left": True, "file": str(out / "table.csv")}
