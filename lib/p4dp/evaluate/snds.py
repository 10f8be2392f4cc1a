"""Do the events that were read out of the claims equal what happened? Person by person, kind by kind."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from typing import Any

from p4dp.evaluate import truth
from p4dp.pipeline.context import Context

#: person, kind, code with role, first day
Key = tuple[int, str, str, str | None]
#: last day, quantity
Value = tuple[str | None, float]
#: kinds whose quantity says nothing
_WITHOUT_QUANTITY = ("diagnosis", "long_term_illness", "declared_gp", "death", "cause_of_death")


def _truth(context: Context) -> dict[Key, list[Value]]:
    out: dict[Key, list[Value]] = defaultdict(list)
    for person, kind, code, start, end, quantity in truth.lines(context, "event"):
        out[person, kind, code, start].append((end, 0.0 if kind in _WITHOUT_QUANTITY else float(quantity)))
    return out


def _found(context: Context, people: dict[tuple[str, int], int]) -> tuple[dict[Key, list[Value]], int]:
    """Our events by person of the truth, and how many beneficiaries are more or fewer than one person."""
    persons: dict[str, set[int]] = defaultdict(set)
    of_person: dict[int, set[str]] = defaultdict(set)
    for r in context.tables.read("events.pseudonym").select("BEN_NIR_PSA", "BEN_RNG_GEM", "beneficiary_id").collect():
        person = people.get((r[0], r[1]), -1)
        persons[r[2]].add(person)
        of_person[person].add(r[2])
    mixed = sum(len(p) > 1 for p in persons.values()) + sum(len(b) > 1 for p, b in of_person.items() if p >= 0)
    out: dict[Key, list[Value]] = defaultdict(list)
    rows = context.tables.read("events.event").where("kind NOT IN ('observation', 'follow_up')")
    for r in rows.select("beneficiary_id", "kind", "code", "role", "start_date", "end_date", "quantity").collect():
        person = min(persons.get(r["beneficiary_id"], {-1}))
        code = f"{r['code']}/{r['role']}" if r["kind"] in ("diagnosis", "cause_of_death") else r["code"] or ""
        start, end = (d.isoformat() if isinstance(d, dt.date) else None for d in (r["start_date"], r["end_date"]))
        quantity = 0.0 if r["kind"] in _WITHOUT_QUANTITY else float(r["quantity"] or 0)
        out[person, r["kind"], code, start].append((end, quantity))
    return out, mixed


def evaluate(context: Context) -> dict[str, Any]:
    """planted, caught, missed, extra, wrong (right person, kind, code and day, other end or quantity), and by kind."""
    people = {(psa, rank): number for number, psa, rank in truth.lines(context, "person")}
    told = _truth(context)
    found, mixed = _found(context, people)
    totals: Counter[str] = Counter()
    by_kind: dict[str, Counter[str]] = defaultdict(Counter)
    for key in told.keys() | found.keys():
        wanted, got = Counter(told.get(key, [])), Counter(found.get(key, []))
        left, over = wanted - got, got - wanted
        wrong = min(left.total(), over.total())
        counts = {
            "planted": wanted.total(),
            "caught": (wanted & got).total(),
            "missed": left.total() - wrong,
            "extra": over.total() - wrong,
            "wrong": wrong,
        }
        totals.update(counts)
        by_kind[key[1]].update(counts)
    names = ("planted", "caught", "missed", "extra", "wrong")
    return {
        **{n: totals[n] for n in names},
        "people_mixed": mixed,
        "by_kind": {kind: {n: c[n] for n in names} for kind, c in sorted(by_kind.items())},
    }
