"""The simulated country is held to the published figures that it is calibrated on."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from p4dp.simulate.lives import DAY0, assumptions, draw
from p4dp.simulate.practice import Practice, Setting
from p4dp.simulate.records import Record

_YEARS = 2


@pytest.fixture(scope="module")
def practices() -> list[Practice]:
    """Four practices that code everything, lived through."""
    made = [Practice(Setting(3, 3000, 5, _YEARS, 1, "nowhere"), n) for n in range(4)]
    for practice in made:
        practice.writer.habits = {**practice.writer.habits, "coded_reasons": 1.0, "coded_results": 1.0}
        practice.live()
    return made


def _records(practices: list[Practice], kind: str) -> list[Record]:
    return [r for p in practices for r in p.now.records[kind].values()]


@pytest.mark.parametrize(("kind", "name"), [("reason", "reasons"), ("diagnosis", "results")])
def test_codes_per_encounter(practices: list[Practice], kind: str, name: str) -> None:
    """ECOGEN: 2.6 reasons and 2.2 results."""
    each = len(_records(practices, kind)) / len(_records(practices, "encounter"))
    assert each == pytest.approx(assumptions()["published"][f"{name}_per_encounter"]["value"], abs=0.05)


@pytest.mark.parametrize(("kind", "name"), [("reason", "reason"), ("diagnosis", "result")])
def test_chapters(practices: list[Practice], kind: str, name: str) -> None:
    """PRIMEGE: shares of the four largest chapters, within 1.5 points."""
    chapters = Counter(r["cisp"][0] for r in _records(practices, kind))
    shares = {c: 100 * n / chapters.total() for c, n in chapters.items()}
    for chapter, published in assumptions()["published"][f"{name}_chapters"]["value"].items():
        assert shares[chapter] == pytest.approx(published, abs=1.5), chapter


def test_visits_by_age(practices: list[Practice]) -> None:
    """Visits follow the table of ages, raised by illness: never below it, and old people come more than twice as often as the young."""
    visits = Counter((p.number, r["patient_id"]) for p in practices for r in p.now.records["encounter"].values())
    each: dict[int, list[float]] = {15: [], 75: []}
    for practice in practices:
        for local, person in practice.people.items():
            age = (DAY0 - person.birth).days / 365.25
            group = 15 if 17 <= age < 30 else 75 if 77 <= age < 85 else None
            if group and person.death is None:
                each[group].append(visits[practice.number, local] / _YEARS)
    mean = {age: sum(v) / len(v) for age, v in each.items()}
    for age, found in mean.items():
        assert found > 0.8 * assumptions()["visits_by_age"][age]
    assert mean[75] > 2 * mean[15]


def test_locums_write_only_while_they_are_engaged(practices: list[Practice]) -> None:
    seen = 0
    for practice in practices:
        engaged = {d["practitioner_id"]: (d["valid_from"], d["valid_to"]) for d, _ in practice.locums}
        for r in practice.now.records["encounter"].values():
            if r["author"] != r["billing"]:
                begin, end = engaged[r["author"]]
                assert begin <= r["encounter_date"] <= end and end - begin < dt.timedelta(days=60)
                seen += 1
    assert seen > 20


def test_most_patients_declared_a_doctor(practices: list[Practice]) -> None:
    """One declaration after the other, never two at once, and none for guests of another practice."""
    for practice in practices:
        residents = [p for p in practice.people.values() if p.number // 1_000_000 == practice.number]
        declared = [practice.declarations(p) for p in practice.people.values()]
        assert 0.8 < sum(map(bool, declared)) / len(residents) < 0.95
        for periods in declared:
            for (_, _, end), (_, begin, _) in pairwise(periods):
                assert end is not None and end < begin


def test_errors_are_doubled_and_coding_is_set_without_changing_the_rest() -> None:
    usual, hard = (draw(np.random.default_rng(5), "country", errors) for errors in (1.0, 2.0))
    changed = {name for name in usual if hard[name] != usual[name]}
    assert {"birth_mistyped", "unbilled", "never_dispensed", "without_claims"} <= changed
    assert not {"visit_factor", "substituted", "two_pseudonyms"} & changed
    assert all(hard[name] == 2 * usual[name] for name in changed)
    own, least, most = (Practice(Setting(3, 300, 3, 1, 1, "nowhere", coding=c), 1) for c in (None, 0.0, 1.0))
    ranges = {name: a["range"] for name, a in assumptions()["assumed"].items() if a.get("coding")}
    assert {"coded_reasons", "coded_results", "listed_problems"} == set(ranges)
    for name, (low, high) in ranges.items():
        assert least.writer.habits[name] == low < own.habits[name] < high == most.writer.habits[name]
    assert own.habits["home_visit"] == most.habits["home_visit"]
