"""What happened so far: deliveries, batches, published versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from p4dp.storage.tables import Tables

STEPS = ("opened", "split", "landed", "conformed", "published")


def now() -> dt.datetime:
    """The moment, in UTC."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class OpenBatch:
    """A batch whose last step is not `published`."""

    batch_id: int
    kind: str
    steps: frozenset[str]
    deliveries: tuple[str, ...]
    practices: tuple[str, ...]


class Ledger:
    """Reads and writes the ops tables. One writer: the holder of the lease."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._states: tuple[int, list[dict[str, Any]]] = (-1, [])

    def states(self) -> list[dict[str, Any]]:
        """The last state of every manifest that a delivery folder ever had: one that is refused does not undo one that was accepted."""
        if not self._tables.exists("ops.delivery"):
            return []
        version = self._tables.version("ops.delivery")
        if version != self._states[0]:
            self._states = version, self._read_states()
        return self._states[1]

    def _read_states(self) -> list[dict[str, Any]]:
        rows = sorted(self._tables.rows("ops.delivery"), key=lambda r: (r["at"], r["batch_id"]))
        return list({(r["folder"], r["manifest_sha256"]): r for r in rows}.values())

    def record(self, rows: list[dict[str, Any]]) -> None:
        """Appends changes of state."""
        moment = now()
        self._tables.log("ops.delivery", [{"at": moment, **r} for r in rows])

    def step(
        self,
        batch_id: int,
        kind: str,
        step: str,
        seconds: float | None = None,
        deliveries: Iterable[str] = (),
        practices: Iterable[str] = (),
    ) -> None:
        """Records that a batch reached a step."""
        self._tables.log(
            "ops.batch",
            [
                {
                    "batch_id": batch_id,
                    "kind": kind,
                    "step": step,
                    "deliveries": list(deliveries),
                    "practices": list(practices),
                    "seconds": seconds,
                    "at": now(),
                }
            ],
        )

    def batches(self) -> list[dict[str, Any]]:
        """Every step of every batch, in order."""
        return sorted(self._tables.rows("ops.batch"), key=lambda r: (r["batch_id"], r["at"]))

    def last_batch(self) -> int:
        """The highest batch number ever opened; 0 before the first."""
        return max((b["batch_id"] for b in self.batches()), default=0)

    def open_batch(self) -> OpenBatch | None:
        """The batch that was opened and not yet published, if any; there is never more than one."""
        steps: dict[int, list[dict[str, Any]]] = {}
        for row in self.batches():
            steps.setdefault(row["batch_id"], []).append(row)
        for batch_id in sorted(steps, reverse=True):
            rows = steps[batch_id]
            first = next(r for r in rows if r["step"] == "opened")
            if first["kind"] in ("load-snds", "link", "derive"):  # written whole at their end: they are run again, never resumed
                continue
            reached: set[str] = set()
            for r in rows:  # a gate that failed takes the batch back to what was landed
                if r["step"] == "failed":
                    reached.discard("conformed")
                else:
                    reached.add(r["step"])
            if "published" in reached:
                return None
            return OpenBatch(
                batch_id, first["kind"], frozenset(reached), tuple(first["deliveries"] or ()), tuple(first["practices"] or ())
            )
        return None

    def publish(self, batch_id: int, versions: dict[str, tuple[str, int]]) -> None:
        """Publishes table versions together: table → (stage, version)."""
        moment = now()
        self._tables.log(
            "ops.published",
            [
                {"batch_id": batch_id, "stage": s, "table_name": t, "version": v, "at": moment}
                for t, (s, v) in sorted(versions.items())
            ],
        )

    def published(self) -> dict[str, int]:
        """The published version of every table."""
        rows = sorted(self._tables.rows("ops.published"), key=lambda r: (r["at"], r["version"]))
        return {r["table_name"]: r["version"] for r in rows}
