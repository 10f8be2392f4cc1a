"""Every algorithm of the library on a few literal rows, and the rules that they share."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.algorithms import code_list
from p4dp.algorithms.core import MENTIONS, PEOPLE, Algorithm, library
from p4dp.algorithms.egfr import egfr
from p4dp.pipeline import derive

AS_OF = dt.date(2026, 1, 5)
LIBRARY = library()


@pytest.fixture(scope="module")
def lists() -> dict[str, code_list.CodeList]:
    return code_list.load()


@pytest.fixture
def found(pipe, spark, lists):
    """(person, start, value, criteria) of an algorithm, from records `person|origin|role|system|code|day|value|stay`."""

    def run(name: str, side: str, records: str, people: str = "", **given: object) -> list[tuple[object, ...]]:
        algorithm = LIBRARY[name]
        raw = pipe("person string, origin string, role string, system string, code string, day date, value double, stay string",
                   "person|origin|role|system|code|day|value|stay\n" + "\n".join(x for x in records.strip().splitlines()))  # fmt: skip
        full = raw.withColumns({"until": F.col("day"), "quantity": F.lit(1.0)})
        mentions = (
            code_list.Matcher(spark, [lists[n] for n in algorithm.code_lists])
            .mentions(full)
            .select(*(p.split()[0] for p in MENTIONS.split(", ")))
        )
        persons = people or "\n".join(
            f"{p}|male|1960|6|2015-01-01|2026-12-31"
            for p in sorted({x.split("|")[0].strip() for x in records.strip().splitlines()})
        )
        who = pipe(PEOPLE, "person|sex|birth_year|birth_month|observed_from|observed_until\n" + persons)
        full_who = who.select(
            *(
                F.col(n) if n in who.columns else F.lit(None).cast(t).alias(n)
                for n, t in (p.split(" ", 1) for p in PEOPLE.split(", "))
            )
        )
        rows = algorithm.run(side, full_who, mentions, AS_OF, given).collect()
        return sorted((r["person"], str(r["start_date"]), r["value"], r["criteria"]) for r in rows)

    return run


def test_prefixes_exclusions_and_whole_codes(pipe, spark) -> None:
    lists = [
        code_list.CodeList("drugs", 1, "SOURCED", ("x",), {"ATC": ("A10", "A10B")}, {"ATC": ("A10BX06",)}),
        code_list.CodeList("reason", 1, "SOURCED", ("x",), {"CISP-2": ("T9",), "CIM-10": ("E11",)}, {}),
    ]
    records = pipe(
        "system string, code string",
        "system|code\nATC|A10BA02\nATC|A10BX06\nATC|A11\nCISP-2|T90\nCISP-2|T9\nCIM-10|E1192\nCIM-10|\nATC|E11",
    )
    rows = code_list.Matcher(spark, lists).mentions(records).select("code", "code_list").collect()
    assert sorted(tuple(r) for r in rows) == [("A10BA02", "drugs"), ("E1192", "reason"), ("T9", "reason")]


def test_diabetes_in_records(found) -> None:
    rows = found("diabetes", "gp", """
        coded|diagnosis||CISP-2|T90|2024-03-01||
        reason|reason||CISP-2|T90|2024-03-01||
        treated|prescription||ATC|A10BA02|2024-01-01||
        treated|prescription||ATC|A10BA02|2024-05-01||
        treated|prescription||ATC|A10BA02|2024-12-30||
        slowly|prescription||ATC|A10BA02|2022-01-01||
        slowly|prescription||ATC|A10BA02|2023-01-02||
        slowly|prescription||ATC|A10BA02|2024-01-05||
        heart|prescription||ATC|A10BK01|2024-01-01||
        heart|prescription||ATC|A10BK01|2024-02-01||
        heart|prescription||ATC|A10BK01|2024-03-01||
        later|diagnosis||CISP-2|T90|2026-01-06||""")  # fmt: skip
    assert rows == [("coded", "2024-03-01", None, ["coded"]), ("treated", "2024-12-30", None, ["treated"])]
    alone = found(
        "diabetes", "gp", "\n".join(f"heart|prescription||ATC|A10BK01|2024-0{n}-01||" for n in (1, 2, 3)), without_sglt2_alone=False
    )
    assert [r[0] for r in alone] == ["heart"]


def test_diabetes_in_claims(found) -> None:
    rows = found("diabetes", "snds", """
        stay|diagnosis|main|CIM-10|E116|2024-03-01||S1
        beside|diagnosis|associated|CIM-10|E116|2024-03-01||S2
        foot|diagnosis|main|CIM-10|G590|2024-04-01||S3
        foot|diagnosis|associated|CIM-10|E114|2024-04-01||S3
        other|diagnosis|main|CIM-10|G590|2024-04-01||S4
        other|diagnosis|associated|CIM-10|E114|2024-05-01||S5
        ald|long_term_illness||ALD|8|2020-01-01||
        ald80|long_term_illness||ALD|80|2020-01-01||
        twice|dispensing||ATC|A10BA02|2024-01-01||
        twice|dispensing||ATC|A10BH01|2024-01-01||
        twice|dispensing||ATC|A10BA02|2024-02-01||""")  # fmt: skip
    assert [(r[0], r[3]) for r in rows] == [("ald", ["long_term_illness"]), ("foot", ["complication"]), ("stay", ["stay"])]


def test_heart_failure_as_a_complication(found) -> None:
    rows = found("heart_failure", "snds", """
        a|diagnosis|main|CIM-10|J81|2024-01-01||S1
        a|diagnosis|associated|CIM-10|I500|2024-01-01||S1
        b|diagnosis|main|CIM-10|J81|2024-01-01||S2
        c|diagnosis|unit|CIM-10|I500|2024-01-01||S3
        d|diagnosis|main|CIM-10|I501|2024-01-01||S4""")  # fmt: skip
    assert [(r[0], r[3]) for r in rows] == [("a", ["complication"]), ("d", ["stay"])]


def test_hypertension_is_treatment(found) -> None:
    drugs = "\n".join(f"p|prescription||ATC|C09AA05|2025-0{n}-01||" for n in (1, 4, 7))
    before = drugs.replace("p|", "once|").replace("2025", "2019")  # who was treated years ago is not treated now
    assert [r[0] for r in found("treated_hypertension", "gp", f"{drugs}\n{before}")] == ["p"]
    assert found("treated_hypertension", "gp", drugs, coded=True) == []
    assert [r[0] for r in found("treated_hypertension", "gp", drugs + "\np|history||CISP-2|K86|||", coded=True)] == ["p"]


def test_copd_and_asthma_by_drugs(found) -> None:
    people = (
        "old|male|1950|1|2015-01-01|2026-12-31\nyoung|male|2000|1|2015-01-01|2026-12-31\nasthma|male|1950|1|2015-01-01|2026-12-31"
    )
    drugs = "\n".join(f"{p}|dispensing||ATC|R03BB04|2024-0{n}-01||" for p in ("old", "young", "asthma") for n in (1, 2, 3))
    drugs += "\nasthma|diagnosis|main|CIM-10|J459|2023-01-01||S"
    assert [(r[0], r[3]) for r in found("copd", "snds", drugs, people)] == [("old", ["treated"])]
    assert [(r[0], r[3]) for r in found("asthma", "snds", drugs, people)] == [("asthma", ["stay"]), ("young", ["treated"])]
    infant = "child|male|2015|1|2015-01-01|2026-12-31"  # treated for bronchiolitis at one, seven when asked
    early = "\n".join(f"child|dispensing||ATC|R03BB04|2016-0{n}-01||" for n in (1, 2, 3))
    assert found("asthma", "snds", early, infant) == []


def test_kidney_disease_needs_two_low_rates_that_last(found) -> None:
    rows = found("chronic_kidney_disease", "gp", """
        lasting|lab_result||LOINC|2160-0|2024-01-01|180|
        lasting|lab_result||LOINC|2160-0|2024-05-01|170|
        once|lab_result||LOINC|2160-0|2024-01-01|180|
        close|lab_result||LOINC|2160-0|2024-01-01|180|
        close|lab_result||LOINC|2160-0|2024-02-01|180|
        healed|lab_result||LOINC|2160-0|2024-01-01|180|
        healed|lab_result||LOINC|2160-0|2024-03-01|80|
        healed|lab_result||LOINC|2160-0|2024-08-01|180|
        coded|diagnosis||CIM-10|N183|2024-01-01||""")  # fmt: skip
    assert [(r[0], r[1], r[3]) for r in rows] == [("coded", "2024-01-01", ["coded"]), ("lasting", "2024-05-01", ["measured"])]


def test_obesity_and_smoking(found) -> None:
    rows = found("obesity", "gp", """
        heavy|measurement||LOINC|8302-2|2024-01-01|170|
        heavy|measurement||LOINC|29463-7|2024-02-01|90|
        light|measurement||LOINC|8302-2|2024-01-01|190|
        light|measurement||LOINC|29463-7|2024-02-01|90|
        unknown|measurement||LOINC|29463-7|2024-02-01|150|""")  # fmt: skip
    assert [(r[0], r[3]) for r in rows] == [("heavy", ["measured"])]
    rows = found("smoking", "gp", """
        now|lifestyle|current|habit|tobacco|2024-01-01|10|
        stopped|lifestyle|current|habit|tobacco|2023-01-01|10|
        stopped|lifestyle|former|habit|tobacco|2024-01-01||
        again|lifestyle|former|habit|tobacco|2023-01-01||
        again|diagnosis||CISP-2|P17|2024-01-01||""")  # fmt: skip
    assert [(r[0], r[3]) for r in rows] == [("again", ["coded"]), ("now", ["stated"])]


def test_charlson_counts_the_worse_of_two_and_the_weights_asked_for(found) -> None:
    records = """
        p|history||CIM-10|E119|||
        p|history||CIM-10|E112|||
        p|diagnosis||CIM-10|I500|2025-06-01||
        p|diagnosis||CIM-10|C787|2025-06-01||
        p|diagnosis||CIM-10|C509|2025-06-01||
        old|diagnosis||CIM-10|I500|2020-01-01||"""
    # complicated diabetes, heart failure, metastasis: 2 + 1 + 6 in 1987, 1 + 2 + 6 in 2011
    groups = ["congestive_heart_failure", "diabetes_complicated", "metastatic"]
    assert [(r[0], r[2], r[3]) for r in found("charlson", "gp", records, weights="1987")] == [("p", 9.0, groups)]
    assert [(r[0], r[2], r[3]) for r in found("charlson", "gp", records, weights="2011")] == [("p", 9.0, groups)]
    assert [r[2] for r in found("charlson", "gp", "p|history||CIM-10|I21|||", weights="2011")] == [0.0]
    assert [r[2] for r in found("charlson", "gp", "p|history||CIM-10|B20|||", weights="2011")] == [4.0]


def test_multimorbidity_and_polypharmacy(found) -> None:
    rows = found(
        "multimorbidity",
        "gp",
        "p|history||CISP-2|T90|2020-01-01||\np|history||CISP-2|K86|2022-01-01||\np|history||CIM-10|I10|2021-01-01||\nq|history||CISP-2|T90|||",
    )
    assert rows == [("p", "2021-01-01", 2.0, ["diabetes", "hypertension"])]
    drugs = ("A10BA02", "C09AA05", "C10AA05", "B01AC06", "N02BE01")
    rows = found(
        "polypharmacy",
        "snds",
        "\n".join(f"p|dispensing||ATC|{a}|2025-12-01||" for a in drugs) + "\np|dispensing||ATC|M01AE01|2025-06-01||",
    )
    assert [(r[0], r[2]) for r in rows] == [("p", 5.0)]


def test_episodes_of_influenza(found) -> None:
    days = ("2025-01-01", "2025-01-10", "2025-01-24", "2025-02-20")
    rows = found("influenza_like_illness", "gp", "\n".join(f"p|reason||CISP-2|R80|{d}||" for d in days))
    assert [(r[1], r[2]) for r in rows] == [("2025-01-01", 2.0), ("2025-01-24", 1.0), ("2025-02-20", 1.0)]


def test_a_cascade_is_new_and_has_its_sign(found) -> None:
    rows = found("prescribing_cascade", "gp", """
        yes|prescription||ATC|C08CA01|2024-01-01||
        yes|reason||CISP-2|K07|2024-02-01||
        yes|prescription||ATC|C03CA01|2024-02-01||
        nosign|prescription||ATC|C08CA01|2024-01-01||
        nosign|prescription||ATC|C03CA01|2024-02-01||
        before|prescription||ATC|C03CA01|2023-12-01||
        before|prescription||ATC|C08CA01|2024-01-01||
        before|reason||CISP-2|K07|2024-02-01||
        before|prescription||ATC|C03CA01|2024-02-01||
        heart|history||CISP-2|K77|||
        heart|prescription||ATC|C08CA01|2024-01-01||
        heart|reason||CISP-2|K07|2024-02-01||
        heart|prescription||ATC|C03CA01|2024-02-01||""")  # fmt: skip
    assert rows == [("yes", "2024-01-01", 31.0, ["with sign"])]


def test_gaps_have_observed_people_as_denominator(found) -> None:
    people = """vaccinated|male|1950|1|2015-01-01|2026-12-31
        gap|male|1950|1|2015-01-01|2026-12-31
        young|male|1990|1|2015-01-01|2026-12-31
        new|male|1950|1|2024-11-01|2026-12-31"""
    assert [r[0] for r in found("influenza_vaccination_gap", "gp", "vaccinated|vaccination||ATC|J07BB02|2024-10-20||", people)] == [
        "gap"
    ]
    women = (
        "done|female|1965|1|2015-01-01|2026-12-31\nlate|female|1965|1|2015-01-01|2026-12-31\nman|male|1965|1|2015-01-01|2026-12-31"
    )
    acts = "done|ccam_act||CCAM|QEQK004|2024-06-01||\nlate|ccam_act||CCAM|QEQK004|2022-06-01||"
    assert [r[0] for r in found("mammography_gap", "snds", acts, women)] == ["late"]


@pytest.mark.parametrize(("name", "side", "records"), [
    ("stroke", "snds", "p|diagnosis|main|CIM-10|I639|2024-01-01||S\nq|diagnosis|associated|CIM-10|I639|2024-01-01||S\nr|diagnosis|main|CIM-10|G459|2024-01-01||S"),
    ("acute_coronary_syndrome", "snds", "p|diagnosis|unit|CIM-10|I214|2024-01-01||S\nq|diagnosis|main|CIM-10|I259|2024-01-01||S"),
    ("cancer_history", "gp", "p|history||CIM-10|D059|2024-01-01||\nq|history||CIM-10|D649|2024-01-01||"),
])  # fmt: skip
def test_who_is_found_and_who_is_not(found, name: str, side: str, records: str) -> None:
    assert [r[0] for r in found(name, side, records)] == ["p"]


#: (equation, creatinine in µmol/L, age, woman) → rate. CKD-EPI by the equations' published form, computed by hand with six figures; EKFC at Q is 107.3.
_RATES = [
    ("ckd-epi-2009", 88.4, 50, False, 141 * (1 / 0.9) ** -1.209 * 0.993**50),
    ("ckd-epi-2009", 53.04, 60, True, 141 * (0.6 / 0.7) ** -0.329 * 0.993**60 * 1.018),
    ("ckd-epi-2021", 88.4, 50, False, 142 * (1 / 0.9) ** -1.200 * 0.9938**50),
    ("ckd-epi-2021", 53.04, 60, True, 142 * (0.6 / 0.7) ** -0.241 * 0.9938**60 * 1.012),
    ("ekfc", 80.0, 30, False, 107.3),
    ("ekfc", 62.0, 60, True, 107.3 * 0.990**20),
    ("ekfc", 160.0, 30, False, 107.3 * 2**-1.132),
]


@pytest.mark.parametrize(("equation", "creatinine", "age", "woman", "rate"), _RATES)
def test_filtration_rates(spark, equation: str, creatinine: float, age: int, woman: bool, rate: float) -> None:
    row = spark.range(1).select(egfr(equation, F.lit(creatinine), F.lit(age), F.lit(woman))).collect()
    assert row[0][0] == pytest.approx(rate, rel=1e-9)


def test_filtration_rates_hold_for_adults(spark) -> None:
    row = (
        spark.range(1)
        .select(egfr("ckd-epi-2009", F.lit(50.0), F.lit(10), F.lit(True)), egfr("ekfc", F.lit(50.0), F.lit(10), F.lit(True)))
        .collect()[0]
    )
    assert row[0] is None and 70 < row[1] < 110


@pytest.mark.parametrize("algorithm", LIBRARY.values(), ids=LIBRARY)
def test_every_algorithm_is_declared_whole(algorithm: Algorithm, lists, spark) -> None:
    """Its lists exist, its card is whole, and without any record it finds nobody and does not fail."""
    assert all(name in lists for name in algorithm.code_lists) and algorithm.references
    empty: dict[str, DataFrame] = {n: spark.createDataFrame([], s) for n, s in (("people", PEOPLE), ("mentions", MENTIONS))}
    for side in algorithm.sides:
        assert algorithm.run(side, empty["people"], empty["mentions"], AS_OF).count() == 0


def test_the_day_of_the_claims_is_the_last_one_that_is_complete(pipe) -> None:
    """Somebody first seen after it is followed for that day only."""
    people = pipe(
        "observed_from date, observed_until date", "observed_from|observed_until\n2023-01-01|2025-06-30\n2025-12-20|2025-12-20"
    )
    states = [{"state": "accepted", "extracted_on": dt.date(2026, 1, 5)}]
    context = SimpleNamespace(ledger=SimpleNamespace(states=lambda: states))
    assert derive.default_day(context, "snds", people) == dt.date(2025, 6, 30)  # type: ignore[arg-type]
    assert derive.default_day(context, "gp", people) == dt.date(2026, 1, 5)  # type: ignore[arg-type]
