"""concordance: what an algorithm found on both sides of linked patients, compared; one MLflow run and one page.

Patients of two practices count once each: agreement is asked of records, not of humans.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.algorithms.core import Algorithm
from p4dp.contracts.small_counts import SMALLEST
from p4dp.errors import UsageError
from p4dp.linkage import assign
from p4dp.models import tracking
from p4dp.models.agreement import Agreement, Share
from p4dp.models.figures import HEAD, plt, svg
from p4dp.pipeline.clock import Progress
from p4dp.pipeline.context import Context
from p4dp.release import disclosure

_READ = ("gold.finding", "linked.link", "silver.patient")
_MEASURES = ("kappa", "sensitivity", "predictive_value")


def _pairs(context: Context, algorithm: Algorithm, versions: dict[str, int]) -> DataFrame:
    """One row per linked patient: gp and snds (found or not), days and criteria of both, and what people are grouped by."""
    found = context.tables.read("gold.finding", versions["gold.finding"]).where(F.col("algorithm") == algorithm.name)
    each = found.groupBy("side", "person_id").agg(
        F.min("start_date").alias("day"), F.array_distinct(F.flatten(F.collect_list("criteria"))).alias("criteria")
    )
    links = assign.holding(context.tables.read("linked.link", versions["linked.link"]))

    def side(name: str, key: str) -> DataFrame:
        rows = each.where(F.col("side") == name)
        return rows.select(
            F.col("person_id").alias(key),
            F.lit(True).alias(name),
            F.col("day").alias(f"{name}_day"),
            F.col("criteria").alias(f"{name}_criteria"),
        )

    people = context.tables.read("silver.patient", versions["silver.patient"]).select(
        "patient_key", "sex", "birth_year", "department"
    )
    joined = (
        links.join(people, "patient_key")
        .join(side("gp", "patient_key"), "patient_key", "left")
        .join(side("snds", "beneficiary_id"), "beneficiary_id", "left")
    )
    return joined.withColumns({n: F.coalesce(n, F.lit(False)) for n in ("gp", "snds")})


def _agreements(pairs: DataFrame, year: int) -> dict[tuple[str, str], Agreement]:
    age = F.lit(year) - F.col("birth_year")
    band = F.when(age < 40, "0 to 39").when(age < 60, "40 to 59").when(age < 75, "60 to 74").when(age >= 75, "75 and more")
    traits = (("all", F.lit("all")), ("age", band), ("sex", F.col("sex")), ("department", F.col("department")))
    groups = F.array(*[F.struct(F.lit(t).alias("trait"), F.coalesce(v, F.lit("not known")).alias("value")) for t, v in traits])
    rows = pairs.select(F.explode(groups).alias("g"), "gp", "snds").groupBy("g.trait", "g.value").agg(
        F.count_if(F.col("gp") & F.col("snds")), F.count_if(F.col("gp") & ~F.col("snds")), F.count_if(~F.col("gp") & F.col("snds")),
        F.count_if(~F.col("gp") & ~F.col("snds"))).collect()  # fmt: skip
    return {(r[0], r[1]): Agreement(*r[2:]) for r in sorted(rows, key=lambda r: (r[0] != "all", r[0], r[1]))}


def _visible(groups: dict[tuple[str, str], Agreement]) -> set[tuple[str, str]]:
    """Groups whose four counts may be known, themselves and by subtraction from all others."""
    out: set[tuple[str, str]] = set()
    for trait in {t for t, _ in groups}:
        mine = {v: a for (t, v), a in groups.items() if t == trait}
        cells: dict[tuple[str, ...], int] = {
            (v, c): getattr(a, c) for v, a in mine.items() for c in ("both", "gp_only", "snds_only", "neither")
        }
        checked = disclosure.counts(cells).published
        totals = all((disclosure.TOTAL, c) in checked for c in ("both", "gp_only", "snds_only", "neither"))
        if totals or trait == "all":
            out |= {(trait, v) for v in mine if all((v, c) in checked for c in ("both", "gp_only", "snds_only", "neither"))}
    return out if ("all", "all") in out else set()


def _one_sided(pairs: DataFrame) -> list[tuple[str, str, int | None]]:
    """(side, criteria, people or None where they are few): who is found on one side only, by what; each person once."""
    rows = pairs.where(F.col("gp") != F.col("snds")).select(
        F.when(F.col("gp"), "gp").otherwise("snds").alias("side"), F.concat_ws(" and ", F.array_sort(F.coalesce("gp_criteria", "snds_criteria"))).alias("by"))  # fmt: skip
    found = rows.groupBy("side", "by").count().collect()
    out: list[tuple[str, str, int | None]] = []
    for side in sorted({r["side"] for r in found}):
        cells: dict[disclosure.Key, int] = {(str(r["by"]),): int(r[2]) for r in found if r["side"] == side}
        told = disclosure.counts(
            cells, left=[(disclosure.TOTAL,)]
        ).published  # how many they are in all follows from kappa and its like
        out += [(side, key[0], told.get(key)) for key in sorted(cells)]
    return out


def _flagged(context: Context, algorithm: Algorithm, pairs: DataFrame, versions: dict[str, int]) -> dict[str, Agreement]:
    """Each side against CNAM's own flag of the last year that the extract holds; empty where there is none.

    CT_IND knows a person by the own number with a U behind it, or else by pseudonym and rank.
    """
    if not algorithm.flag or not context.tables.exists("snds.ct_ind"):
        return {}
    flags = context.tables.read("snds.ct_ind", versions.get("snds.ct_ind"))
    last = flags.groupBy("id_carto").agg(F.max_by(F.col(algorithm.flag), "p4dp_slice").alias("flag")).select(
        F.regexp_replace("id_carto", "U$", "").alias("beneficiary_id"), (F.col("flag").cast("string") == "1").alias("flag"))  # fmt: skip
    rows = pairs.join(last, "beneficiary_id")
    out = {}
    for side in ("gp", "snds"):
        r = rows.agg(F.count_if(F.col(side) & F.col("flag")), F.count_if(F.col(side) & ~F.col("flag")), F.count_if(~F.col(side) & F.col("flag")),
                     F.count_if(~F.col(side) & ~F.col("flag"))).collect()[0]  # fmt: skip
        out[side] = Agreement(*r)
    return out


def run(context: Context, algorithm: Algorithm, progress: Progress = lambda _: None) -> dict[str, Any]:
    """Compares both sides of an algorithm; returns the closing summary.

    Raises:
        UsageError: the algorithm has one side only, found nothing yet, or nobody is linked.
    """
    if set(algorithm.sides) != {"gp", "snds"} or algorithm.kind == "score":
        raise UsageError(f"{algorithm.name}: concordance needs an algorithm that finds people on both sides")
    published = context.ledger.published()
    if missing := [n for n in _READ if n not in published]:
        raise UsageError(f"nothing to compare: {', '.join(missing)} not published; run derive and link first")
    versions = {n: published[n] for n in (*_READ, "snds.ct_ind") if n in published}
    pairs = _pairs(context, algorithm, versions)
    with tracking.tracked(context.config, "concordance", algorithm.name, versions) as mlrun:
        mlrun.inputs({n: (context.tables.path(n), v) for n, v in versions.items()})
        mlrun.tags({"algorithm": algorithm.name})
        mlrun.params({"algorithm_version": algorithm.version})
        progress("count")
        year = context.tables.read("gold.finding", versions["gold.finding"]).agg(F.max(F.year("as_of"))).collect()[0][0]
        groups = _agreements(pairs, int(year or 0))
        whole = groups.get(("all", "all"))
        if whole is None:
            raise UsageError("nobody is linked: run p4dp link first")
        visible = _visible(groups)
        shown = ("all", "all") in visible
        progress("criteria")
        alone = _one_sided(pairs) if shown else []
        delays = pairs.where("gp AND snds AND gp_day IS NOT NULL AND snds_day IS NOT NULL").select(
            F.datediff("snds_day", "gp_day").alias("d")
        )
        dated = shown and delays.limit(SMALLEST).count() == SMALLEST  # fewer may be dated than were found
        quartiles = [float(x) for x in delays.approxQuantile("d", [0.25, 0.5, 0.75], 0.001)] if dated else []
        flags = _flagged(context, algorithm, pairs, versions)
        if shown:
            for name in _MEASURES:
                value: Share = getattr(whole, name)
                mlrun.metrics({name: value.value, f"{name}.low": value.low, f"{name}.high": value.high})
        page = _page(algorithm, groups, visible, alone, quartiles, flags)
        mlrun.text("page.html", page)
    folder = Path(context.config.at(context.config.roots.logs)) / "concordance"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{algorithm.name}.html"
    file.write_text(page, "utf-8")
    told = {n: getattr(whole, n).value if shown else None for n in _MEASURES}
    return {"run_id": mlrun.run_id, "algorithm": algorithm.name, "linked": whole.people, **told,
            "against_flag": {s: None if a.few(SMALLEST) else a.kappa.value for s, a in flags.items()}, "page": str(file)}  # fmt: skip


def _cell(found: Share, hidden: bool) -> str:
    if hidden:
        return "<td class=n>not shown</td>"
    return (
        "<td class=n>–</td>" if found.value is None else f"<td class=n>{found.value:.3f} ({found.low:.3f} to {found.high:.3f})</td>"
    )


def _page(
    algorithm: Algorithm,
    groups: dict[tuple[str, str], Agreement],
    visible: set[tuple[str, str]],
    alone: list[tuple[str, str, int | None]],
    quartiles: list[float],
    flags: dict[str, Agreement],
) -> str:
    head = "<tr><th>group</th><th></th><th>linked patients</th><th>kappa</th><th>sensitivity of claims</th><th>predictive value of claims</th></tr>"
    parts = [HEAD.format(title=f"Concordance of {algorithm.name}"), f"<h1>{html.escape(algorithm.name)}: records and claims of linked patients</h1>",
             f"<p>{html.escape(algorithm.question)} Sensitivity and predictive value hold the claims against the records, which are no gold standard. "
             f"95 % intervals. Groups with a count below {SMALLEST} are not shown.</p>"]  # fmt: skip
    figure, axes = plt.subplots(figsize=(8, 3))
    known = [(v, a.kappa) for (t, v), a in groups.items() if t == "age" and (t, v) in visible]
    for value, kappa in known:
        if kappa.value is not None and kappa.low is not None and kappa.high is not None:
            axes.errorbar(
                [value], [kappa.value], yerr=[[kappa.value - kappa.low], [kappa.high - kappa.value]], fmt="o", color="#1f77b4"
            )
    axes.set_ylabel("kappa")
    axes.set_ylim(0, 1)
    parts += [svg(figure), f"<table>{head}"]
    for (trait, value), a in groups.items():
        hidden = (trait, value) not in visible
        people = "not shown" if hidden else a.people
        cells = "".join(_cell(getattr(a, m), hidden) for m in _MEASURES)
        parts.append(f"<tr><td>{trait}</td><td>{html.escape(value)}</td><td class=n>{people}</td>{cells}</tr>")
    parts.append("</table><h2>Found on one side only</h2><table><tr><th>side</th><th>by</th><th>people</th></tr>")
    for side, criterion, n in alone:
        parts.append(f"<tr><td>{side}</td><td>{html.escape(criterion)}</td><td class=n>{'not shown' if n is None else n}</td></tr>")
    parts.append("</table><h2>Days from the first mention in the record to the first in the claims</h2>")
    parts.append(
        f"<p>Median {quartiles[1]:.0f}, quartiles {quartiles[0]:.0f} and {quartiles[2]:.0f}.</p>"
        if quartiles
        else "<p>Too few people.</p>"
    )
    if flags:
        parts.append(
            f"<h2>Against CNAM's own flag {html.escape(algorithm.flag)}</h2><table><tr><th>side</th><th>kappa</th><th>flagged people found</th><th>found people flagged</th></tr>"
        )
        for side, a in flags.items():
            cells = (
                _cell(a.kappa, a.few(SMALLEST)) + _cell(a.predictive_value, a.few(SMALLEST)) + _cell(a.sensitivity, a.few(SMALLEST))
            )
            parts.append(f"<tr><td>{side}</td>{cells}</tr>")
        parts.append("</table>")
    return "\n".join(parts)
