"""Are the links true? Patients and beneficiaries of a simulated country are compared with the people they are."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from pyspark.sql import Row
from pyspark.sql import functions as F
from scipy.stats import beta

from p4dp.contracts.linked.threshold import HOLDS
from p4dp.errors import UsageError
from p4dp.evaluate import truth
from p4dp.linkage import assign
from p4dp.pipeline.context import Context


def people(context: Context) -> tuple[dict[str, int], dict[str, set[int]]]:
    """Which person a patient_key is, and which persons a beneficiary is."""
    maker = truth.maker(context)
    patients = {maker.patient(practice, local): number for practice, local, number in truth.lines(context, "patient")}
    numbers = {(psa, rank): number for number, psa, rank in truth.lines(context, "person")}
    numbers |= _subjects(context)
    beneficiaries: dict[str, set[int]] = {}
    published = context.ledger.published()
    for r in (
        context.tables.read("events.pseudonym", published.get("events.pseudonym"))
        .select("BEN_NIR_PSA", "BEN_RNG_GEM", "beneficiary_id")
        .collect()
    ):
        beneficiaries.setdefault(r[2], set()).add(numbers.get((r[0], r[1]), -1))
    return patients, beneficiaries


def _subjects(context: Context) -> dict[tuple[str, int], int]:
    """Subject numbers of requests → persons, as the played circuit finds them."""
    requests = Path(context.config.at(context.config.roots.vault)) / "requests"
    files = list(requests.glob("*/subjects.csv"))
    if not files:
        return {}
    known = {(nir, birth, sex): number for number, nir, birth, sex in truth.lines(context, "identity")}
    lines = [line.split(";") for file in files for line in file.read_text("utf-8").splitlines()[1:]]
    return {(subject, 1): known[nir, birth, sex] for subject, nir, birth, sex, _ in lines if (nir, birth, sex) in known}


def _by_visits(context: Context, considered: set[str], linked: set[str]) -> list[dict[str, Any]]:
    """Recall by the number of contacts that the record holds; patients who have a counterpart only."""
    version = context.ledger.published().get("silver.encounter")
    rows = context.tables.read("silver.encounter", version).groupBy("patient_key").count().collect()
    visits = {r["patient_key"]: int(r["count"]) for r in rows}
    out = []
    for low, high in pairwise((0, 1, 3, 6, 11, 21, 10_000)):
        group = {p for p in considered if low <= visits.get(p, 0) < high}
        found = len(group & linked)
        name = str(low) if high == low + 1 else f"{low} to {high - 1}" if high < 10_000 else f"{low} or more"
        out.append({"visits": name, "patients": len(group), "recall": round(found / len(group), 4) if group else None})
    return out


def _curve(context: Context, run: Row, true: Callable[[str, str], bool], with_counterpart: int) -> list[dict[str, Any]]:
    """Precision and recall at every whole threshold, if it were one for all, from the best beneficiaries that a linkage of everybody left; else empty."""
    if not run["is_full"]:  # it looked at some patients only
        return []
    folder = Path(context.config.at(context.config.roots.warehouse)) / "staging" / f"link={run['batch_id']}" / "best"
    if not folder.exists():
        return []
    rows = (
        context.spark.read.parquet(str(folder))
        .where(assign.eligible(run["margin"]) & assign.held().isNotNull())
        .select("weight", "patient_key", "beneficiary_id")
    )
    weighed = sorted(((w, true(p, b)) for w, p, b in rows.collect()), reverse=True)
    points, right = {}, 0
    for n, (weight, is_true) in enumerate(weighed, 1):
        right += is_true
        points[math.floor(weight)] = (n, right)  # at a threshold of this weight or just above it
    return [
        {"threshold": t, "linked": n, "precision": round(k / n, 5), "recall": round(k / max(with_counterpart, 1), 4)}
        for t, (n, k) in sorted(points.items())
    ]


def _by_record(
    chosen: list[Row], links: dict[str, tuple[str, int | None]], is_true: Callable[[str, str], bool]
) -> list[dict[str, Any]]:
    """By how many visits records hold: the threshold, links that hold, those of them that are false, and the share that decoys expected."""
    out = []
    for r in sorted(chosen, key=lambda r: list(HOLDS).index(r["holds"])):
        mine = [(p, b) for p, (b, visits) in links.items() if visits is not None and assign.kind(visits) == r["holds"]]
        out.append({"visits": HOLDS[r["holds"]], "threshold": r["threshold"], "linked": len(mine), "false_links": sum(not is_true(*pair) for pair in mine),
                    "decoy_share": r["false_share"], "decoy_low": r["false_low"], "decoy_high": r["false_high"]})  # fmt: skip
    return out


def evaluate(context: Context, method: str = "indirect", regime: str | None = None) -> dict[str, Any]:
    """precision, recall, linked, false_links of the links that hold, and the false share that decoys expected in the last run; recall by visits, thresholds by what records hold, and the curve.

    Recall is among patients who have a counterpart in the claims; a patient without one who is linked is a false link.
    """
    published = context.ledger.published()
    runs = context.tables.read("linked.run", published.get("linked.run")).where(F.col("method") == method)
    last = runs.orderBy(F.desc("batch_id")).limit(1).collect()
    if not last or (regime and last[0]["regime"] != regime.upper()):
        raise UsageError(f"no {method} linkage{f' in regime {regime}' if regime else ''} that holds: p4dp link {method}")
    run = last[0]
    whole = (runs.where("is_full").orderBy(F.desc("batch_id")).limit(1).collect() or last)[
        0
    ]  # a quiet night's decoys speak for its few patients only
    patients, beneficiaries = people(context)
    claimed = set().union(*beneficiaries.values())
    known = {
        r[0]: r[1]
        for r in context.tables.read("silver.patient", published.get("silver.patient"))
        .select("patient_key", "practice_key")
        .collect()
    }
    links = context.tables.read("linked.link", published.get("linked.link")).where(
        (F.col("method") == method) & F.col("valid_to").isNull()
    )
    held = {r[0]: (r[1], r[2]) for r in links.select("patient_key", "beneficiary_id", "visits").collect()}
    linked = {patient: beneficiary for patient, (beneficiary, _) in held.items()}
    chosen = context.tables.read("linked.threshold", published.get("linked.threshold")).where(F.col("run_id") == whole["run_id"])

    def is_true(patient: str, beneficiary: str) -> bool:
        return beneficiaries.get(beneficiary) == {patients.get(patient, -2)}

    true = {p for p, b in linked.items() if is_true(p, b)}
    with_counterpart = {p for p in known if patients.get(p) in claimed}
    false = len(linked) - len(true)
    low, high = beta.ppf((0.025, 0.975), (false, false + 1), (len(linked) - false + 1, max(len(linked) - false, 1)))
    reasons = Counter(
        r[0] for r in context.tables.read("linked.unlinked", published.get("linked.unlinked")).select("reason").collect()
    )
    return {
        "method": method, "regime": run["regime"], "patients": len(known), "with_counterpart": len(with_counterpart), "linked": len(linked),
        "precision": len(true) / len(linked) if linked else None, "recall": len(true) / len(with_counterpart) if with_counterpart else None,
        "false_links": false, "false_share": false / len(linked) if linked else None, "false_share_low": 0.0 if not false else float(low),
        "false_share_high": float(high), "without_counterpart_linked": len(linked.keys() - with_counterpart),
        "asked_precision": run["asked_precision"], "decoy_share": whole["false_share"], "decoy_low": whole["false_low"], "decoy_high": whole["false_high"],
        "unlinked": dict(reasons), "by_visits": _by_visits(context, with_counterpart, true),
        "by_record": _by_record(chosen.collect(), held, is_true),
        "curve": _curve(context, run, is_true, len(with_counterpart)) if method == "indirect" else [],
    }  # fmt: skip
