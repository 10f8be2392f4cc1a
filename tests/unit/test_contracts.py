"""Contracts are checked at import, and everything generated from them is there."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pyarrow as pa
import pytest

from p4dp.artefacts import ddl, dictionary, examples, rules, suite
from p4dp.contracts import TABLES, Column, ContractError, Table, layer
from p4dp.contracts.shapes import NIR, SHAPES, in_letters
from p4dp.pipeline.conform import TRANSFORMATIONS
from p4dp.sources.records import guarded

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_table_has_its_artefacts(name: str) -> None:
    table = TABLES[name]
    folder, short = name.split(".")
    assert json.loads((ROOT / "expectations/generated" / folder / f"{short}.json").read_text())["name"] == name
    page = (ROOT / "docs/dictionary" / folder / f"{short}.md").read_text("utf-8")
    assert all(f"`{c.name}`" in page for c in table.columns)
    assert all(f"`{c.name}`" in ddl.create(table, "/x") for c in table.columns)
    assert set(examples.rows(table, 1)[0]) == set(table.names)
    assert dictionary.page(table) == page


def test_every_silver_table_has_a_transformation() -> None:
    assert {t.name for t in layer("silver")} - {"practice", "quarantine"} == set(TRANSFORMATIONS)


def test_every_row_rule_can_be_reported() -> None:
    for table in layer("silver"):
        if table.name in TRANSFORMATIONS:
            text = rules.broken(table)
            assert all(f"'{r.code}'" in text for r in table.rules if r.severity == "row")


def test_no_expectation_prints_a_value() -> None:
    for table in TABLES.values():
        kinds = {e["type"] for e in suite.suite(table)["expectations"]}
        assert not any(re.search("min_to|max_to|distinct|most_common", k) for k in kinds)


@pytest.mark.parametrize(
    ("columns", "key", "says"),
    [
        ((Column("a", "int", "A."), Column("a", "int", "A.")), ("a",), "declared twice"),
        ((Column("A", "int", "A."),), ("A",), "lower-case"),
        ((Column("a", "int", "A."),), ("b",), "'b' is not a column"),
        ((Column("a", "int", "no sentence"),), ("a",), "sentence"),
        ((Column("a", "string", "A.", matches="[0-9]", example="x"),), ("a",), "example"),
    ],
)
def test_a_contradiction_is_refused(columns: tuple[Column, ...], key: tuple[str, ...], says: str) -> None:
    with pytest.raises(ContractError, match=says):
        Table("silver", "t", "One row.", columns, key)


def test_shapes_let_no_nir_into_bronze() -> None:
    numbers = ["279035121518989", "2790351215189", "1 79 12 56 121 135 16", "X279035121518989", "DUPONT JEAN", "12 rue des Lilas"]
    for shape in SHAPES:
        kept, _ = guarded(pa.array(numbers), shape)
        assert kept.null_count == len(numbers), shape


def test_a_digest_of_our_own_never_looks_like_a_nir() -> None:
    digests = [hashlib.sha256(str(n).encode()).hexdigest()[:16] for n in range(20_000)]
    assert any(re.search(NIR, d) for d in digests)  # in figures some do
    told = [in_letters(d) for d in digests]
    assert len(set(told)) == len(set(digests)) and all(t.isalpha() and t.islower() for t in told)
