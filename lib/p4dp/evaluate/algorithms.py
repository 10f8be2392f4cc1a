"""Do algorithms find who is ill? Findings of a simulated country against the lives behind it: mechanical accuracy, never clinical."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from pyspark.sql import functions as F

from p4dp.algorithms import rules
from p4dp.errors import UsageError
from p4dp.evaluate import links, truth
from p4dp.models.agreement import share
from p4dp.pipeline import derive
from p4dp.pipeline.context import Context

Life = dict[str, Any]


def _ill(name: str) -> Callable[[Life], bool]:
    return lambda life: name in life["conditions"]


#: algorithm → whether a life has what it looks for. Scores, gaps and what the country does not simulate are not here.
TRUTH: dict[str, Callable[[Life], bool]] = {
    "diabetes": _ill("diabetes"),
    "treated_hypertension": lambda life: "hypertension" in life["conditions"] and "hypertension" not in life["unknown"],
    "heart_failure": _ill("heart_failure"),
    "stroke": _ill("stroke"),
    "copd": _ill("copd"),
    "asthma": _ill("asthma"),
    "cancer_history": _ill("cancer"),
    "chronic_kidney_disease": _ill("kidney_disease"),
    "obesity": lambda life: life["bmi"] >= 30 and life["birth"] < "2008",
    "smoking": lambda life: bool(life["smoker"]),
    "prescribing_cascade": lambda life: bool(life["cascade"] and life["cascade"][1]),
}
_CONDITION = {"treated_hypertension": "hypertension", "cancer_history": "cancer", "chronic_kidney_disease": "kidney_disease"}


def _recorded(context: Context, side: str, names: set[str], published: Mapping[str, int]) -> dict[tuple[str, str], bool]:
    """(algorithm, person) → whether a diagnosis of its lists is recorded; pairs without any record of its lists are not there."""
    algorithms, lists = derive.known(context.config)
    uses = {n: set(algorithms[n].code_lists) for n in names if n in algorithms}
    folder = f"{context.config.at(context.config.roots.warehouse)}/staging/evaluate"
    try:
        mentions = derive.prepared(
            context, side, published, [lists[n] for n in sorted(set().union(*uses.values()))], folder
        ).mentions
        coded = rules.coded(mentions).select("person", "code_list", F.lit(True).alias("coded"))
        kept = mentions.select("person", "code_list", F.lit(False).alias("coded")).unionByName(coded)
        rows = kept.groupBy("person", "code_list").agg(F.max("coded")).collect()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    out: dict[tuple[str, str], bool] = {}
    for person, code_list, is_coded in rows:
        for name in (n for n, used in uses.items() if code_list in used):
            out[name, person] = out.get((name, person), False) or is_coded
    return out


def _reason(name: str, life: Life, documents_only: bool, recorded: bool | None) -> str:
    """Why someone was not found: what the truth and the record tell."""
    if _CONDITION.get(name, name) in life["unknown"]:
        return "nobody knows"
    if recorded is None:
        return "practice sends documents only" if documents_only else "nothing of its lists recorded"
    return "coded, but less than its rule asks for" if recorded else "drugs or measurements alone, less than its rule asks for"


def evaluate(context: Context) -> dict[str, Any]:
    """Per algorithm and side: sensitivity and positive predictive value with intervals, and the classes of misses."""
    published = context.ledger.published()
    if "gold.finding" not in published:
        raise UsageError("nothing to evaluate: run p4dp derive first")
    lives = truth.lives(context)
    found: dict[tuple[str, str], set[str]] = {}
    for r in (
        context.tables.read("gold.finding", published["gold.finding"]).select("algorithm", "side", "person_id").distinct().collect()
    ):
        found.setdefault((r[0], r[1]), set()).add(r[2])
    documents = {
        r[0]
        for r in context.tables.read("silver.encounter", published["silver.encounter"]).select("practice_key").distinct().collect()
    }
    known = context.tables.read("silver.patient", published["silver.patient"]).select("patient_key", "practice_key").collect()
    without_visits = {r[0] for r in known if r[1] not in documents}
    by_key = {life["patient_key"]: life for life in lives}
    by_person = {life["person"]: life for life in lives}
    people = {"gp": {r[0]: by_key[r[0]] for r in known if r[0] in by_key}}
    if (truth.folder(context) / "claims-person").exists() and "events.pseudonym" in published:
        _, beneficiaries = links.people(context)
        people["snds"] = {
            b: by_person[next(iter(p))] for b, p in beneficiaries.items() if len(p) == 1 and next(iter(p)) in by_person
        }
    recorded = {side: _recorded(context, side, {n for n, s in found if s == side and n in TRUTH}, published) for side in people}
    out = []
    for (name, side), persons in sorted(found.items()):
        if name not in TRUTH or side not in people:
            continue
        ill = {k for k, life in people[side].items() if TRUTH[name](life)}
        mine = persons & people[side].keys()
        hit = ill & mine
        sensitivity, ppv = share(len(hit), len(ill)), share(len(hit), len(mine))
        misses = Counter(_reason(name, people[side][k], k in without_visits, recorded[side].get((name, k))) for k in ill - mine)
        out.append({"algorithm": name, "side": side, "ill": len(ill), "found": len(mine), "sensitivity": sensitivity.value, "sensitivity_low": sensitivity.low,
                    "sensitivity_high": sensitivity.high, "ppv": ppv.value, "ppv_low": ppv.low, "ppv_high": ppv.high, "missed": dict(misses),
                    "kind": "mechanical"})  # fmt: skip
    return {"algorithms": out}
