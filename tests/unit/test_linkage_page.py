"""The page of a linkage tells no count of few patients, nor one from which such a count can be had."""

from __future__ import annotations

from lxml import html

from p4dp.contracts import small_counts
from p4dp.contracts.linked.threshold import HOLDS
from p4dp.linkage.assign import Choice, together
from p4dp.models import linkage_page


def test_a_count_is_not_told_where_the_rest_of_its_whole_is_small() -> None:
    assert small_counts.portions({"linked": 250}, 300) == {"linked": 250}
    assert small_counts.portions({"linked": 300}, 300) == {"linked": 300} and small_counts.portions({"linked": 0}, 300) == {
        "linked": 0
    }
    assert small_counts.portions({"linked": 295}, 300) == {"linked": None} == small_counts.portions({"linked": 4}, 300)
    assert small_counts.portions({"linked": 250, "several": 45}, 300) == {"linked": None, "several": None}


def test_small_counts_are_not_on_the_page() -> None:
    summary = {"run_id": "r1", "method": "indirect", "regime": "C", "patients": 300, "linked": 250, "asked_precision": 0.999, "margin": 4.0,
               "decoys": 240, "decoys_accepted": 3, "pairs": 4, "pairs_capped": 7, "tokens_cut": 5, "is_full": False, "without": "drugs"}  # fmt: skip
    groups = [("sex", "female", 150, 130), ("sex", "male", 140, 118), ("sex", "not known", 10, 2),
              ("age", "0 to 14", 100, 70), ("age", "15 to 29", 100, 80), ("age", "30 to 44", 100, 100)]  # fmt: skip
    choices = {
        "nothing": Choice(None, 20, 0, 0, 0, 0.0, 0.0, 0.0),
        "none": Choice(None, 40, 0, 0, 0, 0.0, 0.0, 0.0),
        "few": Choice(7.5, 15, 10, 10, 0, 0.0, 0.0, 2.0),
        "many": Choice(2.0, 260, 240, 230, 3, 0.25, 0.0, 2.2),
    }
    assert together(choices).linked == 250
    text = linkage_page.page(
        summary,
        choices,
        [together(choices)],
        [("best", 1, 250), ("next", 0, 4)],
        2.0,
        groups,
        [(8, 2)],
        {"no_trace": 30, "contested": 4, "ambiguous": 16},
    )
    few = linkage_page.page(summary | {"linked": 295, "is_full": True}, choices, [together(choices)], [], 2.0, [], [], {})
    rows = {row[0].text_content(): row[1].text_content() for row in html.fromstring(few).iter("tr")}
    assert rows["patients"] == "300" and rows["linked"] == "not shown" and rows["considered"] == "every patient"
    told = {row[0].text_content(): [c.text_content() for c in row[1:]] for row in html.fromstring(text).iter("tr")}
    assert "something new" in told["considered"][0] and told["without"] == ["drugs"]
    assert (
        told["patients"] == ["300"] and told["decoys accepted"] == ["fewer than 11"] and told["pairs capped"] == ["fewer than 11"]
    )
    assert told["age: 0 to 14"] == ["100", "70%"] and told["age: 15 to 29"] == ["100", "80%"]
    # ten are of unknown sex: neither they nor a group from which they could be subtracted
    hidden = [k for k, v in told.items() if k.startswith("sex") and "not shown" in v]
    assert "sex: not known" in hidden and len(hidden) >= 2
    reasons = {k: told[k] for k in ("no_trace", "contested", "ambiguous")}
    assert reasons["contested"] == ["not shown"] and sum(v == ["not shown"] for v in reasons.values()) >= 2
    assert all(v == ["not shown"] or int(v[0]) >= 11 for v in reasons.values())
    assert told["neither care nor a death"][0] == "no link" and told[HOLDS["few"]] == ["7.5", "not shown", "not shown"]
    assert told["three visits or more"] == ["2", "0.1 %", "0.9 %"]
