"""link explain: the evidence of one link, for whoever may look at single patients. The access is written down."""

from __future__ import annotations

import getpass
import math
from typing import Any

import pyarrow.fs as pafs
from pyspark.sql import functions as F

from p4dp.errors import UsageError
from p4dp.linkage import compare, evidence, practitioners, score
from p4dp.pipeline.context import Context
from p4dp.pipeline.link_steps import READ, model_of, window
from p4dp.storage import parts
from p4dp.storage.ledger import now


def run(context: Context, patient_key: str, purpose: str) -> dict[str, Any]:
    """Levels and weights of one patient's indirect link; counts and labels, never a day or a code.

    Raises:
        UsageError: no purpose, an account that may not read the restricted root, the patient has no indirect link that holds, or one of its two
            persons is no longer published.
    """
    if not purpose.strip():
        raise UsageError("say what for: --purpose TEXT; it is written to ops.access")
    system, root = parts.filesystem(context.config.at(context.config.roots.restricted))
    try:  # who may read people's words may look at one person's link
        system.get_file_info(pafs.FileSelector(root, allow_not_found=True))
    except OSError:
        raise UsageError(f"link explain shows one person: it is for accounts that may read the restricted root ({root})") from None
    tables, published = context.tables, context.ledger.published()
    held = (
        tables.read("linked.link", published.get("linked.link", 0))
        .where((F.col("patient_key") == patient_key) & F.col("valid_to").isNull() & (F.col("method") == "indirect"))
        .collect()
    )
    tables.log(
        "ops.access",
        [
            {
                "account": getpass.getuser(),
                "command": "link explain",
                "object": f"linked.link/{patient_key}",
                "purpose": purpose,
                "at": now(),
            }
        ],
    )
    if not held:
        reason = (
            tables.read("linked.unlinked", published.get("linked.unlinked", 0))
            .where(F.col("patient_key") == patient_key)
            .select("reason")
            .collect()
        )
        told = reason[0][0] if reason else "no such patient in the last indirect linkage"
        raise UsageError(f"no indirect link of {patient_key} holds: {told}; only links that were found by evidence are explained")
    link = held[0]
    run_ = tables.read("linked.run", published["linked.run"]).where(F.col("run_id") == link["run_id"]).collect()[0]
    model = model_of(context, run_.asDict())
    if not score.fits(model):
        raise UsageError(
            "the link was weighed by an earlier version, which compared something else: p4dp link indirect looks at all links again"
        )

    def read(name: str) -> Any:
        rows = tables.read(name, published.get(name, 0))
        if "patient_key" in rows.columns:
            return rows.where(F.col("patient_key") == patient_key)
        return rows.where(F.col("beneficiary_id") == link["beneficiary_id"]) if "beneficiary_id" in rows.columns else rows

    gp = evidence.records(*(read(n) for n in READ[:6]), merged=context.mappings.communes)
    snds = evidence.claims(read("events.beneficiary"), read("events.event"), context.mappings.communes)
    numbers = None if link["regime"] == "D" else tables.read("linked.practitioner", published["linked.practitioner"])
    gp, snds = (
        (practitioners.nobody(gp), practitioners.nobody(snds)) if numbers is None else (gp, practitioners.known(snds, numbers))
    )
    left_out = (run_.asDict().get("without") or "").split(",")  # runs of before the column have none
    gp, snds = (side.without(filter(None, left_out)) for side in (gp, snds))
    since, until = window(tables.read("events.event", published["events.event"]))
    gp = gp.within(since, until)
    # what the records cover of a doctor's days is known from all of his patients
    everybody = evidence.records(*(tables.read(n, published.get(n, 0)) for n in READ[:6]))
    if numbers is None:
        everybody = practitioners.nobody(everybody)
    visits = everybody.within(since, until).visits.join(F.broadcast(gp.visits.select("doctor").distinct()), "doctor", "left_semi")
    pair = context.spark.createDataFrame([(patient_key, link["beneficiary_id"])], "patient_key string, beneficiary_id string")
    features = compare.features(pair, gp, snds, evidence.spans(visits))
    cases = []
    for name, rendered in score.rendered("spark"):
        chosen = F.lit(rendered[-1].label_for_charts)
        for level in reversed(rendered[:-1]):
            chosen = F.when(F.expr(level.sql_condition), level.label_for_charts).otherwise(chosen)
        cases.append(chosen.alias(name))
    rows = features.select(*cases, *(f"{c}_l" for c in compare.COUNTS)).collect()
    if not rows:
        raise UsageError(
            f"{patient_key} or the beneficiary is no longer in what is published, so the evidence is gone: p4dp link indirect looks at the link again"
        )
    row = rows[0]
    worth = {(x.comparison, x.label): math.log2(x.m / x.u) for x in model.levels}
    prior = math.log2(model.prior / (1 - model.prior))
    names = [name for name, _ in score.rendered("spark")]
    return {
        "patient_key": patient_key, "beneficiary_id": link["beneficiary_id"], "regime": link["regime"], "weight": link["weight"], "margin": link["margin"],
        "valid_from": link["valid_from"], "prior": round(prior, 2),
        "evidence": {n: {"level": row[n], "weight": round(worth.get((n, row[n]), 0.0), 2)} for n in names},
        "commune_and_later_evidence": round(link["weight"] - prior - sum(worth.get((n, row[n]), 0.0) for n in names), 2),
        "counts": {c: row[f"{c}_l"] for c in compare.COUNTS},
    }  # fmt: skip
