"""Real Delta: exactly once, restored and done again, and errors without values."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import write_deltalake
from pyspark.sql import functions as F

from p4dp.artefacts import ddl, examples
from p4dp.artefacts.arrow import schema_of
from p4dp.artefacts.suite import added_columns
from p4dp.contracts import TABLES, Table, layer
from p4dp.contracts.linked.threshold import HOLDS
from p4dp.errors import LockHeld, StorageError
from p4dp.pipeline import gate
from p4dp.pipeline.context import Context
from p4dp.storage import delta_rs
from p4dp.storage.lease import Lease
from p4dp.storage.ledger import Ledger
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


def _file(folder: Path, batch_id: int, **changes: object) -> str:
    """A worker's file of bronze.certificate with two rows."""
    rows = [{**r, "batch_id": batch_id, **changes} for r in examples.rows(TABLES["bronze.certificate"], 2)]
    path = folder / f"{batch_id}-{len(changes)}.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=schema_of("bronze.certificate")), path)
    return str(path)


def test_files_become_rows_once_and_again_after_a_restore(tables: Tables, tmp_path: Path) -> None:
    """What Spark appends and what files bring stand beside each other; bounds let reads skip files."""
    name, one, two = "bronze.certificate", _file(tmp_path, 1), _file(tmp_path, 2)
    assert tables.adopt(name, [one], 1)
    before = tables.version(name)
    assert not tables.adopt(name, [one], 1)
    assert tables.adopt(name, [two], 2)
    tables.restore(name, before)
    assert tables.read(name).count() == 2
    assert tables.adopt(name, [two], 2)
    rows = tables.spark.read.schema(ddl.columns(TABLES[name])).parquet(_file(tmp_path, 3))
    assert tables.append(name, rows, 3)
    assert tables.read(name).groupBy("batch_id").count().collect() and tables.read(name).count() == 6
    assert len(tables.read(name).where("batch_id = 2").inputFiles()) == 1
    stalled = Tables(tables.spark, tables._config)
    stalled.opened(2)  # it looked before the other run committed
    with pytest.raises(StorageError, match="already written"):
        stalled.adopt(name, [two], 2)


def test_a_table_of_an_older_home_is_written_by_the_engine(tables: Tables, tmp_path: Path) -> None:
    name = "bronze.certificate"
    tables.spark.sql(ddl.create(replace(TABLES[name], cluster=("practice_key",)), tables.path(name)))
    assert tables.adopt(name, [_file(tmp_path, 1)], 1) and not tables.adopt(name, [_file(tmp_path, 1)], 1)
    assert tables.read(name).count() == 2


def test_a_file_with_other_columns_is_refused(tables: Tables, tmp_path: Path) -> None:
    name, path = "bronze.certificate", tmp_path / "old.parquet"
    whole = pq.read_table(_file(tmp_path, 1))
    for other in (whole.drop_columns("record_key"), whole.set_column(0, whole.column_names[0], pa.array([1, 2]))):
        pq.write_table(other, path)
        with pytest.raises(StorageError, match="other columns"):
            tables.adopt(name, [str(path)], 1)
    assert tables.read(name).count() == 0 and not list(Path(tables.path(name)).glob("*parquet*"))


def test_a_run_that_stalled_in_its_copy_leaves_committed_files_whole(
    tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, file = "bronze.certificate", _file(tmp_path, 1)
    assert tables.adopt(name, [file], 1)

    def half(source: str, target: str, **_: object) -> None:
        Path(target).write_bytes(Path(source).read_bytes()[:100])
        raise OSError("the disk is full")

    monkeypatch.setattr(delta_rs.pafs, "copy_files", half)
    stalled = Tables(tables.spark, tables._config)
    stalled.opened(1)
    with pytest.raises(OSError, match="full"):
        stalled.adopt(name, [file], 1)
    assert tables.read(name).count() == 2


def test_the_engine_reads_what_checkpoints_of_the_other_writer_hold(tables: Tables, tmp_path: Path) -> None:
    name = "bronze.certificate"
    tables.create(name)
    tables.spark.sql(f"ALTER TABLE delta.`{tables.path(name)}` SET TBLPROPERTIES ('delta.checkpointInterval' = '2')")
    for batch_id in (1, 2, 3):
        assert tables.adopt(name, [_file(tmp_path, batch_id)], batch_id)
    log = Path(tables.path(name), "_delta_log")
    checkpoint = max(int(p.name.split(".")[0]) for p in log.glob("*.checkpoint*.parquet"))
    for commit in log.glob("*.json"):
        if commit.stem.isdigit() and int(commit.stem) <= checkpoint:
            commit.unlink()  # as the clean-up of logs does
    again = Tables(tables.spark, tables._config)
    assert tables.spark.read.format("delta").load(tables.path(name)).count() == 6 and not again.adopt(name, [_file(tmp_path, 3)], 3)
    rows = tables.spark.read.schema(ddl.columns(TABLES[name])).parquet(_file(tmp_path, 4))
    assert again.append(name, rows, 4) and again.adopt(name, [_file(tmp_path, 5)], 5) and again.read(name).count() == 10


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


@pytest.mark.parametrize("batch_id", [1, 2])
def test_few_changed_rows_are_those_that_the_engine_reads(spark, tables: Tables, batch_id: int) -> None:
    """Rows that a merge took out of a file that stays are not among them."""
    added = {**added_columns(TABLES[NAME]), "odd": "certificate_id % 2 = 1"}
    tables.append(NAME, _rows(spark, 1, 4), 1)
    change = _rows(spark, 1, 3).withColumns({"batch_id": F.lit(2).cast("bigint"), "_gone": F.col("certificate_id") == 101})
    tables.merge(NAME, change, [])
    found = tables.few_changed(NAME, batch_id, added, 10)
    expected = tables.changed(NAME, batch_id, added).toPandas()
    assert len(expected) == {1: 1, 2: 2}[batch_id] and list(found.columns) == list(expected.columns)
    assert sorted(map(repr, found.to_dict("records"))) == sorted(map(repr, expected.to_dict("records")))
    assert tables.few_changed(NAME, batch_id, added, len(expected) - 1) is None
    assert tables.holds(NAME, batch_id) and not tables.holds(NAME, 3)


@pytest.mark.parametrize("most", [100, 1])
def test_keys_that_stand_twice_and_lost_references_are_counted_by_either_engine(
    spark, tables: Tables, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("p4dp.storage.tables._FEW", most)
    context = Context(tables._config, spark, tables, Ledger(tables))
    contracts = [TABLES[NAME]]
    held = examples.rows(TABLES["silver.encounter"], 1)[0] | {"encounter_id": 7, "batch_id": 1}
    names = TABLES["silver.encounter"].names
    tables.append(
        "silver.encounter", spark.createDataFrame([tuple(held[c] for c in names)], ddl.columns(TABLES["silver.encounter"])), 1
    )
    first = _rows(spark, 1, 3).withColumn("encounter_id", F.expr("CAST(CASE certificate_id WHEN 101 THEN 8 ELSE 7 END AS bigint)"))
    tables.append(NAME, first, 1)
    assert (gate._keys(context, contracts, 1), gate._orphans(context, contracts, 1)) == ({}, {"certificate": 1})
    again = _rows(spark, 2, 2).withColumns(
        {"certificate_id": F.expr("certificate_id - 100"), "encounter_id": F.lit(7).cast("bigint")}
    )
    tables.append(NAME, again, 2)
    assert (gate._keys(context, contracts, 2), gate._orphans(context, contracts, 2)) == ({"certificate": 2}, {})


@pytest.mark.parametrize("contract", layer("silver"), ids=lambda c: c.name)
def test_conditions_say_the_same_in_both_engines(spark, tmp_path: Path, contract: Table) -> None:
    added, schema = added_columns(contract), schema_of(f"silver.{contract.name}")
    nullable = pa.schema([f.with_nullable(True) for f in schema])
    rows = [{**r, "batch_id": 1} for r in examples.rows(contract, 3)]
    rows[1] |= {f.name: None for f in schema if f.name not in contract.key and f.name != "batch_id"}
    for column in contract.columns:
        if column.type == "date":
            rows[2][column.name] = dt.date(2150, 1, 1) if column.name != "extracted_on" else dt.date(2024, 1, 1)
        elif column.type == "double":
            rows[2][column.name] = -1.0e12
    write_deltalake(str(tmp_path / "t"), pa.Table.from_pylist(rows, schema=nullable))
    found = delta_rs.changed(str(tmp_path / "t"), nullable, 1, added, 10).to_pylist()
    expected = (
        spark.read.parquet(str(tmp_path / "t"))
        .selectExpr(contract.key[0], *(f"{sql} AS {n}" for n, sql in added.items()))
        .collect()
    )
    key = contract.key[0]
    assert {r[key]: [r[n] for n in added] for r in found} == {r[key]: [r[n] for n in added] for r in expected}


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


def test_a_table_that_keeps_its_rows_takes_values_that_its_contract_gained(tables: Tables) -> None:
    name = "linked.threshold"
    tables.create(name)
    rows = examples.rows(TABLES[name])
    tables.log(name, rows)
    path, narrow = tables.path(name), sorted({r["holds"] for r in rows})
    (code,) = (k for k in ddl.checks(TABLES[name]) if "holds" in k)
    tables.spark.sql(f"ALTER TABLE delta.`{path}` DROP CONSTRAINT {code}")
    listed = ", ".join(f"'{h}'" for h in narrow)
    tables.spark.sql(f"ALTER TABLE delta.`{path}` ADD CONSTRAINT {code} CHECK (holds IN ({listed}))")
    new = {**rows[0], "holds": next(h for h in HOLDS if h not in narrow)}
    with pytest.raises(StorageError):
        tables.log(name, [new])
    tables.amend(name)
    tables.log(name, [new])
    assert {r["holds"] for r in tables.read(name).collect()} == {*narrow, new["holds"]}
    version = tables.version(name)
    assert {r["holds"] for r in tables.rows(name, version - 1)} == set(narrow) != {r["holds"] for r in tables.rows(name, version)}
    tables.amend(name)
    assert tables.version(name) == version  # nothing more to change


def test_a_column_that_a_logged_table_gained_is_added_to_a_home_that_exists(spark, tables: Tables) -> None:
    run = TABLES["linked.run"]
    older = replace(run, columns=tuple(c for c in run.columns if c.name != "without"))
    spark.sql(ddl.create(older, tables.path("linked.run")))
    (row,) = examples.rows(run, 1)
    old = spark.createDataFrame([tuple(row[c] for c in older.names)], ddl.columns(older))
    old.write.format("delta").mode("append").save(tables.path("linked.run"))
    tables.log("linked.run", [{**row, "run_id": "s" * 32, "without": "drugs"}])
    assert {r["run_id"]: r["without"] for r in tables.read("linked.run").collect()} == {row["run_id"]: None, "s" * 32: "drugs"}


def test_a_log_holds_its_constraints_and_shows_no_row(tables: Tables) -> None:
    (row,) = examples.rows(TABLES["ops.delivery"], 1)
    with pytest.raises(StorageError) as caught:
        tables.log("ops.delivery", [{**row, "state": "PATIENT-NAME"}])
    assert "PATIENT-NAME" not in str(caught.value) and caught.value.__cause__ is None and tables.rows("ops.delivery") == []
    assert "rule delivery.state.codes" in str(caught.value)
    with pytest.raises(StorageError, match=r"rule delivery\.batch_id\.required"):
        tables.log("ops.delivery", [{**row, "batch_id": None}])
    with pytest.raises(StorageError) as caught:
        tables.log("ops.delivery", [{**row, "sequence": "PATIENT-NAME"}])
    assert "PATIENT-NAME" not in str(caught.value)
    tables.log("ops.delivery", [{**row, "rows": {"a.csv": 3}}])
    (kept,) = tables.rows("ops.delivery")
    assert kept["rows"] == {"a.csv": 3} and kept["at"].utcoffset() == dt.timedelta(0)
    (seen,) = tables.read("ops.delivery").collect()
    assert {k: v for k, v in seen.asDict().items() if k != "at"} == {k: v for k, v in kept.items() if k != "at"}
    assert seen["at"].astimezone(dt.UTC) == kept["at"]


def test_a_home_that_this_process_cannot_open_is_all_the_engines(spark, tmp_path: Path) -> None:
    """An address stands for an object store: Spark lands files, writes and reads logs, and answers the gate."""
    tables = Tables(spark, config_at(tmp_path, f"roots.warehouse=file://{tmp_path}/warehouse"))
    name = "bronze.certificate"
    assert "://" in tables.path(name)
    assert tables.adopt(name, [_file(tmp_path, 1)], 1) and not tables.adopt(name, [_file(tmp_path, 1)], 1)
    assert tables.holds(name, 1) and not tables.holds(name, 2)
    (row,) = examples.rows(TABLES["ops.delivery"], 1)
    tables.log("ops.delivery", [{**row, "rows": {"a.csv": 3}, "at": dt.datetime(2026, 1, 5, 20, tzinfo=dt.UTC)}])
    (kept,) = tables.rows("ops.delivery")
    assert kept["rows"] == {"a.csv": 3} and kept["at"] == dt.datetime(2026, 1, 5, 20, tzinfo=dt.UTC)
    version = tables.version("ops.delivery")
    assert tables.rows("ops.delivery", version - 1) == []
    tables.amend("ops.delivery")
    assert tables.version("ops.delivery") == version  # the engine too sees that nothing is to be changed
    tables.append(NAME, _rows(spark, 1, 3), 1)
    found = tables.few_changed(NAME, 1, added_columns(TABLES[NAME]), 3)
    assert found is not None and len(found) == 3 and tables.few_changed(NAME, 1, {}, 2) is None
