"""Chart review: a stratified sample, a form for each practice's own doctor, and the accuracy that comes back.

The form names patients by the practice's own numbers, so it is written below the vault, by the account that may read them.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

from pyspark.sql import Window
from pyspark.sql import functions as F

from p4dp.algorithms.core import SIDES, Algorithm
from p4dp.contracts import table
from p4dp.errors import UsageError
from p4dp.linkage import assign
from p4dp.models import registry, tracking
from p4dp.models.review_statistics import Answer, accuracy
from p4dp.pipeline import derive
from p4dp.pipeline.context import Context

_COLUMNS = ("review_id", "number", "patient", "question", "answer")
_ANSWERS = ("yes", "no", "unclear")
EXPERIMENT = "reviews"


def sample(context: Context, algorithm: Algorithm, size: int, seed: int = 1) -> dict[str, Any]:
    """Draws patients from strata, as evenly as these allow, and writes a form per practice; returns the summary.

    What claims find can be asked of linked patients only, so whoever is not linked is in strata of their own.

    Raises:
        UsageError: nothing was found yet, or nobody can be drawn.
    """
    published = context.ledger.published()
    if "gold.finding" not in published:
        raise UsageError(f"{algorithm.name} found nothing yet: p4dp algorithms run {algorithm.name}")
    read = context.tables.read
    found = (
        read("gold.finding", published["gold.finding"])
        .where(F.col("algorithm") == algorithm.name)
        .select("side", "person_id")
        .distinct()
    )
    links = assign.holding(read("linked.link", published.get("linked.link", 0)))
    gp = found.where("side = 'gp'").select(F.col("person_id").alias("patient_key"), F.lit(True).alias("_gp"))
    snds = (
        found.where("side = 'snds'")
        .select(F.col("person_id").alias("beneficiary_id"))
        .join(links, "beneficiary_id")
        .select("patient_key", F.lit(True).alias("_snds"))
        .distinct()
    )
    linked = links.select("patient_key").distinct().withColumn("_linked", F.lit(True))
    people = (
        read("silver.patient", published["silver.patient"])
        .where("death_date IS NULL")
        .select("patient_key")
        .join(gp, "patient_key", "left")
        .join(snds, "patient_key", "left")
        .join(linked, "patient_key", "left")
    )
    both = F.col("_gp").isNotNull() & F.col("_snds").isNotNull()
    found_in = F.when(both, "both").when(F.col("_gp"), "gp").when(F.col("_snds"), "snds").otherwise("none")
    apart = F.when(F.col("_linked").isNull() & F.lit("snds" in algorithm.sides), "_unlinked").otherwise("")
    strata = people.select("patient_key", F.concat(found_in, apart).alias("stratum"))
    ranked = strata.withColumns({
        "_rank": F.row_number().over(Window.partitionBy("stratum").orderBy(F.xxhash64("patient_key", F.lit(seed)), "patient_key")),
        "_all": F.count(F.lit(1)).over(Window.partitionBy("stratum")),
    })  # fmt: skip
    each = max(size // max(strata.select("stratum").distinct().count(), 1), 1)
    drawn = ranked.where(F.col("_rank") <= each).withColumn("weight", F.col("_all") / F.least(F.col("_all"), F.lit(each)))
    vault = (
        read("vault.patient")
        .groupBy("patient_key")
        .agg(F.max_by("practice_id", "sequence").alias("practice_id"), F.max_by("local_id", "sequence").alias("local_id"))
    )
    rows = drawn.join(vault, "patient_key").orderBy(F.xxhash64("patient_key", F.lit(seed + 1))).collect()
    if not rows:
        raise UsageError("nobody can be drawn")
    batch_id = context.ledger.last_batch() + 1
    review_id = f"{algorithm.name}-{batch_id}"
    folder = Path(context.config.at(context.config.roots.vault)) / "reviews" / review_id
    folder.mkdir(parents=True, mode=0o700)
    forms: dict[str, list[tuple[object, ...]]] = {}
    for number, r in enumerate(rows, 1):
        forms.setdefault(r["practice_id"], []).append((review_id, number, r["local_id"], algorithm.question, ""))
    for practice, lines in forms.items():
        with (folder / f"{practice}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, delimiter=";")
            writer.writerow(_COLUMNS)
            writer.writerows(lines)
    context.ledger.step(batch_id, "derive", "opened")
    listed = [
        (review_id, n, algorithm.name, algorithm.version, r["patient_key"], r["stratum"], float(r["weight"]), None, batch_id)
        for n, r in enumerate(rows, 1)
    ]
    schema = ", ".join(f"{c.name} {c.type}" for c in table("gold.review").columns)
    context.tables.append("gold.review", context.spark.createDataFrame(listed, schema), batch_id)
    derive.gate(context, batch_id, "gold.review")
    strata_drawn = dict(Counter(r["stratum"] for r in rows))
    return {"review_id": review_id, "patients": len(rows), "strata": strata_drawn, "forms": len(forms), "folder": str(folder)}


def _answers(files: list[Path], review_id: str, known: set[int]) -> dict[int, str]:
    """Answers of forms that came back, refused whole when one cannot be read.

    Raises:
        UsageError: what, in which file and line.
    """
    out: dict[int, str] = {}
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text, delimiter=";")
            if not {"review_id", "number", "answer"} <= set(reader.fieldnames or ()):
                raise UsageError(f"{file}: the columns review_id, number and answer are needed")
            for line, row in enumerate(reader, 2):
                answer = (row["answer"] or "").strip().lower()
                if not answer:
                    continue
                if row["review_id"] != review_id or not (row["number"] or "").isdigit() or int(row["number"]) not in known:
                    raise UsageError(f"{file}, line {line}: not a patient of {review_id}")
                if answer not in _ANSWERS:
                    raise UsageError(f"{file}, line {line}: answer yes, no or unclear")
                out[int(row["number"])] = answer
    return out


def take_back(context: Context, review_id: str, files: list[Path]) -> dict[str, Any]:
    """Takes answers in and says how accurate the algorithm is on each side; logged as a run and told by the registry.

    Raises:
        UsageError: no such review, or a form that cannot be read.
    """
    rows = [r.asDict() for r in context.tables.read("gold.review").where(F.col("review_id") == review_id).collect()]
    if not rows:
        raise UsageError(f"no review {review_id}")
    answers = _answers(files, review_id, {r["number"] for r in rows})
    batch_id, schema = context.ledger.last_batch() + 1, ", ".join(f"{c.name} {c.type}" for c in table("gold.review").columns)
    for r in rows:
        r["answer"], r["batch_id"] = answers.get(r["number"], r["answer"]), batch_id
    context.ledger.step(batch_id, "derive", "opened")
    frame = context.spark.createDataFrame([tuple(r[c] for c in table("gold.review").names) for r in rows], schema)
    context.tables.merge("gold.review", frame.withColumn("_gone", F.lit(False)), [])
    derive.gate(context, batch_id, "gold.review")
    told = [r for r in rows if r["answer"] in ("yes", "no")]
    name = rows[0]["algorithm"]
    drawn, answered = Counter(r["stratum"] for r in rows), Counter(r["stratum"] for r in told)
    if silent := sorted(s for s in drawn if not answered[s]):
        raise UsageError(
            f"review {review_id}: no answer yet for patients of stratum {', '.join(silent)}; the answers are kept, bring the others"
        )
    stands = {s: drawn[s] / answered[s] for s in drawn}  # who answered stands for those of the stratum who did not
    out: dict[str, Any] = {
        "review_id": review_id,
        "algorithm": name,
        "answered": len(told),
        "unclear": sum(r["answer"] == "unclear" for r in rows),
        "of": len(rows),
    }
    with tracking.tracked(context.config, EXPERIMENT, review_id, {"gold.review": context.tables.version("gold.review")}) as mlrun:
        mlrun.tags({"algorithm": name, "kind": "clinical"})
        strata = {r["stratum"].removesuffix("_unlinked") for r in rows}
        for side in (s for s in SIDES if strata & {s, "both"}):  # a side that found nobody has no figure
            found = accuracy(
                [
                    Answer(
                        r["stratum"],
                        r["weight"] * stands[r["stratum"]],
                        r["stratum"].removesuffix("_unlinked") in (side, "both"),
                        r["answer"] == "yes",
                    )
                    for r in told
                    if side == "gp" or not r["stratum"].endswith("_unlinked")
                ]
            )
            for measure, value in found.items():
                out[f"{side}_{measure}"] = [None if v is None else round(v, 2) for v in (value.value, value.low, value.high)]
                low, high = out[f"{side}_{measure}"][1:]
                mlrun.metrics(
                    {f"{side}.{measure}": out[f"{side}_{measure}"][0], f"{side}.{measure}.low": low, f"{side}.{measure}.high": high}
                )
    registry.note(
        context.config, name, f"clinical.{review_id}", {k: v for k, v in out.items() if k not in ("algorithm", "unclear")}
    )
    return out | {"run_id": mlrun.run_id}
