"""Kappa and intervals against published worked examples."""

from __future__ import annotations

import pytest

from p4dp.models.agreement import Agreement, share


def test_kappa_of_a_published_table() -> None:
    """Landis and Koch's usual worked example: 20 both, 5 and 10 on one side, 15 neither: observed 0.7, expected 0.5, kappa 0.4."""
    assert Agreement(20, 5, 10, 15).kappa.value == pytest.approx(0.4)


def test_kappa_is_not_known_where_a_side_finds_nobody() -> None:
    assert Agreement(0, 0, 10, 90).kappa.value is None


def test_shares_have_wilson_intervals() -> None:
    """Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662, 0 of 20 gives 0 to 0.1611."""
    found = share(81, 263)
    assert (found.low, found.high) == (pytest.approx(0.2553, abs=5e-5), pytest.approx(0.3662, abs=5e-5))
    assert share(0, 20).high == pytest.approx(0.1611, abs=5e-5)
    assert share(0, 0).value is None


def test_directions() -> None:
    """Sensitivity is asked of the people whom practices know, predictive value of those whom claims find."""
    table = Agreement(both=30, gp_only=10, snds_only=20, neither=40)
    assert (table.sensitivity.value, table.predictive_value.value, table.people) == (0.75, 0.6, 100)
