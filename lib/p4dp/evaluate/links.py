"""Are the links true? Patients and beneficiaries of a simulated country are compared with the people they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F
from scipy.stats import beta

from p4dp.contracts.linked.threshold import HOLDS
from p4dp.errors import UsageError
from p4dp.evaluate import truth
from p4dp.linkage import assign
from p4dp.pipeline.context import Context

#: Precisions for which the curve says what would be linked, from the strictest.
_ASKED = tuple(round(1 - k * 10.0**e, 6) for e in (-5, -4, -3, -2, -1) for k in (1, 2, 3, 5, 7) if k * 10.0**e <= 0.5)
#: Precisions at which the ranking of pairs is told.
_TOLD = (0.9999, 0.9995, 0.999, 0.995, 0.99, 0.95)
#: Ways of linking that a simulated country has, and the command that links so: nobody plays CNAM's own search.
_MADE_BY = {
    "indirect": "p4dp link indirect",
    "direct": "p4dp link request, then p4dp link import",
}
#: What the record holds, weight, whether true: of a best beneficiary that keeps the margin.
_Weighed = list[tuple[str, float, bool]]


def people(context: Context) -> tuple[dict[str, int], dict[str, set[int]]]:
    """Which person a patient_key is, and which persons a beneficiary is."""
    maker = truth.maker(context)
    patients = {maker.patient(practice, local): number for practice, local, number in truth.lines(context, "patient")}
    numbers = {(psa, rank): number for number, psa, rank in truth.lines(context, "person")}
    numbers |= _subjects(context)
    beneficiaries: dict[str, set[int]] = {}
    published = context.ledger.published()
    for r in (
        context.tables.read("events.pseudonym", published.get("events.pseudonym", 0))
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
    version = context.ledger.published().get("silver.encounter", 0)
    rows = context.tables.read("silver.encounter", version).groupBy("patient_key").count().collect()
    visits = {r["patient_key"]: int(r["count"]) for r in rows}
    out = []
    for low, high in pairwise((0, 1, 3, 6, 11, 21, 10_000)):
        group = {p for p in considered if low <= visits.get(p, 0) < high}
        found = len(group & linked)
        name = str(low) if high == low + 1 else f"{low} to {high - 1}" if high < 10_000 else f"{low} or more"
        out.append({"visits": name, "patients": len(group), "recall": round(found / len(group), 4) if group else None})
    return out


def _left(context: Context, run: Row) -> DataFrame | None:
    """The best beneficiaries that a linkage left; None unless it looked at everybody and is the last one."""
    folder = Path(context.config.at(context.config.roots.warehouse)) / "staging" / f"link={run['batch_id']}" / "best"
    return context.spark.read.parquet(str(folder)) if run["is_full"] and folder.exists() else None


def _curve(best: DataFrame, margin: float, chosen: list[Row], weighed: _Weighed, with_counterpart: int) -> list[dict[str, Any]]:
    """What would be linked had another precision been asked for, how much of it is true, and recall."""
    patients = {r["holds"]: r["patients"] for r in chosen}
    curves = assign.curves([tuple(r) for r in assign.histogram(best, margin).collect()], patients)
    out = []
    for asked in _ASKED:
        bars = {kind: c.threshold for kind, c in assign.choose(curves, patients, 1 - asked).items()}
        linked = [is_true for holds, weight, is_true in weighed if (bar := bars[holds]) is not None and weight >= bar]
        if linked:
            out.append({"asked": asked, "linked": len(linked), "precision": round(sum(linked) / len(linked), 5),
                        "recall": round(sum(linked) / max(with_counterpart, 1), 4), "thresholds": bars})  # fmt: skip
    return out


def _ranking(weighed: _Weighed, with_counterpart: int) -> list[dict[str, Any]]:
    """The most links of a precision, by one threshold for all that only the truth can tell: what weights are worth, beside other ways of weighing."""
    most = dict.fromkeys(_TOLD, (0, 0))
    linked = right = 0
    ordered = sorted(((weight, is_true) for _, weight, is_true in weighed), reverse=True)
    for _, alike in groupby(ordered, key=itemgetter(0)):  # no threshold lies between two of one weight
        told = [is_true for _, is_true in alike]
        linked, right = linked + len(told), right + sum(told)
        most |= {precision: (linked, right) for precision in _TOLD if right >= precision * linked}
    return [{"precision": p, "linked": n, "recall": round(k / max(with_counterpart, 1), 4)} for p, (n, k) in most.items()]


def _by_record(
    chosen: list[Row], links: dict[str, tuple[str, str | None]], is_true: Callable[[str, str], bool]
) -> list[dict[str, Any]]:
    """By what records hold: the threshold, links that hold, those of them that are false, and the share that decoys expected."""
    out = []
    for r in sorted(chosen, key=lambda r: list(HOLDS).index(r["holds"])):
        mine = [(p, b) for p, (b, holds) in links.items() if holds == r["holds"]]
        out.append({"holds": HOLDS[r["holds"]], "patients": r["patients"], "threshold": r["threshold"], "linked": len(mine), "false_links": sum(not is_true(*pair) for pair in mine),
                    "decoy_share": r["false_share"], "decoy_low": r["false_low"], "decoy_high": r["false_high"]})  # fmt: skip
    return out


def evaluate(context: Context, method: str = "indirect", regime: str | None = None) -> dict[str, Any]:
    """precision, recall, linked, false_links of the links that hold, and the false share that decoys expected in the last run; recall by visits, thresholds by what records hold, the curve, and the ranking.

    Recall is among patients who have a counterpart in the claims; a patient without one who is linked is a false link.

    Raises:
        UsageError: an unknown method, or no such linkage that holds.
    """
    if method not in _MADE_BY:
        raise UsageError(f"method {method}: one of {', '.join(_MADE_BY)}")
    published = context.ledger.published()
    runs = context.tables.read("linked.run", published.get("linked.run", 0)).where(F.col("method") == method)
    last = runs.orderBy(F.desc("batch_id")).limit(1).collect()
    if not last or (regime and last[0]["regime"] != regime.upper()):
        asked = f" --regime {regime} --full" if regime and method == "indirect" else ""
        raise UsageError(f"no {method} linkage{f' in regime {regime}' if regime else ''} that holds: {_MADE_BY[method]}{asked}")
    run = last[0]
    whole = (runs.where("is_full").orderBy(F.desc("batch_id")).limit(1).collect() or last)[
        0
    ]  # a quiet night's decoys speak for its few patients only
    patients, beneficiaries = people(context)
    claimed = set().union(*beneficiaries.values())
    known = {
        r[0]: r[1]
        for r in context.tables.read("silver.patient", published.get("silver.patient", 0))
        .select("patient_key", "practice_key")
        .collect()
    }
    links = context.tables.read("linked.link", published.get("linked.link", 0))
    links = links.where((F.col("method") == method) & F.col("valid_to").isNull())
    holds = F.col("holds") if "holds" in links.columns else F.lit(None)
    held = {r[0]: (r[1], r[2]) for r in links.select("patient_key", "beneficiary_id", holds).collect()}
    if method == "indirect" and (whole.asDict().get("kinds") != assign.KINDS or any(kind is None for _, kind in held.values())):
        raise UsageError("these links are of an earlier version, which told less of them: p4dp link indirect --full")
    linked = {patient: beneficiary for patient, (beneficiary, _) in held.items()}
    thresholds = context.tables.read("linked.threshold", published.get("linked.threshold", 0))
    chosen = thresholds.where(F.col("run_id") == whole["run_id"]).collect()

    def is_true(patient: str, beneficiary: str) -> bool:
        return beneficiaries.get(beneficiary) == {patients.get(patient, -2)}

    true = {p for p, b in linked.items() if is_true(p, b)}
    with_counterpart = {p for p in known if patients.get(p) in claimed}
    false = len(linked) - len(true)
    low, high = beta.ppf((0.025, 0.975), (false, false + 1), (len(linked) - false + 1, max(len(linked) - false, 1)))
    reasons = Counter(
        r[0] for r in context.tables.read("linked.unlinked", published.get("linked.unlinked", 0)).select("reason").collect()
    )
    best = _left(context, run) if method == "indirect" else None
    weighed: _Weighed = []
    if best is not None:
        rows = best.where(assign.eligible(run["margin"])).select(assign.held(), "weight", "patient_key", "beneficiary_id")
        weighed = [(holds, weight, is_true(patient, beneficiary)) for holds, weight, patient, beneficiary in rows.collect()]
    return {
        "method": method, "regime": run["regime"], "patients": len(known), "with_counterpart": len(with_counterpart), "linked": len(linked),
        "precision": len(true) / len(linked) if linked else None, "recall": len(true) / len(with_counterpart) if with_counterpart else None,
        "false_links": false, "false_share": false / len(linked) if linked else None, "false_share_low": 0.0 if not false else float(low),
        "false_share_high": None if not linked else 1.0 if false == len(linked) else float(high), "without_counterpart_linked": len(linked.keys() - with_counterpart),
        "asked_precision": run["asked_precision"], "decoy_share": whole["false_share"], "decoy_low": whole["false_low"], "decoy_high": whole["false_high"],
        "unlinked": dict(reasons), "by_visits": _by_visits(context, with_counterpart, true),
        "by_record": _by_record(chosen, held, is_true),
        "curve": [] if best is None else _curve(best, run["margin"], chosen, weighed, len(with_counterpart)),
        "ranking": [] if best is None else _ranking(weighed, len(with_counterpart)),
    }  # fmt: skip
