"""Linkage step by step on literal rows, and against Splink."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import functions as F

from p4dp.linkage import assign, candidates, compare, digest, evidence, practitioners, report, score
from p4dp.linkage.compare import COUNTS
from p4dp.linkage.evidence import Evidence, claims
from p4dp.models import splink_em

PEOPLE = "{key} string, sex string, birth_year int, birth_month int, commune string, department string, death_date date"
VISITS, DRUGS, ANALYSES = (
    "{key} string, doctor string, day date",
    "{key} string, doctor string, day date, atc string, cip13 string, dispensed date",
    "{key} string, doctor string, day date",
)


@pytest.fixture
def side(pipe):
    """One side from pipe tables without header."""

    def make(key: str, people: str, visits: str = "", drugs: str = "") -> Evidence:
        more = "practice_key|" if key == "patient_key" else ""
        traits = pipe(
            PEOPLE.format(key=key) + (", practice_key string" if more else ""),
            f"{key}|{more}sex|birth_year|birth_month|commune|department|death_date\n{people}",
        )
        return Evidence(traits, pipe(VISITS.format(key=key), f"{key}|doctor|day\n{visits}"), pipe(DRUGS.format(key=key), f"{key}|doctor|day|atc|cip13|dispensed\n{drugs}"),
                        pipe(ANALYSES.format(key=key), f"{key}|doctor|day\n"))  # fmt: skip

    return make


def test_communes_of_the_claims_have_the_form_of_silver(pipe) -> None:
    people = pipe("beneficiary_id string, sex string, birth_year int, birth_month int, department string, commune string, death_date date, flag_fictive_nir boolean",
                  "beneficiary_id|sex|birth_year|birth_month|department|commune|death_date|flag_fictive_nir\n"
                  "a|male|1950|1|013|055||false\nb|male|1950|1|02A|004||false\nc|male|1950|1|974|411||false\nd|male|1950|1|001|004||false\nf|male|1950|1|988|818||false\ne|unknown|1955|1|999|999||true")  # fmt: skip
    events = pipe("beneficiary_id string, kind string, start_date date, performer string, facility string, prescriber string, prescribed_on date, code string, atc string",
                  """beneficiary_id|kind|start_date|performer|facility|prescriber|prescribed_on|code|atc
                  a|gp_visit|2024-01-02||F1||||
                  a|dispensing|2024-02-03|||D|2024-01-02|3400930000014|A10BA02
                  a|dispensing|2024-01-04|||D|2024-01-02|3400930000014|A10BA02
                  a|dispensing|2024-01-04||||2024-01-02|3400930000014|A10BA02""")  # fmt: skip
    merged = pipe("old_code string, new_code string", "old_code|new_code\n01004|01005")
    found = claims(people, events, merged)
    assert {r["beneficiary_id"]: (r["commune"], r["department"]) for r in found.people.collect()} == {
        "a": ("13055", "13"),
        "b": ("2A004", "2A"),
        "c": ("97411", "974"),
        "d": ("01005", "01"),
        "f": ("98818", "988"),
    }
    assert found.visits.collect()[0]["doctor"] == "F1"  # a salaried doctor is the institution
    drug = found.drugs.collect()  # one prescription dispensed twice; without a prescriber it is nobody's prescription
    assert [(r["atc"], r["cip13"], str(r["day"]), str(r["dispensed"])) for r in drug] == [
        ("A10BA02", "3400930000014", "2024-01-02", "2024-01-04")
    ]


def test_care_by_a_practitioner_who_has_no_row_is_known_by_his_key(pipe) -> None:
    found = evidence.records(
        pipe("patient_key string, practice_key string, sex string, birth_year int, birth_month int, commune_code string, department string, death_date date",
             "patient_key|practice_key|sex|birth_year|birth_month|commune_code|department|death_date\np|x|male|1950|1|13055|13|"),
        pipe("practitioner_key string, practice_key string, role string, am_number string",
             "practitioner_key|practice_key|role|am_number\nowner|x|owner|131000015\ncentre|x|salaried|131000023"),
        pipe("encounter_id long, patient_key string, encounter_date date, kind string, billing_key string",
             """encounter_id|patient_key|encounter_date|kind|billing_key
             1|p|2024-01-01|surgery|owner
             2|p|2024-01-02|surgery|centre
             3|p|2024-01-03|surgery|quarantined
             4|p|2024-01-04|surgery|"""),
        pipe("encounter_id long, atc string, code_system string, code string",
             "encounter_id|atc|code_system|code\n3|A10BA02|CIP13|3400930000014\n4|A10BA02|CIP13|3400930000014"),
        pipe("encounter_id long, kind string", "encounter_id|kind\n3|biology"),
        pipe("encounter_id long", "encounter_id\n4"))  # fmt: skip
    assert {(r["doctor"], r["day"].day) for r in found.visits.collect()} == {("13100001", 1), ("x", 2), ("quarantined", 3)}
    assert [r["doctor"] for rows in (found.drugs, found.analyses) for r in rows.collect()] == ["quarantined"] * 2


def _aligned(gp, snds):
    ours, theirs = practitioners.ballots(gp, "patient_key", "doctor"), practitioners.ballots(snds, "beneficiary_id", "pfs")
    return practitioners.aligned(ours, theirs, evidence.spans(gp.visits))


def test_practitioners_are_aligned_by_visits_that_only_they_share(side) -> None:
    people = "\n".join(f"p{n}|x|male|{1950 + n}|1|13055|13|" for n in range(4))
    gp = side("patient_key", people, "\n".join(f"p{n}|D1|2024-01-0{n + 1}" for n in range(4)))
    theirs = "\n".join(f"b{n}|male|{1950 + n}|1|13055|13|" for n in range(4))
    snds = side(
        "beneficiary_id", theirs, "\n".join(f"b{n}|E1|2024-01-0{n + 1}" for n in range(4)) + "\nb0|E2|2024-01-01\nb1|E3|2024-01-09"
    )
    found = _aligned(gp, snds).collect()
    assert [(r["pfs"], r["doctor"], r["support"]) for r in found] == [("E1", "D1", 3.5)]  # one visit of E2 proves nothing
    known = practitioners.known(snds, _aligned(gp, snds)).visits.select("doctor").distinct().collect()
    assert {r[0] for r in known} == {"D1", "E2", "E3"}


def test_a_token_that_too_many_share_is_counted_and_not_joined(side) -> None:
    many = 40
    gp = side("patient_key", "p0|x|male|1950|1|13055|13|", "p0|D|2024-01-01\np0|D|2024-02-01")
    people = "\n".join(f"b{n}|male|{1951 + n}|1|13055|13|" for n in range(many))
    visits = "\n".join(f"b{n}|D|2024-01-01" for n in range(many)) + "\nb7|D|2024-02-01"
    snds = side("beneficiary_id", people, visits)
    left = candidates.of_records(gp, True)
    right = candidates.of_claims(snds, True, left)
    counts = candidates.counted(left, right)
    told = counts.agg(*(c.alias(n) for n, c in candidates.cut(counts, 10).items())).collect()[0]
    assert (told["tokens"], told["tokens_cut"], told["pairs_cut"]) == (2, 1, many)
    found = candidates.pairs(left, right, counts, many, 10, 5).collect()
    assert [(r["beneficiary_id"], r["shared"]) for r in found] == [("b7", 1)]
    most = candidates.pairs(left, right, counts, many, 1000, 3).orderBy(F.desc("rarity"), "beneficiary_id").collect()
    assert [r["beneficiary_id"] for r in most] == ["b7", "b0", "b1"]  # the rarest first, and no more than asked


def test_a_token_that_100_000_share_is_not_joined(spark, side) -> None:
    gp = side("patient_key", "p0|x|male|1950|1|13055|13|", "p0|D|2024-01-01\np0|D|2024-02-01")
    left = candidates.of_records(gp, True)
    day = left.join(
        candidates.of_records(side("patient_key", "p1|x|male|1950|1|13001|13|", "p1|D|2024-01-01"), True).select("token"),
        "token",
    )
    crowd = spark.range(100_000).select(F.concat(F.lit("b"), "id").alias("beneficiary_id")).crossJoin(day.select("token"))
    rare = left.join(day, "token", "left_anti").select(F.lit("b7").alias("beneficiary_id"), "token")
    right = crowd.unionByName(rare)
    counts = candidates.counted(left, right)
    told = counts.agg(*(c.alias(n) for n, c in candidates.cut(counts, 50_000).items())).collect()[0]
    assert (told["tokens_cut"], told["pairs_cut"]) == (1, 100_000)
    assert {r["beneficiary_id"] for r in candidates.pairs(left, right, counts, 100_000, 50_000, 10).collect()} == {"b7"}


def test_who_goes_on_and_who_competes(side) -> None:
    """Of ten beneficiaries two go on, and that is told; of a beneficiary whom somebody might be, everybody of the practice who fits competes."""
    people = "p0|x|male|1950|1|13055|13|\np1|x|male|1950|1|13055|13|\np2|y|male|1950|1|13055|13|"
    gp = side("patient_key", people, "p0|D|2024-01-01\np1|D|2024-01-01\np2|D|2024-01-01")
    snds = side(
        "beneficiary_id",
        "\n".join(f"b{n}|male|{1960 + n}|1|13055|13|" for n in range(10)),
        "\n".join(f"b{n}|D|2024-01-01" for n in range(10)),
    )
    left = candidates.of_records(gp, True)
    right = candidates.of_claims(snds, True, left)
    counts = candidates.counted(left, right)
    found = candidates.pairs(left, right, counts, 10, 1000, 2)
    assert found.agg(candidates.capped(2)).first()[0] == 3 and found.count() == 6
    wanted = found.where("patient_key = 'p0'").selectExpr("'x' AS practice_key", "beneficiary_id")
    rivals = candidates.rivals(wanted, left, right, counts, gp.people.select("patient_key", "practice_key"), 10, 1000, 5)
    assert {r["patient_key"] for r in rivals.collect()} == {"p0", "p1"}


def test_whoever_has_visits_is_sought_by_care_and_others_by_traits(side) -> None:
    people = "seen|x|male|1950|1|13055|13|\nunseen|x|male|1950|1|13055|13|\nprescribed|x|female|1960|2|13055|13|"
    gp = side("patient_key", people, "seen|D|2024-01-01", "prescribed|D|2024-01-02|A10BA02||")
    theirs = (
        "twin|male|1950|1|13055|13|\npatient|male|1970|1|13001|13|\nother|female|1970|5|13055|13|\nnear|female|1960|2|13055|13|"
    )
    snds = side(
        "beneficiary_id", theirs, "twin|D|2024-02-01\npatient|D|2024-01-01\nother|E|2024-01-01", "other|D|2024-01-02|A10BA02||"
    )
    left = candidates.of_records(gp, True)
    right = candidates.of_claims(snds, True, left)
    pairs = candidates.pairs(left, right, candidates.counted(left, right), 4, 1000, 5)
    assert {(r["patient_key"], r["beneficiary_id"]) for r in pairs.collect()} == {
        ("seen", "patient"), ("unseen", "twin"), ("prescribed", "near"), ("prescribed", "other")}  # fmt: skip
    assert {r["beneficiary_id"] for r in right.collect()} == {"twin", "patient", "other", "near"}
    assert right.count() == 4  # what no record holds is not told


def test_a_number_counts_its_visits_of_the_time_that_records_cover(side) -> None:
    """Eight months of records beside five years of claims."""
    people = "\n".join(f"p{n}|x|male|{1950 + n}|1|13055|13|" for n in range(4))
    gp = side("patient_key", people, "\n".join(f"p{n}|D1|2024-01-0{n + 1}" for n in range(4)))
    theirs = "\n".join(f"b{n}|male|{1950 + n}|1|13055|13|" for n in range(4))
    earlier = "\n".join(f"b0|E1|20{y}-0{m}-01" for y in (20, 21, 22, 23) for m in range(1, 9))
    snds = side("beneficiary_id", theirs, "\n".join(f"b{n}|E1|2024-01-0{n + 1}" for n in range(4)) + "\n" + earlier)
    assert [(r["pfs"], r["doctor"]) for r in _aligned(gp, snds).collect()] == [("E1", "D1")]


def test_a_doctor_of_a_large_town_is_aligned_though_his_visits_share_their_tokens(side) -> None:
    """Every visit shares day, sex, month of birth and commune with five visits to others: a sixth of a vote each, of which he has thirty."""
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=7 * n) for n in range(30)]
    gp = side("patient_key", "p|x|male|1950|1|69123|69|", "\n".join(f"p|D1|{d}" for d in days))
    people = "\n".join(f"b{n}|male|1950|1|69123|69|" for n in range(6))
    others = [f"b{k}|O{(5 * n + k) % 75}|{d}" for n, d in enumerate(days) for k in range(1, 6)]
    snds = side("beneficiary_id", people, "\n".join([*(f"b0|E1|{d}" for d in days), *others]))
    assert [(r["pfs"], r["doctor"]) for r in _aligned(gp, snds).collect()] == [("E1", "D1")]


def test_visits_that_too_many_share_do_not_vote_and_are_told(side) -> None:
    days = "\n".join(f"p|D1|2024-01-0{n}" for n in range(1, 5))
    gp = side("patient_key", "p|x|male|1950|1|69123|69|", days)
    crowd = [f"b{k}|male|1950|1|69123|69|" for k in range(21)]
    visits = [f"b{k}|E{k}|2024-01-0{n}" for n in range(1, 4) for k in range(21)] + ["b0|E0|2024-01-04"]
    snds = side("beneficiary_id", "\n".join(crowd), "\n".join(visits))
    theirs = practitioners.ballots(snds, "beneficiary_id", "pfs")
    assert theirs.agg(practitioners.cut()).first()[0] == 3 * 21
    assert practitioners.ballots(gp, "patient_key", "doctor").agg(practitioners.cut()).first()[0] == 0
    assert not _aligned(gp, snds).count()  # one visit is left to vote, three are needed


def test_the_link_that_holds(pipe) -> None:
    links = pipe("patient_key string, beneficiary_id string, method string, weight double, valid_to date", """patient_key|beneficiary_id|method|weight|valid_to
        a|b1|indirect|20|
        a|b2|direct||
        c|b3|indirect|5|
        d|b4|direct||2026-01-01
        e|b5|searched||
        e|b6|indirect|0|
        f|b7|searched||
        f|b8|direct||""")  # fmt: skip
    assert {(r[0], r[1]) for r in assign.holding(links).collect()} == {("a", "b2"), ("c", "b3"), ("e", "b6"), ("f", "b8")}


def only(kind: str, patients: int) -> dict[str, int]:
    return {**dict.fromkeys(assign.HOLDS, 0), kind: patients}


def test_decoys_of_patients_with_visits_promise_nothing_for_those_without() -> None:
    many: assign.Counts = [("many", 60, True, None, 1200)]
    patients = {"nothing": 0, "none": 280, "few": 0, "many": 1210}
    low = dict.fromkeys(assign.HOLDS, 0.0)

    def told(counts: assign.Counts, patients: dict[str, int], thresholds: dict[str, float | None]) -> tuple[float, float, float]:
        return assign.together(assign.at(counts, patients, thresholds)).shares

    unseen = told([*many, ("none", 1, True, None, 50)], patients, low)
    alike = told([*many, ("many", 1, True, None, 50)], only("many", 1490), low)
    assert unseen[0] == alike[0] == 0.0 and unseen[2] > 0.005 > alike[2]  # fifty decoys are few for 230 without a link
    seen = told([*many, ("none", 1, True, 1, 3), ("none", 1, True, None, 47)], patients, low)
    assert seen[0] == pytest.approx(3 / 47 * 231 / 1250) and seen[1] < seen[0] < seen[2]
    assert told([*many, ("none", 1, True, 1, 3), ("none", 1, True, None, 47)], patients, {**low, "none": 1.0})[0] == 0.0


def test_records_that_hold_little_do_not_decide_for_the_others() -> None:
    """Three decoys of fifty are accepted at weight 1.5: only those of their kind must lie above it, or have no link at all."""
    counts: assign.Counts = [
        ("many", 2, True, None, 1200),
        ("none", 3, True, 3, 3),
        ("none", 3, True, None, 47),
        ("none", 30, True, None, 200),
    ]
    patients = {"nothing": 0, "none": 460, "few": 0, "many": 1210}
    curves = assign.curves(counts, patients)
    chosen = assign.choose(curves, patients, 0.001)
    assert {kind: (c.threshold, c.linked) for kind, c in chosen.items()} == {
        "nothing": (None, 0),
        "none": (2.0, 200),
        "few": (None, 0),
        "many": (0.0, 1200),
    }
    assert chosen["few"].shares == (0.0, 0.0, 1.0)
    nobody = assign.choose(assign.curves(counts[:3], patients), patients, 0.001)
    assert {kind: c.threshold for kind, c in nobody.items()} == {"nothing": None, "none": None, "few": None, "many": 0.0}
    assert [c.linked for c in assign.tradeoff(curves, patients)] == [1400, 1450]


def test_a_record_that_holds_less_is_not_linked_more_easily() -> None:
    """Its own decoys would let everybody in from weight 0."""
    counts: assign.Counts = [
        ("many", 4, True, 4, 30),
        ("many", 10, True, None, 900),
        ("few", 0, True, None, 60),
        ("few", 14, True, None, 60),
    ]
    patients = {"nothing": 0, "none": 0, "few": 130, "many": 1000}
    assert assign.choose(assign.curves(counts[2:], patients), patients, 0.001)["few"].threshold == 0.0
    chosen = assign.choose(assign.curves(counts, patients), patients, 0.001)
    assert {kind: (c.threshold, c.linked) for kind, c in chosen.items() if c.patients} == {"few": (2.5, 60), "many": (2.5, 900)}


def test_what_a_lower_threshold_lets_in_must_be_sure_itself() -> None:
    """From -4 up decoys expect less than one false link in a thousand; but of the twenty links that lie below 0 three."""
    sure: assign.Counts = [("many", 40, True, None, 10_000), ("many", 0, True, None, 50)]
    less: assign.Counts = [("many", -8, True, None, 20), ("many", 40, True, -8, 25)]
    patients = only("many", 11_100)
    told = assign.at([*sure, *less], patients, dict.fromkeys(assign.HOLDS, -4.0))["many"]
    assert told.shares[0] < 0.001 and told.false == pytest.approx(25 / 10_070 * 1006, rel=0.01)
    assert assign.choose(assign.curves([*sure, *less], patients), patients, 0.001)["many"].threshold == 0.0
    lucky: assign.Counts = [("many", -8, True, None, 200), ("many", 40, True, None, 25)]
    assert assign.choose(assign.curves([*sure, *lucky], patients), patients, 0.001)["many"].threshold == -4.0


def test_few_decoys_beside_many_who_are_left_over_prove_nothing() -> None:
    """Of forty decoys none is accepted: of 2,960 left over there may still be more who are as like a stranger."""

    def linked(patients: int) -> int:
        everybody = only("nothing", patients)
        return assign.choose(assign.curves([("nothing", 20, True, None, 40)], everybody), everybody, 0.001)["nothing"].linked

    assert (linked(3000), linked(45)) == (0, 40)


def test_what_nobody_was_refused_at_bars_nobody_else() -> None:
    """All with many visits weigh 30, and none is refused: that is no bar to those who hold less; had one been refused at 15, or all of them, it would be."""
    few: assign.Counts = [("few", 20, True, None, 60)]
    patients = {"nothing": 0, "none": 0, "few": 62, "many": 1000}

    def chosen(*many: tuple[str, int, bool, int | None, int]) -> dict[str, float | None]:
        told = assign.choose(assign.curves([*many, *few], patients), patients, 0.001)
        return {kind: told[kind].threshold for kind in ("few", "many")}

    assert chosen(("many", 60, True, None, 900)) == {"few": 0.0, "many": 0.0}
    assert chosen(("many", 60, True, None, 900), ("many", 30, True, 30, 90)) == {"few": None, "many": 15.5}
    assert chosen(("many", 60, True, 60, 900)) == {"few": None, "many": None}


def test_whoever_is_like_another_has_a_decoy_too() -> None:
    """Ten of a hundred fit two beneficiaries alike: without the true one they would have been linked to the other."""
    counts: assign.Counts = [("none", 6, True, None, 90), ("none", 6, False, 6, 10)]
    told = assign.at(counts, only("none", 200), dict.fromkeys(assign.HOLDS, 3.0))["none"]
    assert (told.linked, told.decoys, told.accepted) == (90, 100, 10)
    assert told.shares[0] == pytest.approx(10 / 90 * 111 / 90)  # of the 110 who are left over as many as of those who have a decoy


def test_evidence_that_is_left_out_is_not_known(side) -> None:
    gp = side("patient_key", "a|P|male|1950|3|13055|13|", "a|D1|2024-01-02", "a|D1|2024-01-02|A10BA02||")
    less = gp.without(["visits", "place", "birth_month"])
    assert less.visits.count() == 0 and less.drugs.count() == 1
    person = less.people.first()
    assert (person["sex"], person["birth_year"], person["birth_month"], person["commune"], person["department"]) == (
        "male",
        1950,
        None,
        None,
        None,
    )


def test_features_count_what_was_sought_and_what_was_met(side, pipe) -> None:
    gp = side(
        "patient_key",
        "p|x|male|1950|1|13055|13|\nq|x|male|1951|1|13055|13|",
        "p|D|2024-01-01\np|D|2024-02-01\np|D|2019-02-01\nq|D|2024-03-02",
        "p|D|2024-01-01|A10BA02|X1|\np|D|2024-02-01|C09AA05|X2|\np|D|2024-03-05|N02BE01|X3|\np|D|2024-05-06|R06AE07||",
    )
    snds = side("beneficiary_id", "b|male|1950|2|13055|13|\nc|male|1950|1|13055|13|", "b|D|2024-01-01\nb|D|2024-03-01\nb|D|2024-05-01\nb|E|2024-04-01\nc|E|2024-01-01",
                "b|D|2024-01-01|A10BA02|X1|2024-01-02\nb|E|2024-02-08|C09AA02|X4|2024-02-08\nb|E|2024-03-03|N02BE01|X3|2024-03-13\n"
                "b|D|2024-05-06|R06AE07|X5|2024-06-01")  # fmt: skip
    pairs = pipe("patient_key string, beneficiary_id string", "patient_key|beneficiary_id\np|b\np|c")
    gp = gp.within(dt.date(2023, 1, 1), dt.date(2024, 12, 31))
    found = {r["beneficiary_id"]: r for r in compare.features(pairs, gp, snds, evidence.spans(gp.visits)).collect()}
    b = found["b"]
    assert (b["visits_l"], b["visits_met_l"], b["claimed_l"]) == (
        2,
        1,
        2,
    )  # the visit of 2019 is not sought, nor that of May, after the records end; one of two claimed visits is not in the record
    counts = {k: (b[f"{k}_l"], b[f"{k}_met_l"]) for k in ("drugs", "presentations", "soon", "classes")}
    assert counts == {
        "drugs": (4, 2),
        "presentations": (1, 1),  # of the two that were found; of the other the record tells none
        "soon": (4, 2),  # one on its day; one dispensed in the week after, under another doctor and day; the last a month later
        "classes": (4, 4),  # another drug of the class a week later
    }
    assert (found["c"]["visits_met_l"], found["c"]["claimed_l"], str(b["last_seen_l"])) == (0, 0, "2024-02-01")


def test_persons_without_care_and_things_that_stand_twice(side, pipe) -> None:
    """Nothing is nothing, on both sides; what two numbers of one doctor claim on one day is met once and claimed twice."""
    gp = side("patient_key", "p|x|male|1950|1|13055|13|\nq|x|male|1951|1|13055|13|\nr|x|male|1952|1|13055|13|", "r|D|2024-01-01",
              "q|D|2024-01-01|A10BA02||\nr|D|2024-01-01|A10BA02||\nr|D|2024-01-01|A10BA02|X1|")  # fmt: skip
    snds = side("beneficiary_id", "b|male|1950|1|13055|13|\nc|male|1950|1|13055|13|", "b|D|2024-01-01\nb|D|2024-01-01",
                "b|D|2024-01-01|A10BA02|X1|2024-01-01")  # fmt: skip
    pairs = pipe(
        "patient_key string, beneficiary_id string, shared int",
        "patient_key|beneficiary_id|shared\np|c|1\np|b|1\nq|b|1\nr|b|1\nr|c|1",
    )

    def counted(gp, snds):
        rows = compare.features(pairs, gp, snds, evidence.spans(gp.visits)).collect()
        return {
            r["patient_key"] + r["beneficiary_id"]: (
                r["last_seen_l"] is None,
                {c: r[f"{c}_l"] for c in compare.COUNTS if r[f"{c}_l"]},
            )
            for r in rows
        }

    one = {"drugs": 1, "soon": 1, "classes": 1}
    met = {**one, **{f"{c}_met": 1 for c in one}}
    expected = {"pc": (True, {}), "pb": (True, {}), "qb": (True, met), "rc": (False, {"visits": 1, **one}),
                "rb": (False, {"visits": 1, "visits_met": 1, "claimed": 2, "presentations": 1, "presentations_met": 1, **met})}  # fmt: skip
    assert counted(gp, snds) == expected
    # without doctors every visit is of nobody, and the two are one
    expected["rb"][1]["claimed"] = 1
    assert counted(practitioners.nobody(gp), practitioners.nobody(snds)) == expected


def test_a_drug_of_several_presentations_is_one_drug(side, pipe) -> None:
    """Three presentations of a substance on one day, as of levothyroxine: one in common is enough, two do not count twice."""
    gp = side("patient_key", "p|x|male|1950|1|13055|13|", "p|D|2024-01-01",
              "p|D|2024-01-01|H03AA01|X1|\np|D|2024-01-01|H03AA01|X2|\np|D|2024-01-01|H03AA01|X3|\np|D|2024-01-01|A10BA02|Y1|")  # fmt: skip
    both = "{0}|D|2024-01-01|H03AA01|X2|2024-01-02\n{0}|D|2024-01-01|A10BA02|Y2|2024-01-02"
    snds = side("beneficiary_id", "b|male|1950|1|13055|13|\nc|male|1950|1|13055|13|", "",
                both.format("b") + "\n" + both.format("c") + "\nc|D|2024-01-01|H03AA01|X3|2024-01-02")  # fmt: skip
    pairs = pipe("patient_key string, beneficiary_id string", "patient_key|beneficiary_id\np|b\np|c")
    for r in compare.features(pairs, gp, snds, evidence.spans(gp.visits)).collect():
        assert (r["drugs_l"], r["drugs_met_l"], r["presentations_l"], r["presentations_met_l"]) == (2, 2, 2, 1)


def test_what_a_record_holds_is_the_same_whoever_counts(spark, side, pipe) -> None:
    told = spark.createDataFrame([(0, 0), (0, 2), (0, 3), (1, 0), (2, 9), (3, 0)], "visits int, others int")
    kinds = [r[0] for r in told.select(assign.holds(F.col("visits"), F.col("others"))).collect()]
    assert kinds == ["nothing", "none", "few", "few", "few", "many"]
    gp = side("patient_key", "p|x|male|1950|1|13055|13|\nq|x|male|1950|1|13055|13|2024-05-01", "",
              "p|D|2024-01-01|H03AA01|X1|\np|D|2024-01-01|H03AA01|X2|\np|D|2024-01-01|A10BA02|Y1|\n"
              "q|D|2024-01-01|H03AA01|X1|\nq|D|2024-01-01|A10BA02|Y1|")  # fmt: skip
    snds = side("beneficiary_id", "b|male|1950|1|13055|13|", "", "b|D|2024-01-01|H03AA01|X2|2024-01-02")
    pairs = pipe("patient_key string, beneficiary_id string", "patient_key|beneficiary_id\np|b\nq|b")
    compared = compare.features(pairs, gp, snds, evidence.spans(gp.visits)).select("patient_key", assign.held())
    counted = gp.traced().select("patient_key", assign.holds(F.col("visits"), F.col("others")))
    wanted = {"p": "none", "q": "few"}  # a substance in two presentations is one drug
    assert dict(map(tuple, compared.collect())) == dict(map(tuple, counted.collect())) == wanted


def test_whose_care_is_known(side) -> None:
    gp = side(
        "patient_key", "a|P|male|1950|3|13055|13|\nd|P|male|1950|3|13055|13|2024-05-01",
        "a|D|2024-01-02\na|D|2024-02-02\nb|D|2019-01-01", "c|D|2024-01-02|A10BA02||")  # fmt: skip
    gp = gp.within(dt.date(2023, 1, 1), dt.date(2024, 12, 31))
    assert {tuple(r) for r in gp.traced().select("patient_key", "visits", "others").collect()} == {
        ("a", 2, 0),
        ("c", 0, 1),
        ("d", 0, 1),
    }


def _pairs(seed: int, patients: int = 600) -> pd.DataFrame:
    """Candidate pairs with known truth: of each patient one true pair, mostly, and some others."""
    rng = np.random.default_rng(seed)
    rows = []
    for p in range(patients):
        for c in range(4):
            true = c == 0 and p % 10 > 0
            visits = int(rng.integers(1, 9))
            met = int(rng.binomial(visits, 0.9 if true else 0.08))
            drugs = int(rng.integers(0, 6))
            got = int(rng.binomial(drugs, 0.8 if true else 0.02))
            same_sex, same_birth = rng.random() < (0.998 if true else 0.5), rng.random() < (0.98 if true else 0.05)
            home = f"13{rng.integers(1, 6):03d}"
            rows.append({
                "patient_key": f"p{p}", "practice_key": "x", "beneficiary_id": f"b{p}-{c}", "rarity": 10.0 * true + met + rng.random(),
                "sex_l": "male", "sex_r": "male" if same_sex else "female", "birth_year_l": 1950.0, "birth_year_r": 1950.0 if same_birth else 1960.0 + c,
                "birth_month_l": 3.0, "birth_month_r": 3.0, "commune_l": home, "commune_r": home if rng.random() < (0.9 if true else 0.3) else "13099",
                "department_l": "13", "department_r": "13", "death_date_l": None, "death_date_r": None, "last_seen_l": dt.date(2024, 1, 1),
                "visits_l": visits, "visits_met_l": met, "drugs_l": drugs, "drugs_met_l": got, "classes_l": drugs, "classes_met_l": got,
                "presentations_l": got, "presentations_met_l": int(rng.binomial(got, 0.8 if true else 0.3)), "soon_l": drugs,
                "soon_met_l": int(rng.binomial(drugs - got, 0.5 if true else 0.05)) + got,
                "analyses_l": 0, "analyses_met_l": 0, "claimed_l": visits, "true": true,
            })  # fmt: skip
    return pd.DataFrame(rows)


def test_estimation_finds_the_parameters_that_made_the_pairs() -> None:
    pairs = _pairs(1)
    model = splink_em.estimate(pairs).model
    assert model.prior == pytest.approx(pairs["true"].mean(), abs=0.02)
    assert model.of("sex")[1].m == pytest.approx(0.998, abs=0.01) and model.of("sex")[1].u == pytest.approx(0.5, abs=0.05)
    assert model.of("birth")[3].m == pytest.approx(0.98, abs=0.02) and model.of("birth")[3].u == pytest.approx(0.05, abs=0.03)
    assert model.of("place")[2].m == pytest.approx(0.9, abs=0.04)


def test_pairs_that_leave_no_doubt_are_estimated_too() -> None:
    """Levels that no true pair has get no estimate from Splink, or one that shrinks to nothing: they are worth half a pair."""
    pairs = _pairs(5)
    true = pairs["true"].to_numpy()
    clean = {
        "sex_r": np.where(true, "male", "female"), "birth_year_r": np.where(true, 1950.0, 1990.0), "visits_met_l": np.where(true, pairs["visits_l"], 0),
        **{f"{kind}_met_l": np.where(true, pairs["drugs_l"], 0) for kind in ("drugs", "soon", "classes")},
        "commune_r": np.where(true, pairs["commune_l"], "13099"),
    }  # fmt: skip
    model = splink_em.estimate(pairs.assign(**clean)).model
    assert model.prior == pytest.approx(true.mean(), abs=0.001)
    assert all(math.isfinite(math.log2(x.m / x.u)) for x in model.levels)
    assert math.log2(model.of("sex")[0].m / model.of("sex")[0].u) > -14


def test_what_is_never_known_weighs_nothing_later() -> None:
    pairs = _pairs(4).assign(drugs_l=0, drugs_met_l=0)
    pairs.loc[0, "death_date_r"] = dt.date(9999, 12, 31)  # mistyped: beyond what nanoseconds hold
    weights = {x.label: math.log2(x.m / x.u) for x in splink_em.estimate(pairs).model.levels if x.comparison == "drugs"}
    assert len(weights) == 9 and set(weights.values()) == {0.0}


def test_a_model_of_other_comparisons_does_not_fit() -> None:
    model = splink_em.estimate(_pairs(2)).model
    assert score.fits(model)
    first, *others = model.levels
    assert not score.fits(replace(model, levels=tuple(others)))
    assert not score.fits(replace(model, levels=(replace(first, label="as it was called before"), *others)))


def test_weights_equal_splinks_own(spark) -> None:
    """Oracle: ten thousand pairs, to 1e-9, with commune frequencies."""
    estimated = splink_em.estimate(_pairs(2))
    pairs = _pairs(3, 2500)
    schema = "patient_key string, practice_key string, beneficiary_id string, rarity double, " + ", ".join(
        [f"{t}_{e} {'date' if t == 'death_date' else 'double' if t.startswith('birth') else 'string'}" for t in compare.TRAITS for e in "lr"]
        + ["last_seen_l date", *(f"{c}_l int" for c in COUNTS)])  # fmt: skip
    names = [x.strip().split(" ")[0] for x in schema.split(",")]
    frame = spark.createDataFrame(list(pairs[names].itertuples(index=False, name=None)), schema).coalesce(1)
    frequencies = score.terms(frame, 0.3)
    ours = {
        r["beneficiary_id"]: r["weight"]
        for r in score.scored(frame, estimated.model, frequencies).select("beneficiary_id", "weight").collect()
    }
    theirs = splink_em.predicted(pairs, estimated.settings, frequencies.toPandas())
    assert len(ours) == len(theirs) == 10_000
    found = [(ours[pairs["beneficiary_id"].iloc[n]], w) for n, w in zip(theirs["unique_id_l"], theirs["match_weight"], strict=True)]
    assert max(abs(a - b) for a, b in found) < 1e-9
    assert len({round(a, 6) for a, _ in found}) > 100


def test_assignment_wants_a_lead_over_others_and_over_the_neighbour(pipe) -> None:
    rows = pipe("patient_key string, practice_key string, beneficiary_id string, weight double, counts_only boolean", """patient_key|practice_key|beneficiary_id|weight|counts_only
        sure|x|b1|20|false
        sure|x|b2|3|false
        torn|x|b3|20|false
        torn|x|b4|18|false
        spouse|x|b1|17|false
        weak|x|b5|1|false
        other practice|y|b1|19|false
        late|x|b6|10|false
        earlier|x|b6|30|true""")  # fmt: skip
    best = assign.ranked(rows).withColumns({f"{c}_l": F.lit(int(c == "drugs")) for c in ("visits", "drugs", "analyses")})
    best = best.withColumn("death_date_l", F.lit(None).cast("date"))

    def reasons(margin: float, **thresholds: float | None) -> dict[str, str | None]:
        reason = assign.reason(assign.bar(thresholds), margin)
        return {r["patient_key"]: r["r"] for r in best.select("patient_key", reason.alias("r")).collect()}

    assert reasons(4.0, none=5.0, few=100.0) == {
        "sure": "contested",
        "torn": "ambiguous",
        "spouse": "contested",
        "weak": "below_threshold",
        "other practice": None,
        "late": "contested",
    }
    loose = reasons(2.0, none=5.0)
    assert loose["sure"] is None and loose["torn"] is None and loose["spouse"] == "contested"
    # no weight is enough for records that hold so little
    assert set(reasons(2.0, none=None, few=0.0).values()) == {"below_threshold"}
    untraced = best.withColumn("drugs_l", F.lit(0))  # traits alone have a threshold of their own
    assert not untraced.where(F.col("weight") >= assign.bar({"none": 0.0})).count()
    assert {r["holds"] for r in assign.histogram(untraced, 4.0).collect()} == {"nothing"}
    decoy = {r["patient_key"]: (r["decoy_weight"], r["decoy_rival"]) for r in best.collect()}
    assert decoy["torn"] == (18.0, assign._FAR) and decoy["weak"][0] == assign._FAR
    counted = {(r["best"], r["clear"], r["decoy"]): r["n"] for r in assign.histogram(best, 4.0).collect()}
    assert counted[40, False, 36] == counted[38, True, None] == 1  # torn: no link, and a decoy that would be one


def test_the_threshold_keeps_the_share_of_false_links_that_was_asked_for() -> None:
    # 900 sure links; 100 at weight 2 of whose decoys 10 would be accepted; 500 without any
    counts: assign.Counts = [
        ("many", 40, True, None, 900),
        ("many", 4, True, 4, 10),
        ("many", 4, True, None, 90),
        ("many", -20, False, None, 500),
    ]
    patients = only("many", 1500)

    def chosen(counts: assign.Counts, patients: dict[str, int], most: float) -> assign.Choice:
        return assign.choose(assign.curves(counts, patients), patients, most)["many"]

    loose, strict = (chosen(counts, patients, most) for most in (0.01, 0.001))
    assert (loose.threshold, loose.linked, loose.accepted) == (0.0, 1000, 10)
    share, low, high = loose.shares
    assert share == pytest.approx(
        0.01 / 0.99 * 501 / 1000
    )  # a hundredth of those without counterpart: the 500, and whoever is linked wrongly
    assert low < share < high
    assert (strict.threshold, strict.linked, strict.shares[0]) == (2.5, 900, 0.0) and strict.shares[2] > 0.0001
    assert chosen([("many", 4, True, 4, 10)], only("many", 100), 0.001).threshold is None

    # below 0 the model holds a pair for less likely than not: what decoys say decides, and how many may be without counterpart
    unlikely: assign.Counts = [("many", 4, True, None, 100), ("many", -6, True, -6, 40), ("many", -6, True, None, 10)]
    left_over = {patients: chosen(unlikely, only("many", patients), 0.1) for patients in (160, 400)}
    assert {n: (c.threshold, c.linked) for n, c in left_over.items()} == {160: (-3.0, 150), 400: (0.0, 100)}

    def at_one(counts: assign.Counts, patients: int) -> tuple[float, float, float]:
        return assign.at(counts, only("many", patients), dict.fromkeys(assign.HOLDS, 1.0))["many"].shares

    everybody = at_one([("many", 10, True, 8, 50), ("many", 10, True, None, 50)], 100)
    assert (
        everybody[0] == pytest.approx(0.01) and everybody[2] > 0.03
    )  # nobody is left over: half the decoys are accepted all the same
    assert at_one([("many", 10, True, None, 1)], 1)[2] > 0.5  # one patient says nothing


def test_the_share_of_those_seen_who_are_linked_is_told_by_their_last_scheme(pipe) -> None:
    visits = pipe("beneficiary_id string, doctor string", """beneficiary_id|doctor
        moved|ours
        moved|ours
        farmer|ours
        farmer|theirs
        elsewhere|theirs""")  # fmt: skip
    doctors = pipe("doctor string", "doctor\nours\nours\nunseen")
    care = pipe("beneficiary_id string, start_date date, scheme string", """beneficiary_id|start_date|scheme
        moved|2024-01-01|agricultural
        moved|2024-06-01|general
        moved|2024-07-01|
        farmer|2024-01-01|agricultural
        elsewhere|2024-01-01|general""")  # fmt: skip
    linked = pipe("beneficiary_id string", "beneficiary_id\nmoved\nmoved\nelsewhere")
    found = {(r["value"], r["patients"], r["linked"]) for r in report.schemes(visits, doctors, care, linked).collect()}
    assert found == {("general", 1, 1), ("agricultural", 1, 0)}


def test_a_digest_changes_with_whatever_a_patient_is_weighed_by_and_with_nothing_else(side, pipe) -> None:
    people = "p|x|male|1950|1|13055|13|\nq|x|male|1951|1|13055|13|"
    visits, drugs = ["p|D|2024-01-01", "p|D|2024-03-01", "q|D|2024-02-01", "q|E|2024-02-02"], "p|D|2024-01-01|A10BA02|X1|"
    numbers = "pfs|doctor\nF1|D\nF2|E"

    def told(people: str = people, visits: list[str] = visits, drugs: str = drugs, numbers: str | None = numbers) -> dict[str, int]:
        gp = side("patient_key", people, "\n".join(visits), drugs)
        rows = digest.digests(gp, numbers and pipe("pfs string, doctor string", numbers))
        return {r["patient_key"]: r["digest"] for r in rows.collect()}

    usual = told()

    def changed(**what: object) -> set[str]:
        return {k for k, v in told(**what).items() if v != usual[k]}  # type: ignore[arg-type]

    assert set(usual) == {"p", "q"} and not changed(visits=visits[::-1])
    assert changed(drugs="p|D|2024-01-01|A10BA01|X1|") == changed(drugs="p|D|2024-01-01|A10BA02|X2|") == {"p"}
    assert changed(people=people.replace("q|x|male|1951", "q|x|male|1952")) == {"q"}
    assert changed(visits=visits[:-1]) == {"q"}
    assert changed(visits=[visits[0], *visits[2:]]) == {
        "p",
        "q",
    }  # one visit less, and the doctor's records end earlier: both saw him
    assert changed(numbers=numbers + "\nF3|E") == {"q"}
    assert changed(numbers=None) == {"p", "q"}


def test_numbers_that_were_told_are_kept_and_the_others_are_aligned(side, pipe) -> None:
    visits = pipe("doctor string", "doctor\nF1\nF1\nF9")
    assert {(r["pfs"], r["doctor"], r["method"]) for r in practitioners.clear(visits).collect()} == {
        ("F1", "F1", "clear"),
        ("F9", "F9", "clear"),
    }
    file = pipe("am_number string, pfs_num string", "am_number|pfs_num\n131234569|F1\n|F2\n139999999|F3")
    listed = practitioners.listed(file)
    assert {(r["pfs"], r["doctor"]) for r in listed.collect()} == {("F1", "13123456"), ("F3", "13999999")}
    gp = side("patient_key", "p|x|male|1950|1|13055|13|", "p|13123456|2024-01-01", "")
    found = pipe("pfs string, doctor string, method string, support double, runner_up double", """pfs|doctor|method|support|runner_up
        F1|wrong|aligned|9|0
        F4|13123456|aligned|5|0""")  # fmt: skip
    kept = {(r["pfs"], r["doctor"]) for r in practitioners.completed(listed, found, gp).collect()}
    assert kept == {
        ("F1", "13123456"),
        ("F4", "13123456"),
    }  # who is told and whom nobody knows says nothing; a second place is found
    claims_side = side("beneficiary_id", "b|male|1950|1|13055|13|", "b|F1|2024-01-01\nb|F8|2024-01-02", "")
    known = practitioners.known(claims_side, listed)
    assert {r["doctor"] for r in known.visits.collect()} == {"13123456", "F8"}
    assert [tuple(r) for r in practitioners.nobody(claims_side).visits.select("doctor").distinct().collect()] == [("",)]
