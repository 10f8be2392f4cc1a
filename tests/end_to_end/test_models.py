"""A trained model leaves the project and gives the same scores."""

from __future__ import annotations

import json
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow.models import infer_signature

from p4dp.models import registry
from p4dp.models.training import harness
from tests.conftest import config_at
from tests.end_to_end.elsewhere import in_empty_environment


@pytest.mark.verify
def test_a_registered_spark_model_gives_the_same_scores_in_an_empty_environment(
    spark, server: tuple[str, Path], tmp_path: Path
) -> None:
    rng = np.random.default_rng(1)
    rows = pd.DataFrame(
        {"age": rng.uniform(20, 90, 500), "bmi": np.where(rng.random(500) < 0.3, np.nan, rng.normal(26, 4, 500))}
    ).round(6)
    rows["label"] = (rng.random(500) < 1 / (1 + np.exp(3 - 0.04 * rows["age"]))).astype(float)
    model = harness.fit(spark.createDataFrame(rows.assign(person=rows.index.astype(str))), ("age", "bmi"), 0.01)
    ours = harness.scores(model, spark.createDataFrame(rows)).toPandas()["score"]
    signature = infer_signature(rows[["age", "bmi"]], np.array([0.0]))
    config = config_at(tmp_path, f"mlflow.uri={server[0]}")
    client = mlflow.MlflowClient(tracking_uri=server[0], registry_uri=server[0])
    run = client.create_run("0").info.run_id
    number = registry.register_spark(config, "invented", run, model, signature, rows[["age", "bmi"]].head(1), "for elsewhere")
    rows[["age", "bmi"]].to_json(tmp_path / "rows.json")
    program = """
import mlflow, json, pandas
from pyspark.sql import SparkSession
from pyspark.ml.functions import vector_to_array
spark = SparkSession.builder.master("local[1]").getOrCreate()
model = mlflow.spark.load_model("model", dfs_tmpdir="work")
found = model.transform(spark.createDataFrame(pandas.read_json("rows.json", dtype=float)))
print(json.dumps([r[0] for r in found.select(vector_to_array("probability")[1]).collect()]))
"""
    theirs = json.loads(
        in_empty_environment(config, client.get_model_version_download_uri("invented", str(number)), program, tmp_path)
    )
    assert len(theirs) == 500 and theirs == pytest.approx(ours.tolist(), abs=1e-12)
