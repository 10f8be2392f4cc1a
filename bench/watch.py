"""Seconds and memory of a piece of work in this process."""

from __future__ import annotations

import contextlib
import threading
import time

import psutil


class Watch(threading.Thread):
    """Watches from being entered to being left; `told` then holds `seconds` and `peak_mib`."""

    def __init__(self, children: bool) -> None:
        """`children`: whether the memory of processes that this one started counts too (Spark's JVM)."""
        super().__init__(daemon=True)
        self.told: dict[str, float] = {"peak_mib": 0}
        self._children, self._over = children, threading.Event()

    def run(self) -> None:
        me, left = psutil.Process(), False
        while not left:
            seen = [me, *(me.children(recursive=True) if self._children else [])]
            with contextlib.suppress(psutil.NoSuchProcess):  # a child that ended between being listed and being asked
                self.told["peak_mib"] = max(self.told["peak_mib"], sum(p.memory_info().rss for p in seen) >> 20)
            left = self._over.wait(0.5)

    def __enter__(self) -> dict[str, float]:
        self._begin = time.monotonic()
        self.start()
        return self.told

    def __exit__(self, *_: object) -> None:
        self.told["seconds"] = round(time.monotonic() - self._begin, 1)
        self._over.set()
        self.join()
