"""Which step of a run begins, and how many seconds each took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Told the name of each step of a run as it begins.
Progress = Callable[[str], None]


class Clock:
    """Called with the name of each step as it begins; `seconds` tells those that are over, a step taken twice as one."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.seconds: dict[str, float] = {}
        self._step: tuple[str, float] | None = None

    def __call__(self, step: str) -> None:
        """A step begins, and the one before is over."""
        self.over()
        self._step = step, time.monotonic()
        self.progress(step)

    def over(self) -> None:
        """The last step is over."""
        if self._step:
            name, begin = self._step
            self._take(name, time.monotonic() - begin)
            self._step = None

    def add(self, other: Clock) -> None:
        """The steps of another clock count as taken here too."""
        for step, seconds in other.seconds.items():
            self._take(step, seconds)

    def _take(self, step: str, seconds: float) -> None:
        self.seconds[step] = round(self.seconds.get(step, 0.0) + seconds, 2)

    @contextmanager
    def during(self, step: str) -> Iterator[None]:
        """A step that is over when the block is left, by an error too."""
        self(step)
        try:
            yield
        finally:
            self.over()
