"""Who an algorithm finds: shares by age, sex and department of the people observed. Aggregates only, small counts left out."""

from __future__ import annotations

import datetime as dt
import html
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.algorithms.core import Algorithm
from p4dp.models.figures import HEAD, plt, svg
from p4dp.release import disclosure

_AGES = ("0 to 17", "18 to 39", "40 to 59", "60 to 74", "75 and more")


def groups(findings: DataFrame, people: DataFrame, as_of: dt.date) -> list[dict[str, Any]]:
    """Per trait and value: people observed on the day, and the share found, null where a count would be small."""
    observed = people.where((F.col("observed_from") <= F.lit(as_of)) & (F.col("observed_until") >= F.add_months(F.lit(as_of), -12)))
    observed = observed.where(
        F.col("death_date").isNull() | (F.col("death_date") > F.lit(as_of))
    )  # claims follow people by the year
    age = F.lit(as_of.year) - F.col("birth_year")
    band = (
        F.when(age < 18, _AGES[0])
        .when(age < 40, _AGES[1])
        .when(age < 60, _AGES[2])
        .when(age < 75, _AGES[3])
        .when(age >= 75, _AGES[4])
    )
    rows = observed.join(findings.select("person").distinct().withColumn("_found", F.lit(True)), "person", "left")
    values = F.array(*[F.struct(F.lit(t).alias("trait"), F.coalesce(v, F.lit("not known")).alias("value")) for t, v in (
        ("all", F.lit("all")), ("age", band), ("sex", F.col("sex")), ("department", F.col("department")))])  # fmt: skip
    counted = rows.select(F.explode(values).alias("g"), F.coalesce("_found", F.lit(False)).alias("_found")).groupBy("g.trait", "g.value").agg(
        F.count(F.lit(1)).alias("people"), F.count_if("_found").alias("found")).collect()  # fmt: skip
    out = []
    for trait in ("all", "age", "sex", "department"):
        mine = {
            r["value"]: (r["people"], r["found"]) for r in sorted(counted, key=lambda r: str(r["value"])) if r["trait"] == trait
        }
        checked = disclosure.counts({(v, k): n for v, (p, f) in mine.items() for k, n in (("found", f), ("not", p - f))}).published
        for value, (people_, found) in mine.items():
            known = (value, disclosure.TOTAL) in checked
            share = found / people_ if known and (value, "found") in checked and people_ else None
            out.append({"trait": trait, "value": value, "people": people_ if known else None, "share": share})
    return out


def page(algorithm: Algorithm, as_of: dt.date, by_side: dict[str, list[dict[str, Any]]]) -> str:
    """The run's page."""
    parts = [
        HEAD.format(title=algorithm.name),
        f"<h1>{html.escape(algorithm.name)}</h1><p>{html.escape(algorithm.question)} As of {as_of}.</p>",
    ]
    figure, axes = plt.subplots(figsize=(8, 3))
    for n, (side, rows) in enumerate(by_side.items()):
        known = {r["value"]: r["share"] for r in rows if r["trait"] == "age" and r["share"] is not None}
        axes.bar([i + 0.4 * n for i in range(len(_AGES))], [100 * known.get(a, 0) for a in _AGES], width=0.38, label=side)
    axes.set_xticks([i + 0.2 for i in range(len(_AGES))], _AGES)
    axes.set_ylabel("% of people observed")
    axes.legend()
    parts.append(svg(figure))
    for side, rows in by_side.items():
        parts.append(f"<h2>{side}</h2><table><tr><th>group</th><th></th><th>people</th><th>found</th></tr>")
        for r in rows:
            people = r["people"] if r["people"] is not None else "not shown"
            share = "not shown" if r["share"] is None else f"{r['share']:.1%}"
            parts.append(
                f"<tr><td>{r['trait']}</td><td>{html.escape(str(r['value']))}</td><td class=n>{people}</td><td class=n>{share}</td></tr>"
            )
        parts.append("</table>")
    return "\n".join(parts)
