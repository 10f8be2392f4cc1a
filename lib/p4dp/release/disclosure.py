"""Which cells of a table of counts may be published, so that neither a cell nor a difference of cells reveals a few people.

Primary: a count below the smallest, cells of too few practices, cells that one practice dominates. Secondary: as many more as are needed so that what is left
of any total is nothing, or hides at least two cells and enough people; checked with the bounds that an attacker could compute (linear programming, as in audits of
cell suppression). Against earlier publications: a cell is not published whose difference from one that left before, and that contains it or lies in it, is
between 1 and the smallest, nor one that leaves so few of a whole when the other parts of it left before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from scipy.optimize import linprog

from p4dp.contracts.small_counts import SMALLEST

TOTAL = "*"
Key = tuple[str, ...]
#: What the people of a cell have in common, as `column=value`.
Label = frozenset[str]


@dataclass(frozen=True)
class Cell:
    """One cell: people, practices, and the largest practice's share of it."""

    people: int
    practices: int
    largest_share: float


@dataclass(frozen=True)
class Limits:
    """What a published count must hold."""

    smallest: int = SMALLEST
    practices: int = 3
    largest_share: float = 0.85


@dataclass
class Checked:
    """Published counts, and of the others why they are not."""

    published: dict[Key, int] = field(default_factory=dict)
    removed: dict[Key, str] = field(default_factory=dict)


def _primary(cell: Cell, limits: Limits) -> str | None:
    if 0 < cell.people < limits.smallest:
        return "few people"
    if cell.people and cell.practices < limits.practices:
        return "few practices"
    if cell.people and cell.largest_share > limits.largest_share:
        return "one practice dominates"
    return None


def _totals(key: Key) -> Iterable[tuple[int, Key]]:
    """The totals that a cell adds up to, one dimension at a time."""
    for place, value in enumerate(key):
        if value != TOTAL:
            yield place, (*key[:place], TOTAL, *key[place + 1 :])


def _groups(cells: Mapping[Key, Cell]) -> dict[tuple[int, Key], list[Key]]:
    """Every total with the cells that it is the sum of, by dimension."""
    out: dict[tuple[int, Key], list[Key]] = {}
    for key in cells:
        for place, total in _totals(key):
            if total in cells:
                out.setdefault((place, total), []).append(key)
    return out


def _weak(cells: Mapping[Key, Cell], hidden: Mapping[Key, str], members: list[Key], total: Key, limits: Limits) -> bool:
    """Whether what is left of a total, published or known by subtraction, gives a hidden cell away."""
    unknown = [k for k in members if k in hidden]
    if total in hidden or not unknown:
        # a hidden total of published parts is their sum: it is given away, which is harmful only when it was hidden for itself
        return total in hidden and not unknown and hidden[total] != "added"
    left = sum(cells[k].people for k in unknown)
    return len(unknown) == 1 or left < limits.smallest


def _bounds(
    cells: Mapping[Key, Cell], hidden: list[Key], groups: Mapping[tuple[int, Key], list[Key]], key: Key
) -> tuple[float, float]:
    """The lowest and highest value of a hidden cell that all published counts allow."""
    place = {k: n for n, k in enumerate(hidden)}
    rows, sums = [], []
    for (_, total), members in groups.items():
        if not any(k in place for k in (*members, total)):
            continue
        row, known = np.zeros(len(hidden)), 0.0
        for k, sign in (*((m, 1.0) for m in members), (total, -1.0)):
            if k in place:
                row[place[k]] += sign
            else:
                known -= sign * cells[k].people
        rows.append(row)
        sums.append(known)
    goal = np.zeros(len(hidden))
    goal[place[key]] = 1.0
    equations = {"A_eq": np.array(rows), "b_eq": np.array(sums)} if rows else {}
    low = linprog(goal, bounds=(0, None), method="highs", **equations)
    high = linprog(-goal, bounds=(0, None), method="highs", **equations)
    if low.status != 0 or high.status not in (0, 3):  # 3: no upper bound; anything else says nothing, so the cell counts as known
        return 0.0, 0.0
    return low.fun, (-high.fun if high.status == 0 else float("inf"))


def _add(cells: Mapping[Key, Cell], hidden: dict[Key, str], left: Collection[Key], members: list[Key], total: Key) -> bool:
    """Hides one more cell of a total: the smallest that is published and not empty, else an empty one, else the total itself; never one that left before."""
    free = sorted(
        (k for k in members if k not in hidden and k not in left), key=lambda k: (cells[k].people == 0, cells[k].people, k)
    )
    chosen = free[0] if free else total if total not in hidden and total not in left else None
    if chosen is None:
        return False
    hidden[chosen] = "added"
    return True


def _add_beside(
    cells: Mapping[Key, Cell], hidden: dict[Key, str], left: Collection[Key], groups: Mapping[tuple[int, Key], list[Key]]
) -> bool:
    """Hides the smallest published cell of any sum that holds a hidden one: totals further away can bound a cell whose own totals are all hidden."""
    sums = [{*members, total} for (_, total), members in groups.items()]
    near = {k for keys in sums if keys & hidden.keys() for k in keys - hidden.keys()} - set(left)
    if not near:
        return False
    hidden[min(near, key=lambda k: (cells[k].people == 0, cells[k].people, k))] = "added"
    return True


def _leaves_few(whole: int, parts: Collection[Collection[int]], limits: Limits) -> bool:
    """Whether one count of each part can add up to all of a whole but a few people."""
    if whole <= 0:
        return False
    sums, below = 1, (1 << whole) - 1  # bit n: n people can be told
    for counts in parts:
        shifted = 0
        for n in counts:
            shifted |= sums << n
        sums = shifted & below
    return bool(sums >> max(whole - limits.smallest + 1, 0))


def differing(
    cells: Mapping[Key, Cell],
    labels: Mapping[Key, Label],
    earlier: Mapping[Label, Collection[int]],
    limits: Limits,
    origins: Collection[Mapping[Label, Collection[int]]] = (),
) -> set[Key]:
    """Cells that would reveal a few people beside what left earlier, of whatever table, population, period or project.

    Args:
        labels: what the people of each cell have in common.
        earlier: the same of cells that left before → their counts.
        origins: the same by project and table: counts of one origin may be parts of one whole, whatever larger ones others told of the same cells.
    """

    def few(n: int) -> bool:
        return 0 < n < limits.smallest

    listed: list[dict[tuple[Label, str], dict[Label, Collection[int]]]] = []
    for told in (*origins, {label: [max(counts)] for label, counts in earlier.items()}):
        parts: dict[tuple[Label, str], dict[Label, Collection[int]]] = {}
        for label, counts in told.items():
            for fixed in label:
                parts.setdefault((label - {fixed}, fixed.split("=")[0]), {})[label] = counts
        listed.append(parts)
    out = set[Key]()
    for key, cell in cells.items():
        mine, n = labels[key], cell.people
        if not n:
            continue
        near = (abs(n - m) for other, counts in earlier.items() if mine <= other or other <= mine for m in counts)
        # the last part of a whole that left, and a whole of which all parts but a few people left
        last = (
            _leaves_few(m - n, [v for k, v in parts.get((mine - {f}, f.split("=")[0]), {}).items() if k != mine], limits)
            for f in mine
            for m in earlier.get(mine - {f}, ())
            for parts in listed
        )
        whole = (_leaves_few(n, list(held.values()), limits) for parts in listed for (of, _), held in parts.items() if of == mine)
        if any(map(few, near)) or any(last) or any(whole):
            out.add(key)
    return out


def check(cells: Mapping[Key, Cell], limits: Limits, differ: Collection[Key] = (), left: Collection[Key] = ()) -> Checked:
    """Decides cell by cell.

    Args:
        cells: all cells and all totals over one or several dimensions (`TOTAL` in their place); what is empty may be left out of neither.
        differ: cells that would reveal a few people beside what left earlier.
        left: cells whose count left earlier: hiding them protects nobody.
    """
    hidden = {k: why for k, c in cells.items() if (why := _primary(c, limits)) is not None}
    hidden |= {k: "differs by a few from what was published before" for k in differ if k not in hidden}
    groups = _groups(cells)
    changed = True
    while changed:
        changed = False
        for (_, total), members in sorted(groups.items()):
            while _weak(cells, hidden, members, total, limits) and _add(cells, hidden, left, members, total):
                changed = True
        if changed:
            continue
        listed = sorted(hidden)
        for key in [k for k in listed if hidden[k] != "added" and cells[k].people]:
            low, high = _bounds(cells, listed, groups, key)
            if high - low >= limits.smallest:
                continue
            mine = [(total, members) for (_, total), members in sorted(groups.items()) if key in members]
            if any(_add(cells, hidden, left, members, total) for total, members in mine) or _add_beside(
                cells, hidden, left, groups
            ):
                changed = True
                break
    words = {"added": "would give another one away"}
    return Checked(
        {k: c.people for k, c in cells.items() if k not in hidden}, {k: words.get(why, why) for k, why in hidden.items()}
    )


def with_totals(counts: Mapping[Key, Cell], several: Mapping[Key, Cell]) -> dict[Key, Cell]:
    """Cells and totals in one mapping; combinations that never occur are there as empty cells."""
    dimensions = len(next(iter(counts), ()))
    values = [sorted({k[d] for k in counts}) for d in range(dimensions)]
    out: dict[Key, Cell] = {}

    def fill(prefix: Key) -> None:
        if len(prefix) == dimensions:
            out[prefix] = counts.get(prefix) or several.get(prefix) or Cell(0, 0, 0.0)
            return
        for value in (*values[len(prefix)], TOTAL):
            fill((*prefix, value))

    fill(())
    return out


def counts(cells: Mapping[Key, int], limits: Limits | None = None, left: Collection[Key] = ()) -> Checked:
    """`check` for a page's own table of people, without practices; totals over every dimension are added. `left`: totals that the page tells anyway."""
    sums: dict[Key, int] = {}
    for key, n in cells.items():
        for mask in range(2 ** len(key)):
            total = tuple(TOTAL if mask >> d & 1 else v for d, v in enumerate(key))
            sums[total] = sums.get(total, 0) + n
    many = (limits or Limits()).practices
    return check({k: Cell(n, many if n else 0, 0.0) for k, n in sums.items()}, limits or Limits(), left=left)


def differences(published: Mapping[Key, int]) -> Iterable[int]:
    """Every difference of two published cells of which one contains the other: what an attacker subtracts first."""
    for one, other in combinations(published, 2):
        for inner, outer in ((one, other), (other, one)):
            if all(o in (TOTAL, i) for i, o in zip(inner, outer, strict=True)):
                yield published[outer] - published[inner]
