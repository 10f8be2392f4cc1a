"""Links two lists of people by traits, with Splink on DuckDB: the correspondence with another warehouse, made inside the vault."""

from __future__ import annotations

import logging
import math

import duckdb
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.internals.exceptions import EMTrainingException

from p4dp.errors import NotEnoughToLink
from p4dp.linkage import traits

#: Fewer people than this on a side cannot carry an estimate.
LEAST_PEOPLE = 100
#: Weight, base 2, that a pair must lie above the next of either of its people.
MARGIN = 2.0
#: Pairs in which each is the other's best by the margin, within a list of ours; near ties are nobody's.
_BEST = """
    WITH pairs AS (
      SELECT CASE WHEN source_dataset_l = 'ours' THEN unique_id_l ELSE unique_id_r END AS ours,
        CASE WHEN source_dataset_l = 'ours' THEN unique_id_r ELSE unique_id_l END AS theirs, match_weight AS weight, match_probability AS probability
      FROM {found}),
    best AS (
      SELECT pairs.*, list, max(weight) OVER (PARTITION BY pairs.ours) AS of_ours, max(weight) OVER (PARTITION BY pairs.theirs, list) AS of_theirs
      FROM pairs JOIN ours ON ours.unique_id = pairs.ours),
    near AS (
      SELECT *, count(*) FILTER (weight > of_ours - {margin}) OVER (PARTITION BY ours) AS near_ours,
        count(*) FILTER (weight > of_theirs - {margin}) OVER (PARTITION BY theirs, list) AS near_theirs
      FROM best)
    SELECT ours, theirs, weight, probability FROM near
    WHERE weight = of_ours AND near_ours = 1 AND weight = of_theirs AND near_theirs = 1 AND probability >= {least}"""


def link(db: duckdb.DuckDBPyConnection, least: float) -> duckdb.DuckDBPyRelation:
    """(`ours`, `theirs`, weight, probability): pairs that are each other's best, with a probability of at least `least`.

    Args:
        db: holds the tables `ours` and `theirs`, each unique_id and the columns of traits.TRAITS; `ours` also `list`: people of two lists (practices) may
            be one person, those of one list may not. With a file of its own it takes the disk for what memory does not hold.

    Raises:
        NotEnoughToLink: too few people on a side, or nothing in common.
    """
    told = {side: db.sql(f"SELECT count(*), {', '.join(f'count({t})' for t in traits.TRAITS)} FROM {side}").fetchall()[0] for side in ("ours", "theirs")}  # fmt: skip
    people = {side: counts[0] for side, counts in told.items()}
    if min(people.values()) < LEAST_PEOPLE:
        raise NotEnoughToLink(
            f"{people['ours']} patients and {people['theirs']} people of the other list: {LEAST_PEOPLE} at least on either side to estimate from; no link can be made of fewer"
        )
    # a trait that one side does not have says nothing, and cannot be estimated
    known = {t for t, *counts in zip(traits.TRAITS, *(c[1:] for c in told.values()), strict=True) if all(counts)}
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
        probability_two_random_records_match=1 / max(people.values()),
    )
    api = DuckDBAPI(db)
    for side in people:
        db.sql(f"CREATE OR REPLACE VIEW compared_{side} AS SELECT unique_id, {', '.join(traits.TRAITS)} FROM {side}")
    frames = [api.register(f"compared_{side}", dataset_display_name=side, table_name=f"registered_{side}") for side in people]
    linker = Linker(frames, settings, log_level=logging.ERROR)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    try:
        for rule in (block_on("birth"), block_on("family", "first_given")):
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
    except EMTrainingException:
        raise NotEnoughToLink(
            "nobody of one list has a birth date, or names, of somebody of the other: are they lists of the same people, and dates written as the how-to says?"
        ) from None
    # the next best counts even where it is too unlikely to be a link itself
    wanted = math.log2(least / (1 - least)) - MARGIN
    found = linker.inference.predict(threshold_match_weight=wanted)
    return db.sql(_BEST.format(found=found.physical_name, margin=MARGIN, least=least))


def _columns(rule: object) -> list[str]:
    text = str(rule.create_blocking_rule_dict("duckdb")["blocking_rule"])  # type: ignore[attr-defined]
    return [t for t in traits.TRAITS if f'"{t}"' in text]
