"""What every page, run and result that people read promises: counts of few people are not in it."""

from collections.abc import Mapping

#: Counts from 1 to 10 are shown nowhere, nor what would give them away.
SMALLEST = 11


def shown(count: int | None) -> int | None:
    """A count for a run's metrics: None where it is small, or not known."""
    return None if count is None or 0 < count < SMALLEST else count


def portions(counts: Mapping[str, int], whole: int) -> dict[str, int | None]:
    """Counts of a whole that is told too: None for all of them where one, or what is left of the whole, is small."""
    hidden = any(shown(n) is None for n in (*counts.values(), whole - sum(counts.values())))
    return {k: None if hidden else n for k, n in counts.items()}


def told(count: int, smallest: int = SMALLEST) -> int | str:
    """A count for a reader."""
    return f"fewer than {smallest}" if 0 < count < smallest else count
