"""Flatten and events of N claim lines over DuckDB doing the same joins and sums on the same Parquet files, both to disk, in one run.

`python bench/claims.py [--lines 10000000] [--runs 3]` writes bench/results/claims.json.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import duckdb
import psutil
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from watch import Watch

from p4dp.config import load
from p4dp.contracts import table
from p4dp.contracts.events.dcir import HOSPITAL_COLUMNS, LINE_COLUMNS
from p4dp.contracts.snds.base import DCIR_KEY
from p4dp.snds import dcir, identity
from p4dp.storage.session import start

ROOT = Path(__file__).resolve().parent.parent
KEY = ", ".join(DCIR_KEY)


def make(spark: SparkSession, folder: Path, lines: int) -> None:
    """Claim lines of lines / 25 people over a year: 60 % drugs, 15 % analyses, 5 % acts, the rest visits; 2 % cancelled."""
    key = """1 + id AS DCT_ORD_NUM, add_months(DATE'2024-01-01', CAST(pmod(xxhash64(id, 1), 12) AS int)) AS FLX_DIS_DTD, 1L AS FLX_EMT_NUM, 0L AS FLX_EMT_ORD,
        1L AS FLX_EMT_TYP, DATE'2024-01-03' AS FLX_TRT_DTD, '01C131000' AS ORG_CLE_NUM, 1L AS PRS_ORD_NUM, 0L AS REM_TYP_AFF"""
    base = spark.range(0, lines, 1, 16).selectExpr(
        "id", "pmod(xxhash64(id, 2), 100) AS kind", "pmod(xxhash64(id, 3), 50) = 0 AS undone",
        f"pmod(xxhash64(id, 4), {max(lines // 25, 1)}) AS person")  # fmt: skip
    base.createOrReplaceTempView("base")
    people = "concat('P', lpad(person, 16, '0')) AS BEN_NIR_PSA, '1' AS BEN_RNG_GEM"
    line = f"""SELECT id, kind, undone, {key}, {people}, NULL AS NUM_ENQ, '00' AS BEN_CDI_NIR, 65L AS BEN_AMA_COD, '101' AS RGM_COD, '1' AS RGM_GRG_COD,
        date_add(DATE'2024-01-01', CAST(pmod(xxhash64(id, 5), 330) AS int)) AS EXE_SOI_DTD, NULL AS EXE_SOI_DTF, DATE'2024-01-01' AS PRE_PRE_DTD,
        CASE WHEN kind < 60 THEN '3313' WHEN kind < 75 THEN '3211' WHEN kind < 80 THEN '1331' ELSE '1110' END AS PRS_NAT_REF,
        CASE WHEN undone THEN -1.0D ELSE 1.0D END AS PRS_ACT_QTE, 1.0D AS PRS_ACT_COG, CASE WHEN pmod(id, 97) = 0 THEN '71' ELSE '0' END AS DPN_QLF,
        NULL AS PRS_DPN_QLP, '0' AS CPL_MAJ_TOP, concat('D', pmod(xxhash64(id, 6), 60000)) AS PFS_EXE_NUM, concat('D', pmod(xxhash64(id, 7), 60000)) AS PFS_PRE_NUM,
        '01' AS PSE_SPE_COD, '01' AS PSP_SPE_COD FROM base"""  # fmt: skip
    spark.sql(line).createOrReplaceTempView("line")
    quantity = "CASE WHEN undone THEN -1L ELSE 1L END"
    chosen = ", ".join([*DCIR_KEY, *LINE_COLUMNS])
    parts = {
        "er_prs_f": f"SELECT {chosen}, date_format(FLX_DIS_DTD, 'yyyy-MM') AS p4dp_slice FROM line",
        "er_pha_f": f"SELECT {KEY}, concat('34009', lpad(pmod(xxhash64(id, 8), 9000), 8, '0')) AS PHA_PRS_C13, {quantity} AS PHA_ACT_QSN FROM line WHERE kind < 60",
        "er_bio_f": f"SELECT {KEY}, lpad(pmod(xxhash64(id, 8), 900), 4, '0') AS BIO_PRS_IDE, {quantity} AS BIO_ACT_QSN FROM line WHERE kind >= 60 AND kind < 75",
        "er_cam_f": f"SELECT {KEY}, concat('DEQP', lpad(pmod(xxhash64(id, 8), 900), 3, '0')) AS CAM_PRS_IDE, '1' AS CAM_ACT_COD, '0' AS CAM_TRT_PHA FROM line WHERE kind >= 75 AND kind < 80",
        "er_ete_f": f"SELECT {KEY}, CASE WHEN pmod(id, 40) = 0 THEN '1' ELSE '0' END AS ETE_IND_TAA, '130000001' AS ETB_EXE_FIN, '1' AS ETE_CAT_COD, '1' AS MDT_COD FROM line WHERE kind > 95",
    }  # fmt: skip
    for name, sql in parts.items():
        spark.sql(sql).write.mode("overwrite").parquet(str(folder / name))
    persons = spark.range(0, max(lines // 25, 1), 1, 4).selectExpr("concat('P', lpad(id, 16, '0')) AS BEN_NIR_PSA", "1 AS BEN_RNG_GEM",
                                                                    "concat('H', id) AS beneficiary_id", "false AS shared")  # fmt: skip
    persons.write.mode("overwrite").parquet(str(folder / "pseudonym"))


def ours(spark: SparkSession, folder: Path, out: Path) -> float:
    """Flat lines to Parquet, then events from them to Parquet."""
    begin = time.monotonic()

    def read(name: str) -> DataFrame:
        return spark.read.parquet(str(folder / name))

    details = dcir.details({n: read(n.lower()) for n in ("ER_PHA_F", "ER_BIO_F", "ER_CAM_F")})
    dcir.flat(read("er_prs_f"), read("er_ete_f"), details).write.mode("overwrite").parquet(str(out / "flat"))
    flat = spark.read.parquet(str(out / "flat")).withColumns(
        {"_fictive": F.lit(False), "_psa": F.coalesce("BEN_NIR_PSA", "NUM_ENQ")}
    )
    drugs = spark.createDataFrame([], "cip13 string, atc string, substance string")
    events = dcir.billed(identity.identified(dcir.countable(flat), read("pseudonym"), "_psa", "BEN_RNG_GEM"), drugs)
    events.write.mode("overwrite").parquet(str(out / "events"))
    return time.monotonic() - begin


def yardstick(folder: Path, out: Path) -> float:
    """The same joins and sums by DuckDB."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    begin = time.monotonic()
    with duckdb.connect() as db:
        db.execute(f"SET threads = 2; SET temp_directory = '{out}/tmp'; SET memory_limit = '8GB'")
        for name in ("er_prs_f", "er_pha_f", "er_bio_f", "er_cam_f", "er_ete_f", "pseudonym"):
            db.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder}/{name}/*.parquet')")
        details = f"""SELECT {KEY}, 'ER_PHA_F' AS detail, PHA_PRS_C13 AS code, CAST(PHA_ACT_QSN AS double) AS quantity, NULL AS part FROM er_pha_f
            UNION ALL SELECT {KEY}, 'ER_BIO_F', BIO_PRS_IDE, CAST(BIO_ACT_QSN AS double), NULL FROM er_bio_f
            UNION ALL SELECT {KEY}, 'ER_CAM_F', CAM_PRS_IDE, NULL, CAM_ACT_COD || '/' || CAM_TRT_PHA FROM er_cam_f"""
        hospital = ", ".join(HOSPITAL_COLUMNS)
        db.execute(f"COPY (SELECT * FROM er_prs_f LEFT JOIN ({details}) USING ({KEY}) LEFT JOIN (SELECT {KEY}, {hospital} FROM er_ete_f) USING ({KEY}))"
                   f" TO '{out}/flat.parquet'")  # fmt: skip
        places = ", ".join(f"'{k}'" for k in dcir.CONTACTS)
        firsts = ", ".join(
            f"arg_max({c}, FLX_DIS_DTD) FILTER (q > 0) AS {c}"
            for c in (
                "EXE_SOI_DTF",
                "PRE_PRE_DTD",
                "PFS_PRE_NUM",
                "PSE_SPE_COD",
                "PRS_ACT_COG",
                "ETB_EXE_FIN",
                "PSP_SPE_COD",
                "BEN_AMA_COD",
                "RGM_GRG_COD",
                "RGM_COD",
            )
        )
        db.execute(f"""COPY (SELECT beneficiary_id, kind, c AS code, EXE_SOI_DTD, part, PFS_EXE_NUM, sum(q) AS quantity, max(p4dp_slice) AS p4dp_slice, {firsts} FROM (
            SELECT *, coalesce(code, PRS_NAT_REF) AS c, coalesce(quantity, PRS_ACT_QTE) AS q, CASE WHEN detail = 'ER_PHA_F' THEN 'dispensing'
              WHEN detail = 'ER_BIO_F' AND coalesce(ETE_IND_TAA, '') <> '1' THEN 'biology' WHEN detail = 'ER_CAM_F' AND coalesce(ETE_IND_TAA, '') <> '1' THEN 'ccam_act'
              WHEN detail IS NULL AND PRS_NAT_REF IN ({places}) AND coalesce(ETE_IND_TAA, '') <> '1' THEN 'gp_visit' END AS kind
            FROM read_parquet('{out}/flat.parquet') f JOIN pseudonym p ON f.BEN_NIR_PSA = p.BEN_NIR_PSA
            WHERE coalesce(DPN_QLF, '') NOT IN ('71', '72') AND coalesce(PRS_DPN_QLP, '') <> '71' AND coalesce(TRY_CAST(CPL_MAJ_TOP AS int), 0) < 2)
            WHERE kind IS NOT NULL GROUP BY beneficiary_id, kind, c, EXE_SOI_DTD, part, PFS_EXE_NUM HAVING sum(q) > 0) TO '{out}/events.parquet'""")  # fmt: skip
    return time.monotonic() - begin


def measure(spark: SparkSession, work: Path, lines: int, runs: int) -> dict[str, object]:
    """One size: medians after one run to warm up."""
    folder = work / "in"
    make(spark, folder, lines)
    taken, yard, peak = [], [], 0.0
    for n in range(runs + 1):
        theirs = yardstick(folder, work / "duck")
        with Watch(children=True) as told:
            mine = ours(spark, folder, work / "ours")
        peak = max(peak, told["peak_mib"])
        print(f"{lines} lines, run {n}: DuckDB {theirs:.1f} s, ours {mine:.1f} s", flush=True)
        if n:
            taken, yard = [*taken, mine], [*yard, theirs]
    count = spark.read.parquet(str(work / "ours" / "events")).count()
    same = duckdb.sql(f"SELECT count(*) FROM read_parquet('{work}/duck/events.parquet')").fetchall()[0][0]
    seconds = statistics.median(taken)
    return {"lines": lines, "seconds": seconds, "ratio": round(statistics.median(a / b for a, b in zip(taken, yard, strict=True)), 2),
            "yardstick_seconds": statistics.median(yard), "events": count, "yardstick_events": same, "microseconds_a_line": round(seconds / lines * 1e6, 2),
            "lines_per_second_and_core": round(lines / seconds / 2), "peak_mib": peak}  # fmt: skip


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--lines", type=int, default=10_000_000)
    arguments.add_argument("--runs", type=int, default=3)
    given = arguments.parse_args()
    work = Path(tempfile.mkdtemp())
    spark = start(load(ROOT / "conf" / "local.yaml", str(work)), "bench")
    assert set(LINE_COLUMNS) <= set(table("events.dcir").names)
    small, large = measure(spark, work, given.lines // 5, 1), measure(spark, work, given.lines, given.runs)
    result = {"name": "claims", "rows": given.lines, "seconds": large["seconds"], "ratio": large["ratio"],
              "yardstick": {"name": "DuckDB, same joins and sums, same Parquet files", "seconds": large["yardstick_seconds"]},
              "cost_per_line": round(large["microseconds_a_line"] / small["microseconds_a_line"], 3), "small": small, "large": large,  # type: ignore[operator]
              "peak_mib": large["peak_mib"], "cores": psutil.cpu_count(), "versions": {p: version(p) for p in ("pyspark", "duckdb", "pyarrow")},
              "beside": "SCALPEL3: 15 billion events of 14.5 million patients, 15 nodes, under 49 minutes (arXiv 1910.07045)"}  # fmt: skip
    (ROOT / "bench" / "results" / "claims.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result))
    spark.stop()
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
