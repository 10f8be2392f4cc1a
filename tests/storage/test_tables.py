"""Real Delta: exactly once, restored and done again, and errors without values."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import functions as F

from p4dp.artefacts import ddl, examples
from p4dp.contracts import TABLES, layer
from p4dp.errors import LockHeld, StorageError
from p4dp.storage.lease import Lease
from p4dp.storage.tables import Tables
from tests.conftest import config_at

NAME = "silver.certificate"


def _rows(spark, batch_id: int, n: int = 2, **changes: object):
    rows = [
        {**r, "batch_id": batch_id, "certificate_id": batch_id * 100 + i, **changes}
        for i, r in enumerate(examples.rows(TABLES[NAME], n))
    ]
    return spark.createDataFrame([tuple(r[c] for c in TABLES[NAME].names) for r in rows], ddl.columns(TABLES[NAME]))


@pytest.fixture
def tables(spark, tmp_path) -> Tables:
    return Tables(spark, config_at(tmp_path))


def test_a_batch_is_written_once_and_again_after_a_restore(spark, tables: Tables) -> None:
    assert tables.append(NAME, _rows(spark, 1), 1)
    before = tables.version(NAME)
    assert not tables.append(NAME, _rows(spark, 1), 1)
    assert tables.append(NAME, _rows(spark, 2), 2)
    tables.restore(NAME, before)
    assert tables.read(NAME).count() == 2
    assert tables.append(NAME, _rows(spark, 2), 2)
    assert tables.read(NAME).count() == 4


def test_a_table_whose_creation_was_killed_is_created_again(spark, tables: Tables) -> None:
    log = Path(tables.path(NAME)) / "_delta_log"
    log.mkdir(parents=True)
    (log / ".00000000000000000000.json.0b1c.tmp.json").touch()  # what a kill between writing and renaming leaves
    assert not tables.exists(NAME)
    assert tables.append(NAME, _rows(spark, 1), 1) and tables.read(NAME).count() == 2


def test_merge_upserts_deletes_and_replaces_a_practice(spark, tables: Tables) -> None:
    tables.append(NAME, _rows(spark, 1, 3), 1)
    change = _rows(spark, 1, 2).withColumn("_gone", F.col("certificate_id") == 101)
    tables.merge(NAME, change, [])
    assert sorted(r[0] for r in tables.read(NAME).select("certificate_id").collect()) == [100, 102]
    tables.merge(NAME, change, ["0f" * 16])
    assert [r[0] for r in tables.read(NAME).select("certificate_id").collect()] == [100]


def test_a_violated_constraint_names_the_rule_and_no_value(spark, tables: Tables, capfd) -> None:
    with pytest.raises(StorageError) as caught:
        tables.append(NAME, _rows(spark, 1, 2, kind="PATIENT-NAME"), 1)
    assert "certificate.kind.codes" in str(caught.value)
    shown = capfd.readouterr()
    assert "PATIENT-NAME" not in str(caught.value) + shown.err + shown.out
    assert caught.value.__cause__ is None and caught.value.__suppress_context__
    assert tables.read(NAME).count() == 0


def test_a_run_without_its_lease_cannot_write(spark, tmp_path) -> None:
    with Lease(tmp_path / "lease", 60) as lease:
        tables = Tables(spark, config_at(tmp_path), lease)
        tables.append(NAME, _rows(spark, 1), 1)
        (tmp_path / "lease" / "lease.json").write_text('{"token": 99, "host": "x", "pid": 1, "at": 0}')
        with pytest.raises(LockHeld):
            tables.append(NAME, _rows(spark, 2), 2)
    assert tables.read(NAME).count() == 2


@pytest.mark.parametrize("name", ["silver.encounter", "silver.lab_result", "silver.patient"])
def test_example_rows_pass_the_table_they_describe(spark, tables: Tables, name: str) -> None:
    rows = examples.rows(TABLES[name])
    frame = spark.createDataFrame([tuple(r[c] for c in TABLES[name].names) for r in rows], ddl.columns(TABLES[name]))
    assert tables.append(name, frame, 1) and tables.read(name).count() == 2


def test_every_silver_definition_is_valid_sql(spark) -> None:
    for table in layer("silver"):
        frame = spark.createDataFrame([], ddl.columns(table))
        assert frame.selectExpr(*[f"{sql} AS `{name}`" for name, sql in ddl.checks(table).items()] or ["1"]).count() == 0


def test_an_emptied_table_gets_what_its_contract_gained(tables: Tables) -> None:
    """Its earlier versions stay; a constraint that changed is the one of today."""
    name = "silver.lifestyle"
    tables.create(name)
    path, version = tables.path(name), tables.version(name)
    told = ddl.checks(TABLES[name])
    tables.spark.sql(f"ALTER TABLE delta.`{path}` DROP CONSTRAINT {sorted(told)[0]}")
    tables.spark.sql(f"ALTER TABLE delta.`{path}` ADD CONSTRAINT of_old CHECK (batch_id > 7)")
    tables.empty(name)

    def plain(text: str) -> str:
        return "".join(text.split())

    held = tables.spark.sql(f"SHOW TBLPROPERTIES delta.`{path}`").collect()
    now = {r["key"].removeprefix("delta.constraints.").lower(): plain(r["value"]) for r in held if "constraints" in r["key"]}
    assert now == {k.lower(): plain(v) for k, v in told.items()}
    assert tables.version(name) > version and tables.read(name, version).count() == 0
    assert ddl.amended(TABLES[name], path, [c for c in TABLES[name].names if c != "unit"], {k.lower(): v for k, v in told.items()}) == [
        f"ALTER TABLE delta.`{path}` ADD COLUMNS (`unit` string COMMENT 'Unit of the amount, UCUM.')"]  # fmt: skip


def test_a_column_that_a_logged_table_gained_is_added_to_a_home_that_exists(spark, tables: Tables) -> None:
    run = TABLES["linked.run"]
    older = replace(run, columns=tuple(c for c in run.columns if c.name != "without"))
    spark.sql(ddl.create(older, tables.path("linked.run")))
    (row,) = examples.rows(run, 1)
    old = spark.createDataFrame([tuple(row[c] for c in older.names)], ddl.columns(older))
    old.write.format("delta").mode("append").save(tables.path("linked.run"))
    tables.log("linked.run", [{**row, "run_id": "s" * 32, "without": "drugs"}])
    assert {r["run_id"]: r["without"] for r in tables.read("linked.run").collect()} == {row["run_id"]: None, "s" * 32: "drugs"}
