"""The Spark session: from spark-submit when it started us, else from a properties file and the two Delta jars."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pyspark.sql import SparkSession

from p4dp.config import Config
from p4dp.errors import UsageError


def properties(file: Path) -> dict[str, str]:
    """Settings of a Spark properties file."""
    out = {}
    for line in file.read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, value = line.strip().partition(" ")
            out[name] = value.strip()
    return out


def start(config: Config, name: str) -> SparkSession:
    """The process's session.

    Raises:
        UsageError: the Delta jars or the properties file are not where the configuration says.
    """
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName(f"p4dp {name}")
    if "PYSPARK_GATEWAY_PORT" not in os.environ:
        jars = sorted(config.beside(config.spark.jars).glob("*.jar"))
        if not jars:
            raise UsageError(f"no Delta jars in {config.beside(config.spark.jars)}: run `make setup`")
        file = config.beside(config.spark.properties)
        if not file.exists():
            raise UsageError(f"no Spark properties {file}")
        settings = properties(file)
        settings["spark.jars"] = ",".join(map(str, jars))
        options = settings.get("spark.driver.extraJavaOptions", "")
        settings["spark.driver.extraJavaOptions"] = options.replace(
            "configurationFile=log4j2.properties", f"configurationFile={file.parent / 'log4j2.properties'}"
        )
        for key, value in settings.items():
            builder = builder.config(key, value)
    return builder.getOrCreate()
