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
from functools import cache
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
_ROWS = "`table` string, slice string, text string"
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_PROJECT = {"BEN_NIR_PSA": "NUM_ENQ", "NIR_ANO_17": "NUM_ENQ", "BEN_NIR_ANO": "NUM_ANO"}


def _slice(table: str, row: Row) -> str:
    if table.startswith("ER_"):
        flow = row["FLX_DIS_DTD"]
        return f"{flow.year}{flow.month:02d}"
    return str(row.pop("_year")) if "_year" in row else ""


def _live(setting: Setting, dialect: str) -> Callable[[Iterator[pd.DataFrame]], Iterator[pd.DataFrame]]:
    """Claims of neighbourhoods: one text per table and slice of each, since Spark carries a few long ones sooner than many short ones; the truth as lines."""
    encode = json.JSONEncoder(default=str).encode  # days as ISO

    def run(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for frame in frames:
            for number in frame["id"]:
                claims = Fund(setting, int(number)).write()
                slices: dict[tuple[str, str], list[Row]] = defaultdict(list)
                for table, rows in claims.tables.items():
                    for row in rows:
                        slices[table, _slice(table, row)].append(row)
                texts = [(*key, render(rows, dialect)) for key, rows in slices.items()]
                truth: dict[str, list[Any]] = {"event": claims.events, "person": claims.people, "doctor": claims.doctors, "patient": claims.patients, "identity": claims.identities}  # fmt: skip
                texts += [(f"_{name}", "", "\n".join(map(encode, told))) for name, told in truth.items() if told]
                yield pd.DataFrame(texts, columns=["table", "slice", "text"])

    return run


@cache  # a country has some thousand days
def _date(day: dt.date, column: str, dialect: str) -> str:
    if dialect == "iso":
        return day.isoformat()
    if dialect == "portal":
        return f"{day:%d/%m/%Y}"
    return f"{day:%d%m%Y}" if column in ("ENT_DAT", "SOR_DAT") else f"{day:%d}{_MONTHS[day.month - 1]}{day:%Y}:00:00:00"


def _delimiter(dialect: str) -> str:
    return "," if dialect == "iso" else ";"


def _encoding(dialect: str) -> str:
    return "iso-8859-1" if dialect == "portal" else "utf-8"


def render(rows: list[Row], dialect: str) -> str:
    """Rows as the text of a dialect's file."""
    columns = list({c: None for shape in dict.fromkeys(map(tuple, rows)) for c in shape})  # rows of a table come in a few shapes
    first = [next((v for r in rows if (v := r.get(c)) is not None), None) for c in columns]
    dated = [(n, c) for n, c in enumerate(columns) if isinstance(first[n], dt.date)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=_delimiter(dialect), lineterminator="\n")
    writer.writerow([_PROJECT.get(c, c) if dialect == "portal" else c for c in columns])
    for row in rows:
        cells = list(map(row.get, columns))
        for n, column in dated:
            if (day := cells[n]) is not None:
                cells[n] = _date(day, column, dialect)
        writer.writerow(cells)
    return out.getvalue()


def _joined(texts: list[str], delimiter: str) -> str:
    """Texts of one table as one, under all columns that any of them has."""
    heads = [text.partition("\n")[0] for text in texts]
    columns = list({c: None for head in dict.fromkeys(heads) for c in head.split(delimiter)})
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    for head, text in zip(heads, texts, strict=True):
        if head == delimiter.join(columns):
            out.write(text[len(head) + 1 :])
        else:
            writer.writerows(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
    return out.getvalue()


def _write(folder: str, dialect: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def write(group: pd.DataFrame) -> pd.DataFrame:
        table, slice_ = group["table"].iloc[0], group["slice"].iloc[0]
        year = slice_[:4]
        if table.startswith("ER_") and slice_[4:] in ("01", "02") and int(year) < DAY0.year - 1:
            year = str(int(year) - 1)  # of archived years the first two flow months lie with the year before
        name = table.replace("aa", year[2:]) if table.startswith("T_MCO") else f"{table}_{slice_}" if slice_ else table
        target = Path(folder) / year / f"{name}.csv" if year else Path(folder) / f"{name}.csv"
        target.parent.mkdir(parents=True, exist_ok=True)
        text = _joined(list(group["text"]), _delimiter(dialect))
        target.write_bytes(text.encode(_encoding(dialect)))
        return pd.DataFrame({"file": [str(target)], "rows": [text.count("\n") - 1]})

    return write


def simulate(spark: SparkSession, setting: Setting, home: Path, dialect: str, ratio: int, partitions: int) -> dict[str, int]:
    """Writes snds-extracts/<dialect>/, referentials and truth/claims; returns counts."""
    neighbourhoods = setting.practices * (1 + ratio)
    staged = str(home / "truth" / "claims-staged")
    numbers = spark.range(0, neighbourhoods, 1, min(partitions, neighbourhoods))
    numbers.mapInPandas(_live(setting, dialect), _ROWS).write.mode("overwrite").partitionBy("table").parquet(staged)
    rows = spark.read.parquet(staged)
    for name in ("event", "person", "doctor", "patient", "identity"):
        rows.where(F.col("table") == f"_{name}").select("text").coalesce(1).write.mode("overwrite").text(
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
    (folder / "IR_PHA_R.csv").write_bytes(render(drugs, dialect).encode(_encoding(dialect)))
    (home / "referentials").mkdir(exist_ok=True)
    (home / "referentials" / "long_term.csv").write_text("icd,ald\nE119,8\n", "utf-8")
    claims = rows.where(~F.col("table").startswith("_"))
    written = claims.groupBy("table", "slice").applyInPandas(_write(str(folder), dialect), "file string, rows bigint").toPandas()
    shutil.rmtree(staged)
    return {"neighbourhoods": neighbourhoods, "files": len(written) + 1, "lines": int(written["rows"].sum())}
