"""Seconds of a run's steps."""

from __future__ import annotations

import pytest

from p4dp.pipeline.clock import Clock


def test_steps_are_told_as_they_begin_and_their_seconds_when_they_are_over() -> None:
    told: list[str] = []
    clock = Clock(told.append)
    for step in ("read", "write", "read"):
        clock(step)
    assert told == ["read", "write", "read"] and clock.seconds.keys() == {"read", "write"}
    before = clock.seconds["read"]
    clock.over()
    clock.over()
    assert clock.seconds["read"] >= before


def test_a_step_of_a_block_is_over_with_it_even_by_an_error_and_clocks_add_up() -> None:
    night, batch = Clock(lambda _: None), Clock(lambda _: None)
    with pytest.raises(ZeroDivisionError), batch.during("split"):
        _ = 1 / 0
    batch.seconds = {"split": 1.25}
    with batch.during("land"):
        assert "land" not in batch.seconds
    assert batch.seconds.keys() == {"split", "land"}
    night.add(batch)
    night.add(batch)
    assert night.seconds["split"] == 2.5 and batch.seconds["split"] == 1.25
