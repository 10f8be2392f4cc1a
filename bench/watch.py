"""Seconds and memory of a piece of work, of this process or another."""

from __future__ import annotations

import contextlib
import threading
import time

import psutil


class Watch(threading.Thread):
    """Watches from being entered to being left; `told` then holds `seconds` and `peak_mib`."""

    def __init__(self, children: bool, process: int | None = None) -> None:
        """`children`: whether the memory of processes that it started counts too (Spark's JVM); `process`: this one, if none is given."""
        super().__init__(daemon=True)
        self._watched = psutil.Process(process)
        self.told: dict[str, float] = {"peak_mib": 0}
        self._children, self._over = children, threading.Event()

    def run(self) -> None:
        left = False
        while not left:
            with contextlib.suppress(psutil.NoSuchProcess):  # it ended, or a child between being listed and being asked
                seen = [self._watched, *(self._watched.children(recursive=True) if self._children else [])]
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
