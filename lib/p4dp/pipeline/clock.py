"""Which step of a run begins, and how many seconds each took."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Called with the name of each step as it begins; `seconds` tells those that are over."""

    def __init__(self, progress: Callable[[str], None]) -> None:
        self._progress = progress
        self._step: tuple[str, float] | None = None
        self.seconds: dict[str, float] = {}

    def __call__(self, step: str) -> None:
        """A step begins, and the one before is over."""
        self.over()
        self._step = step, time.monotonic()
        self._progress(step)

    def over(self) -> None:
        """The last step is over."""
        if self._step:
            name, begin = self._step
            self.seconds[name] = round(self.seconds.get(name, 0.0) + time.monotonic() - begin, 2)
            self._step = None
