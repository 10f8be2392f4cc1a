"""What a ranking of pairs is worth, on literal pairs."""

from __future__ import annotations

from p4dp.evaluate.links import _ranking


def test_no_threshold_lies_between_two_pairs_of_one_weight() -> None:
    weighed = [("many", 9.0, True)] * 98 + [("few", 5.0, False), ("few", 5.0, True)] + [("nothing", 1.0, False)] * 20
    told = {r["precision"]: (r["linked"], r["recall"]) for r in _ranking(weighed, 100)}
    assert told[0.999] == told[0.995] == (98, 0.98)  # one of two of weight 5 is true: not that one alone
    assert told[0.99] == told[0.95] == (100, 0.99)
