"""Claims of the whole population → an extract's folder, in one of three dialects; the truth beside it.

Dialects: `portal` (`;`, dd/MM/yyyy, Latin-1, NUM_ENQ and NUM_ANO), `iso` (`,`, ISO dates, UTF-8), `sas` (`;`, SAS datetimes, ENT_DAT as ddMMyyyy).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from p4dp.simulate.claims import Fund
from p4dp.simulate.ledger import Row
from p4dp.simulate.lives import DAY0
from p4dp.simulate.practice import Setting
from p4dp.simulate.records import cip13, substances

DIALECTS = ("portal", "iso", "sas")
_ROWS = "`table` string, slice string, payload string"
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_PROJECT = {"BEN_NIR_PSA": "NUM_ENQ", "NIR_ANO_17": "NUM_ENQ", "BEN_NIR_ANO": "NUM_ANO"}


@cache
def _dated(value: dt.date) -> str:
    return f"D:{value.isoformat()}"


def _slice(table: str, row: dict[str, Any]) -> str:
    if table.startswith("ER_"):
        flow = row["FLX_DIS_DTD"]
        return f"{flow.year}{flow.month:02d}"
    return str(row.pop("_year")) if "_year" in row else ""


def _live(setting: Setting) -> Callable[[Iterator[pd.DataFrame]], Iterator[pd.DataFrame]]:
    """Claims of neighbourhoods: one array per table and slice of each, since Spark carries a few long texts sooner than many short ones; the truth as lines."""
    encode = json.JSONEncoder(default=_dated).encode

    def run(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for frame in frames:
            for number in frame["id"]:
                claims = Fund(setting, int(number)).write()
                slices: dict[tuple[str, str], list[Row]] = defaultdict(list)
                for table, rows in claims.tables.items():
                    for row in rows:
                        slices[table, _slice(table, row)].append(row)
                texts = [(*key, encode(rows)) for key, rows in slices.items()]
                truth: dict[str, list[Any]] = {"event": claims.events, "person": claims.people, "doctor": claims.doctors, "patient": claims.patients, "identity": claims.identities}  # fmt: skip
                texts += [(f"_{name}", "", "\n".join(map(encode, told))) for name, told in truth.items() if told]
                yield pd.DataFrame(texts, columns=["table", "slice", "payload"])

    return run


def _date(text: str, column: str, dialect: str) -> str:
    year, month, day = text[2:6], text[7:9], text[10:12]
    if dialect == "iso":
        return text[2:]
    if dialect == "portal":
        return f"{day}/{month}/{year}"
    return f"{day}{month}{year}" if column in ("ENT_DAT", "SOR_DAT") else f"{day}{_MONTHS[int(month) - 1]}{year}:00:00:00"


def render(rows: list[dict[str, Any]], dialect: str) -> bytes:
    """Rows as a text file of a dialect."""
    columns = list({c: None for shape in dict.fromkeys(map(tuple, rows)) for c in shape})  # rows of a table come in a few shapes
    renamed = {c: _PROJECT.get(c, c) if dialect == "portal" else c for c in columns}
    first = {c: next((v for r in rows if (v := r.get(c)) is not None), None) for c in columns}
    dated = [n for n, c in enumerate(columns) if isinstance(v := first[c], str) and v.startswith("D:")]
    written = cache(partial(_date, dialect=dialect))  # a country has some hundred days
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter="," if dialect == "iso" else ";", lineterminator="\n")
    writer.writerow(renamed.values())
    for row in rows:
        cells = list(map(row.get, columns))
        for n in dated:
            if cells[n] is not None:
                cells[n] = written(cells[n], columns[n])
        writer.writerow(cells)
    return out.getvalue().encode("iso-8859-1" if dialect == "portal" else "utf-8")


def _write(folder: str, dialect: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def write(group: pd.DataFrame) -> pd.DataFrame:
        table, slice_ = group["table"].iloc[0], group["slice"].iloc[0]
        year = slice_[:4]
        if table.startswith("ER_") and slice_[4:] in ("01", "02") and int(year) < DAY0.year - 1:
            year = str(int(year) - 1)  # of archived years the first two flow months lie with the year before
        name = table.replace("aa", year[2:]) if table.startswith("T_MCO") else f"{table}_{slice_}" if slice_ else table
        target = Path(folder) / year / f"{name}.csv" if year else Path(folder) / f"{name}.csv"
        target.parent.mkdir(parents=True, exist_ok=True)
        rows = [row for listed in group["payload"] for row in json.loads(listed)]
        target.write_bytes(render(rows, dialect))
        return pd.DataFrame({"file": [str(target)], "rows": [len(rows)]})

    return write


def simulate(spark: SparkSession, setting: Setting, home: Path, dialect: str, ratio: int, partitions: int) -> dict[str, int]:
    """Writes snds-extracts/<dialect>/, referentials and truth/claims; returns counts."""
    neighbourhoods = setting.practices * (1 + ratio)
    staged = str(home / "truth" / "claims-staged")
    numbers = spark.range(0, neighbourhoods, 1, min(partitions, neighbourhoods))
    numbers.mapInPandas(_live(setting), _ROWS).write.mode("overwrite").partitionBy("table").parquet(staged)
    rows = spark.read.parquet(staged)
    for name in ("event", "person", "doctor", "patient", "identity"):
        rows.where(F.col("table") == f"_{name}").select("payload").coalesce(1).write.mode("overwrite").text(
            str(home / "truth" / f"claims-{name}")
        )
    folder = home / "snds-extracts" / dialect
    shutil.rmtree(folder, ignore_errors=True)
    drugs = [
        {"PHA_CIP_C13": cip13(atc, n), "PHA_ATC_C07": atc, "PHA_NOM_PA": f"SUBSTANCE {atc}"}
        for atc in substances()
        for n in range(3)
    ]
    folder.mkdir(parents=True)
    (folder / "IR_PHA_R.csv").write_bytes(render(drugs, dialect))
    (home / "referentials").mkdir(exist_ok=True)
    (home / "referentials" / "long_term.csv").write_text("icd,ald\nE119,8\n", "utf-8")
    claims = rows.where(~F.col("table").startswith("_"))
    written = claims.groupBy("table", "slice").applyInPandas(_write(str(folder), dialect), "file string, rows bigint").toPandas()
    shutil.rmtree(staged)
    return {"neighbourhoods": neighbourhoods, "files": len(written) + 1, "lines": int(written["rows"].sum())}
