"""A registered algorithm: an MLflow model of the algorithm's own file and code lists, which runs wherever PySpark and Java are.

Logged from this file ("models from code"). Its input is one row per record of a person (a person without records has one row without a code; empty text is none); its output
one row per finding. On Spark the same file and lists run on the warehouse's tables without a detour (`p4dp derive --model`).
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd

from p4dp.algorithms.code_list import CodeList, Matcher
from p4dp.algorithms.core import FINDINGS, Algorithm, from_folder

PEOPLE = ("person", "sex", "birth_year", "birth_month", "observed_from", "observed_until")
RECORDS = ("origin", "role", "system", "code", "day", "until", "value", "quantity", "stay")
_TYPES = {"birth_year": "int", "birth_month": "int", "observed_from": "date", "observed_until": "date", "day": "date", "until": "date", "value": "double",
          "quantity": "double"}  # fmt: skip


def lists_of(told: dict[str, Any]) -> dict[str, CodeList]:
    """Code lists as an artifact keeps them."""
    return {n: CodeList(n, c["version"], c["status"], tuple(c["source"]), {k: tuple(v) for k, v in c["codes"].items()},
                        {k: tuple(v) for k, v in c["exclude"].items()}) for n, c in told.items()}  # fmt: skip


def algorithm_of(source: str) -> Algorithm:
    """The algorithm that a file's text declares."""
    with tempfile.TemporaryDirectory(prefix="p4dp-algorithm-") as folder:
        (Path(folder) / "declared.py").write_text(source, "utf-8")
        return next(iter(from_folder(Path(folder)).values()))


class PortableAlgorithm(mlflow.pyfunc.PythonModel):
    """One algorithm with its lists."""

    algorithm: Algorithm
    lists: dict[str, CodeList]

    def load_context(self, context: Any) -> None:
        """Reads the algorithm's file and lists from the model's artifacts."""
        self.algorithm = algorithm_of(Path(context.artifacts["source"]).read_text("utf-8"))
        self.lists = lists_of(json.loads(Path(context.artifacts["code_lists"]).read_text("utf-8")))

    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Records of persons → findings. `params`: side, as_of (empty: today), and the algorithm's own parameters as JSON in `parameters`."""
        from pyspark.sql import SparkSession
        from pyspark.sql import functions as F

        given = {"side": "gp", "parameters": "{}", **(params or {})}
        as_of = dt.date.fromisoformat(given["as_of"]) if given.get("as_of") else dt.date.today()
        spark = SparkSession.getActiveSession() or SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config(
            "spark.sql.shuffle.partitions", "1").getOrCreate()  # fmt: skip
        names = [*PEOPLE, *RECORDS]
        text = model_input.reindex(columns=names).astype(object).where(lambda f: f.notna() & (f != ""), None)
        rows = spark.createDataFrame([tuple(None if v is None else str(v) for v in row) for row in text.itertuples(index=False)],
                                     ", ".join(f"{n} string" for n in names))  # fmt: skip
        typed = rows.select(
            *(
                F.col(n).cast("double").cast("int").alias(n)
                if _TYPES.get(n) == "int"
                else F.col(n).cast(_TYPES.get(n, "string")).alias(n)
                for n in names
            )
        )
        people = typed.groupBy("person").agg(*(F.max(n).alias(n) for n in PEOPLE[1:])).withColumns(
            {"death_date": F.lit(None).cast("date"), "practice": F.lit(None).cast("string"), "department": F.lit(None).cast("string")})  # fmt: skip
        mentions = Matcher(spark, self.lists.values()).mentions(typed.select("person", *RECORDS)).drop("system")
        settings = json.loads(given["parameters"])
        found = self.algorithm.run(given["side"], people, mentions, as_of, settings)
        out = found.withColumns({c: F.col(c).cast("string") for c in ("start_date", "end_date")}).withColumn(
            "criteria", F.array_join("criteria", ",")
        )
        return out.orderBy("person", "start_date").toPandas()


COLUMNS = [part.split()[0] for part in FINDINGS.split(", ")]
mlflow.models.set_model(PortableAlgorithm())
