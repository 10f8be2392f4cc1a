"""What every page, run and result that people read promises: counts of few people are not in it."""

#: Counts from 1 to 10 are shown nowhere, nor what would give them away.
SMALLEST = 11


def shown(count: int | None) -> int | None:
    """A count for a run's metrics: None where it is small, or not known."""
    return None if count is None or 0 < count < SMALLEST else count


def told(count: int, smallest: int = SMALLEST) -> int | str:
    """A count for a reader."""
    return f"fewer than {smallest}" if 0 < count < smallest else count
