"""No published cell and no difference of published cells reveals a few people; the attacks that are known are tried."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from p4dp.errors import UsageError
from p4dp.release.disclosure import TOTAL, Cell, Checked, Key, Limits, _bounds, _groups, check, differences, differing, with_totals
from p4dp.release.question import condition

LIMITS = Limits()


def _cells(counts: Mapping[Key, int]) -> dict[Key, Cell]:
    """Cells and all totals, each spread over many practices."""
    out: dict[Key, int] = {}
    dimensions = len(next(iter(counts)))
    for key, n in counts.items():
        for mask in range(2**dimensions):
            total = tuple(TOTAL if mask >> d & 1 else key[d] for d in range(dimensions))
            out[total] = out.get(total, 0) + n
    every = {k: Cell(n, 10 if n else 0, 0.2) for k, n in out.items()}
    return with_totals({k: c for k, c in every.items() if TOTAL not in k}, every)


def _reveals(cells: Mapping[Key, Cell], found: Checked) -> list[str]:
    """What an attacker who knows all published counts learns of a few people."""
    out = [f"published {n}" for n in found.published.values() if 0 < n < LIMITS.smallest]
    out += [f"difference {d}" for d in differences(found.published) if 0 < d < LIMITS.smallest]
    hidden, groups = sorted(found.removed), _groups(cells)
    for key, why in found.removed.items():
        if why == "few people":
            low, high = _bounds(cells, hidden, groups, key)
            if high - low < LIMITS.smallest:
                out.append(f"{key} lies between {low} and {high}")
    return out


_TABLES = st.integers(2, 4).flatmap(
    lambda rows: st.integers(2, 4).flatmap(
        lambda columns: st.lists(st.one_of(st.integers(0, 15), st.integers(0, 300)), min_size=rows * columns, max_size=rows * columns).map(
            lambda values: {(f"r{n // columns}", f"c{n % columns}"): v for n, v in enumerate(values)})))  # fmt: skip


@given(_TABLES)
@example(
    {(f"r{n // 3}", f"c{n % 3}"): v for n, v in enumerate([11, 0, 0, 1, 0, 1, 0, 1, 10])}
)  # two published totals leave one person of the grand total
@settings(max_examples=150, deadline=None)
def test_nothing_published_reveals_a_count_from_1_to_10(counts: dict[Key, int]) -> None:
    cells = _cells(counts)
    assert _reveals(cells, check(cells, LIMITS)) == []


def test_the_sum_attack_fails() -> None:
    """A small cell cannot be had by taking the others from the total."""
    cells = _cells({("a",): 5, ("b",): 40, ("c",): 60})
    found = check(cells, LIMITS)
    assert ("a",) in found.removed and ("b",) in found.removed and found.published == {("c",): 60, (TOTAL,): 105}
    assert found.removed[("b",)] == "would give another one away"


def test_the_difference_attack_fails() -> None:
    """The same question on a population that is smaller by three people."""
    earlier = {_is("sex=m"): [50], _is("sex=f"): [60], _is(): [110]}

    def asked(m: int, f: int) -> Checked:
        cells = _cells({("m",): m, ("f",): f})
        labels = {k: _is(*(f"sex={v}" for v in k if v != TOTAL)) for k in cells}
        return check(
            cells,
            LIMITS,
            differing(cells, labels, earlier, LIMITS),
            {k for k, c in cells.items() if c.people in earlier[labels[k]]},
        )

    assert asked(47, 60).published == {("f",): 60}
    assert asked(50, 60).published == {("m",): 50, ("f",): 60, (TOTAL,): 110}  # the same table again tells nothing new


def _is(*told: str) -> frozenset[str]:
    return frozenset(told)


@pytest.mark.parametrize(("label", "people"), [
    (("place=99", "sex=m"), 35),  # five women are left of the forty who left
    (("place=98",), 17),  # the last part of a whole: three people are neither here nor in the parts that left
    ((), 105),  # a whole, of which the parts that left make all but five
    (("place=99", "age=40"), 38),
])  # fmt: skip
def test_a_cell_inside_or_around_what_left_reveals_nobody(label: tuple[str, ...], people: int) -> None:
    earlier = {
        _is("place=99"): {40},
        _is("place=97"): {60},
        _is("flu=1"): {120},
        _is("flu=1", "place=99"): {100},
        _is("sex=x"): {120},
    }
    if label == ("place=98",):
        earlier = {_is(): {120}, _is("place=99"): {40}, _is("place=97"): {60}}
    cells, labels = {("c",): Cell(people, 9, 0.2)}, {("c",): _is(*label)}
    assert differing(cells, labels, earlier, LIMITS) == {("c",)}
    assert differing({("c",): Cell(people, 9, 0.2)}, {("c",): _is("other=1")}, {_is("place=99"): {40}}, LIMITS) == set()


def test_larger_counts_of_another_project_do_not_hide_an_attack() -> None:
    """A whole, or a last part, of a small project whose other parts left; a large project told the same cells."""
    large = {_is("sex=m"): {5000}, _is("sex=f"): {5200}}
    small = {_is("sex=m"): {500, 40}, _is("sex=f"): {480}}
    earlier = {label: large[label] | small[label] for label in large}
    cell, labels = {("c",): Cell(985, 9, 0.2)}, {("c",): _is()}
    assert differing(cell, labels, earlier, LIMITS, [large, small]) == {("c",)}  # five of neither
    assert differing({("c",): Cell(1000, 9, 0.2)}, labels, earlier, LIMITS, [large, small]) == set()
    last, told = {("c",): Cell(480, 9, 0.2)}, {_is(): {985}, _is("sex=m"): {500, 5000}}
    assert differing(last, {("c",): _is("sex=f")}, told, LIMITS, [{_is(): {985}, _is("sex=m"): {500}}, {_is("sex=m"): {5000}}]) == {
        ("c",)
    }


def test_what_left_protects_nobody_any_more() -> None:
    """A total that left cannot be hidden again: another cell is."""
    cells = _cells({("a",): 5, ("b",): 40, ("c",): 60})
    found = check(cells, LIMITS, left={("b",), (TOTAL,)})
    assert found.published == {("b",): 40, (TOTAL,): 105} and set(found.removed) == {("a",), ("c",)}


@pytest.mark.parametrize(
    ("cell", "why"),
    [(Cell(50, 2, 0.5), "few practices"), (Cell(50, 5, 0.9), "one practice dominates"), (Cell(4, 4, 0.3), "few people")],
)
def test_primary_rules(cell: Cell, why: str) -> None:
    others = {("b",): Cell(100, 10, 0.2), ("c",): Cell(100, 10, 0.2), (TOTAL,): Cell(200 + cell.people, 12, 0.2)}
    found = check({("a",): cell, **others}, LIMITS)
    assert found.removed[("a",)] == why and len(found.removed) >= 2  # one hidden alone could be had by subtraction


def test_empty_cells_are_published_and_protect_nobody() -> None:
    found = check(_cells({("a",): 0, ("b",): 30, ("c",): 30}), LIMITS)
    assert found.published == {("a",): 0, ("b",): 30, ("c",): 30, (TOTAL,): 60}


@pytest.mark.parametrize(
    "text",
    [
        "sex = 'male' AND birth_year BETWEEN 1950 AND 1960",
        "NOT (code LIKE 'E1%' OR code IN ('I10', 'K86'))",
        "code IS NOT NULL",
        "",
    ],
)
def test_a_condition_compares_columns_with_values(text: str) -> None:
    assert condition(text, ["sex", "birth_year", "code"])


@pytest.mark.parametrize(("text", "message"), [
    ("sex IN (SELECT nir FROM delta.`vault/patient`)", "not allowed"), ("EXISTS (SELECT 1)", "not allowed"), ("hash(sex) = 1", "not allowed"), ("nir = '1'", "no column"),
    ("other.sex = 'male'", "no column"), ("sex = ", "not a condition"), ("sex = 'm'; DROP TABLE x", "not a condition|not allowed|no column"),
])  # fmt: skip
def test_a_condition_reads_nothing_else(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        condition(text, ["sex", "birth_year", "code"])
