"""Seconds of a run's steps."""

from __future__ import annotations

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
