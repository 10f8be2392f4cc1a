"""Links two lists of people by traits, with Splink on DuckDB: the correspondence with another warehouse, made inside the vault."""

from __future__ import annotations

import logging
import math

import pandas as pd
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from p4dp.errors import NotEnoughToLink
from p4dp.linkage import traits

#: Fewer people than this on a side cannot carry an estimate.
LEAST_PEOPLE = 100
#: Weight, base 2, that a pair must lie above the next of either of its people.
MARGIN = 2.0


def link(ours: pd.DataFrame, theirs: pd.DataFrame, least: float) -> pd.DataFrame:
    """(`ours`, `theirs`, weight, probability): pairs that are each other's best, with a probability of at least `least`.

    Args:
        ours: unique_id, the columns of traits.TRAITS, and `list`: people of two lists (practices) may be one person, those of one list may not.
        theirs: unique_id and the columns of traits.TRAITS.

    Raises:
        NotEnoughToLink: too few people on a side.
    """
    if min(len(ours), len(theirs)) < LEAST_PEOPLE:
        raise NotEnoughToLink(f"{len(ours)} and {len(theirs)} people: {LEAST_PEOPLE} at least on either side to estimate from")
    lists = ours.set_index("unique_id")["list"]
    api = DuckDBAPI()
    frames = [
        api.register(frame, dataset_display_name=name) for frame, name in ((ours.drop(columns="list"), "ours"), (theirs, "theirs"))
    ]
    # a trait that one side does not have says nothing, and cannot be estimated
    known = {t for t in traits.TRAITS if ours[t].notna().any() and theirs[t].notna().any()}
    comparisons = [
        c
        for c in traits.comparisons()
        if c.create_output_column_name() in known or c.create_output_column_name() in ("family", "given")
    ]
    rules = [r for r in traits.blocking() if set(_columns(r)) <= known]
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=rules,
        probability_two_random_records_match=1 / max(len(ours), len(theirs)),
    )
    linker = Linker(frames, settings, log_level=logging.ERROR)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for rule in (block_on("birth"), block_on("family", "first_given")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    # the next best counts even where it is too unlikely to be a link itself
    wanted = math.log2(least / (1 - least)) - MARGIN
    best = _best(linker.inference.predict(threshold_match_weight=wanted).as_pandas_dataframe(), lists)
    return best[best["probability"] >= least].reset_index(drop=True)


def _columns(rule: object) -> list[str]:
    text = str(rule.create_blocking_rule_dict("duckdb")["blocking_rule"])  # type: ignore[attr-defined]
    return [t for t in traits.TRAITS if f'"{t}"' in text]


def _best(found: pd.DataFrame, lists: pd.Series) -> pd.DataFrame:
    """Pairs in which each is the other's best by a margin, within a list of ours; near ties are nobody's."""
    first = found["source_dataset_l"] == "ours"
    pairs = pd.DataFrame({
        "ours": found["unique_id_l"].where(first, found["unique_id_r"]), "theirs": found["unique_id_r"].where(first, found["unique_id_l"]),
        "weight": found["match_weight"], "probability": found["match_probability"],
    })  # fmt: skip
    pairs["list"] = pairs["ours"].map(lists)
    for side, keys in (("ours", ["ours"]), ("theirs", ["theirs", "list"])):
        best = pairs.groupby(keys)["weight"].transform("max")
        near = (pairs["weight"] > best - MARGIN).groupby([pairs[k] for k in keys]).transform("sum")
        pairs[f"_{side}"] = (pairs["weight"] == best) & (near == 1)
    return (
        pairs[pairs["_ours"] & pairs["_theirs"]]
        .drop(columns=["_ours", "_theirs", "list"])
        .sort_values("ours")
        .reset_index(drop=True)
    )
