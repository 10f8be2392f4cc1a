"""Estimates a linkage model with Splink, on all candidates of a sample of patients.

Splink sees each pair as two records that share the pair's number and is told to compare exactly those: the candidates of some patients with *all*
the beneficiaries that share a token with them. Sampling both sides would lose the true pairs. At most one candidate of a patient is true, so what
the others look like (u) is counted on candidates that are not a patient's likeliest; m and the prior are then estimated by expectation maximisation.
Random national pairs would make every shared visit look like proof, since nobody becomes a candidate without one.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from p4dp.contracts.small_counts import told
from p4dp.errors import NotEnoughToLink
from p4dp.linkage.compare import COUNTS, TRAITS, comparisons
from p4dp.linkage.score import TERM, Level, Model

_TEXT, _NUMBER, _DAY = "string", "Int64", "datetime64[s]"  # nanoseconds end in 2262, mistyped dates of death do not
#: Columns of a pair that Splink compares, and their types.
COLUMNS = {
    **dict.fromkeys(TRAITS, _TEXT), "birth_year": _NUMBER, "birth_month": _NUMBER, "death_date": _DAY, "last_seen": _DAY, **dict.fromkeys(COUNTS, _NUMBER),
}  # fmt: skip
#: Fewer candidate pairs, or fewer that look true, cannot carry an estimate.
LEAST_PAIRS, LEAST_TRUE = 200, 30
#: Expectation maximisation runs one iteration at a time, between which shares are kept above zero, until none moves by more than this. Several in a
#: row shrink levels that speak against the same pairs by each other, in a few steps beyond what a float holds.
_ROUNDS, _SETTLED = 80, 2e-5


@dataclass(frozen=True)
class Estimate:
    """A model, Splink's own form of it, its charts by name, and how many pairs it saw."""

    model: Model
    settings: dict[str, Any]
    charts: dict[str, str]
    pairs: int


def _sides(pairs: pd.DataFrame) -> list[pd.DataFrame]:
    """The two sides of each pair as records of one form; what a side has nothing of is null."""
    out = []
    for end in ("l", "r"):
        frame = pd.DataFrame({"unique_id": range(len(pairs)), "pair": range(len(pairs))})
        for name, kind in COLUMNS.items():
            values = pairs[f"{name}_{end}"].to_numpy() if f"{name}_{end}" in pairs else [None] * len(pairs)
            frame[name] = pd.Series(values).astype(kind)  # type: ignore[call-overload]
        out.append(frame)
    return out


def linker(pairs: pd.DataFrame, settings: dict[str, Any]) -> Linker:
    """A Splink linker over pairs that were found already; a record's number is the pair's place in the frame.

    Splink takes its left and right sides by the order of their names: gp is left.
    """
    api = DuckDBAPI()
    named = zip(_sides(pairs), ("gp", "snds"), strict=True)
    return Linker([api.register(side, dataset_display_name=name) for side, name in named], settings, log_level=logging.ERROR)


def settings(prior: float = 0.1) -> dict[str, Any]:
    """Splink settings over candidate pairs, without parameters."""
    creator = SettingsCreator(
        link_type="link_only", comparisons=comparisons(), blocking_rules_to_generate_predictions=[block_on("pair")],
        probability_two_random_records_match=prior, em_convergence=1e-5, max_iterations=1, retain_intermediate_calculation_columns=True)  # fmt: skip
    return creator.create_settings_dict("duckdb")


def _with_u(pairs: pd.DataFrame, given: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Settings with the share of each level among candidates that are not a patient's likeliest, and comparisons of which nothing is known of any.

    A level that none of them has gets half a pair.
    """
    likeliest = pairs.groupby("patient_key")["rarity"].rank(method="first", ascending=False) == 1
    unseen = set[str]()
    left, right = (side[~likeliest.to_numpy()] for side in _sides(pairs))
    with duckdb.connect() as db:
        db.register("l", left).register("r", right)
        columns = ", ".join(f"{end}.{name} AS {name}_{end}" for name in COLUMNS for end in ("l", "r"))
        db.execute(f"CREATE TABLE others AS SELECT {columns} FROM l JOIN r ON l.pair = r.pair")
        for comparison in given["comparisons"]:
            levels = comparison["comparison_levels"]
            cases = " ".join(f"WHEN {x['sql_condition']} THEN {n}" for n, x in enumerate(levels) if x["sql_condition"] != "ELSE")
            found = dict(
                db.execute(f"SELECT CASE {cases} ELSE {len(levels) - 1} END AS level, count(*) FROM others GROUP BY 1").fetchall()
            )
            real = [n for n, x in enumerate(levels) if not x.get("is_null_level")]
            total = sum(found.get(n, 0) for n in real)
            if not total:
                unseen.add(comparison["output_column_name"])
            for n in real:
                levels[n]["u_probability"] = max(found.get(n, 0), 0.5) / max(total, 1)
    return given, unseen


def estimate(pairs: pd.DataFrame) -> Estimate:
    """Pairs in the columns of compare.features, with `rarity` → a model.

    Raises:
        NotEnoughToLink: too few pairs to estimate anything from.
    """
    if len(pairs) < LEAST_PAIRS:
        raise NotEnoughToLink(
            f"{len(pairs)} candidate pairs cannot carry an estimate: {LEAST_PAIRS} at least; load more deliveries or claims"
        )
    # a total order: which candidate is the likeliest must not depend on the order of files
    pairs = pairs.sort_values(["patient_key", "rarity", "beneficiary_id"], ascending=[True, False, True]).reset_index(drop=True)
    (given, unseen), before = _with_u(pairs, settings()), list[float]()
    for _ in range(_ROUNDS):
        trained = linker(pairs, given)
        trained.training.estimate_parameters_using_expectation_maximisation(
            block_on("pair"), estimate_without_term_frequencies=True, fix_u_probabilities=True,
            populate_probability_two_random_records_match_from_trained_values=True)  # fmt: skip
        given = _floored(trained.misc.save_model_to_json(), len(pairs), unseen)
        now = [x["m_probability"] for c in given["comparisons"] for x in c["comparison_levels"] if not x.get("is_null_level")]
        if before and max(abs(x - y) for x, y in zip(now, before, strict=True)) < _SETTLED:
            break
        before = now
    prior = float(given["probability_two_random_records_match"])
    if not LEAST_TRUE <= prior * len(pairs) < len(pairs):
        raise NotEnoughToLink(
            f"{told(round(prior * len(pairs)))} of {len(pairs)} candidate pairs look true; an estimate needs {LEAST_TRUE} that do, and others that do not: load more deliveries or claims"
        )
    trained = linker(pairs, given)
    levels = [
        Level(c.output_column_name, x.comparison_vector_value, x.label_for_charts, float(x.m_probability or 0), float(x.u_probability or 0))
        for c in trained._settings_obj.core_model_settings.comparisons for x in c.comparison_levels if not x.is_null_level
    ]  # fmt: skip
    charts = {"match_weights": trained.visualisations.match_weights_chart().to_html()}
    return Estimate(Model(prior, tuple(levels)), given, charts, len(pairs))


def _floored(model: dict[str, Any], pairs: int, unseen: set[str]) -> dict[str, Any]:
    """A level that was hardly seen among true pairs is worth no more than half a pair in the sample says; without this its share would shrink to nothing.

    A comparison of which nothing was known weighs nothing, when a later night has something to compare.
    """
    least = 0.5 / max(model["probability_two_random_records_match"] * pairs, 1.0)
    for comparison in model["comparisons"]:
        for level in comparison["comparison_levels"]:
            if not level.get("is_null_level"):
                found = level.get("m_probability")
                level["m_probability"] = max(found if isinstance(found, float) else 0.0, least)
                if comparison["output_column_name"] in unseen:
                    level["m_probability"] = level["u_probability"]
    return model


def predicted(pairs: pd.DataFrame, settings: dict[str, Any], frequencies: pd.DataFrame) -> pd.DataFrame:
    """Splink's own weights for pairs (unique_id_l, match_weight): the oracle of scoring."""
    scoring = linker(pairs, settings)
    scoring.table_management.register_term_frequency_lookup(scoring._db_api.register(frequencies), TERM)
    found = scoring.inference.predict().as_pandas_dataframe()
    return found[["unique_id_l", "match_weight"]]
