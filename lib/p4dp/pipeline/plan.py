"""What a batch has to do to silver: which deliveries count, and which practices are computed again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from p4dp.pipeline.context import Context


@dataclass(frozen=True)
class Plan:
    """What a batch has to do.

    Args:
        counting: deliveries whose rows are read: delivery_id → batch that landed it.
        several: those of them whose practice has more than one in the plan: only their records can have several versions.
        again: practices computed again that silver may hold already, by key.
        first: whether silver holds nothing of the batch's practices, so that rows can be appended.
        anew: whether silver is made from nothing.
    """

    batch_id: int
    counting: dict[str, int]
    several: tuple[str, ...]
    again: tuple[str, ...]
    first: bool
    anew: bool = False


def plan(context: Context, batch_id: int, practices: tuple[str, ...] = (), anew: bool = False) -> Plan:
    """Sorts the practices of a batch; `practices` (a reprocess) are computed again whatever arrived, into empty tables when `anew`."""
    by_practice: dict[str, list[dict[str, Any]]] = {}
    for state in context.ledger.states():
        if state["state"] == "accepted":
            by_practice.setdefault(state["practice_key"], []).append(state)
    counting: dict[str, int] = {}
    several: list[str] = []
    again: list[str] = []
    first = True
    for key, states in by_practice.items():
        new = [s for s in states if s["batch_id"] == batch_id]
        old = [s for s in states if s["batch_id"] < batch_id]
        if not new and key not in practices:
            continue
        since = max((s["sequence"] for s in states if s["is_full"]), default=-1)
        late = old and new and min(s["sequence"] for s in new) < max(s["sequence"] for s in old)
        repeat = key in practices or (old and (late or any(s["is_full"] for s in new)))
        first = first and not old and key not in practices
        if repeat:
            again.append(key)
        chosen = {s["delivery_id"]: s["batch_id"] for s in (states if repeat else new) if s["sequence"] >= since}
        counting |= chosen
        if len(chosen) > 1:
            several += chosen
    if anew:  # there is nothing to merge into
        again, first = [], True
    return Plan(batch_id, counting, tuple(several), tuple(sorted(again)), first, anew)
