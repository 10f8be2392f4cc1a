"""The same night by spark-submit on a real standalone cluster: a master and two workers on 127.0.0.1."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pyspark
import pytest

from p4dp.pipeline.conform import TRANSFORMATIONS
from tests.conftest import ROOT, Country

SPARK = Path(pyspark.__file__).parent
#: these processes live for a minute or two
_QUICK = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"


def _port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def _workers(page: str) -> int:
    """Workers that a master knows; 0 before it answers, and while its page answers for everything."""
    with contextlib.suppress(OSError, json.JSONDecodeError), urllib.request.urlopen(f"{page}/json/", timeout=5) as answer:
        return int(json.load(answer)["aliveworkers"])
    return 0


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a master with two workers, and where they log; they end with the module."""
    work = tmp_path_factory.mktemp("cluster")
    environment = {
        **os.environ,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_HOME": str(SPARK),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_CONF_DIR": str(ROOT / "conf/spark"),
    }
    url = f"spark://127.0.0.1:{_port()}"
    started = []

    def start(name: str, *arguments: str) -> str:
        """Starts a part of the cluster; the address of its page."""
        page = _port()
        log = (work / f"{len(started)}.log").open("w")
        command = [
            str(SPARK / "bin/spark-class"),
            f"org.apache.spark.deploy.{name}",
            "--host",
            "127.0.0.1",
            "--webui-port",
            str(page),
            *arguments,
        ]
        started.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=work))
        return f"http://127.0.0.1:{page}"

    try:
        page = start("master.Master", "--port", url.rpartition(":")[2])
        for n in range(2):
            start("worker.Worker", "--cores", "1", "--memory", "1g", "--work-dir", str(work / f"w{n}"), url)
        deadline = time.time() + 60
        while _workers(page) < 2:
            assert time.time() < deadline, "the workers did not find their master"
            time.sleep(0.5)
        yield url, work
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(30)


def _rearrange(manifest: Path) -> None:
    """The same delivery with its files in another order, one of them in three pieces."""
    folder, told = manifest.parent, json.loads(manifest.read_text("utf-8"))
    listed = []
    for file in reversed(told["files"]):
        if not file["path"].endswith("motifs.csv"):
            listed.append(file)
            continue
        head, *rows = (folder / file["path"]).read_bytes().splitlines(keepends=True)
        for n in range(3):
            piece, path = rows[n::3], file["path"].replace(".csv", f"-{n + 1}.csv")
            (folder / path).write_bytes(b"".join([head, *piece]))
            listed.append(
                {**file, "path": path, "rows": len(piece), "sha256": hashlib.sha256(b"".join([head, *piece])).hexdigest()}
            )
    manifest.write_text(json.dumps({**told, "files": listed}), "utf-8")


def _submit(master: str, job: str, home: Path, *arguments: str) -> dict[str, object]:
    """A job by spark-submit; its closing JSON."""
    jars = ",".join(map(str, (ROOT / ".jars").glob("*.jar")))
    settings = {"spark.driver.host": "127.0.0.1", "spark.driver.memory": "2g", "spark.executor.memory": "1g", "spark.sql.shuffle.partitions": "2",
                "spark.databricks.delta.snapshotPartitions": "1", "spark.databricks.delta.writeChecksumFile.enabled": "false", "spark.ui.enabled": "false",
                "spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN", "spark.driver.extraJavaOptions": _QUICK,
                "spark.executor.extraJavaOptions": _QUICK}  # small data, as conf/spark/test.conf  # fmt: skip
    command = [
        str(SPARK / "bin/spark-submit"),
        "--master",
        master,
        "--properties-file",
        str(ROOT / "conf/spark/cluster.conf"),
        "--jars",
        jars,
    ]
    for name, value in settings.items():
        command += ["--conf", f"{name}={value}"]
    command += [str(ROOT / "jobs" / job), "--config", str(ROOT / "conf/test.yaml"), "--home", str(home), "--json", *arguments]
    environment = {
        **os.environ,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_HOME": str(SPARK),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_CONF_DIR": str(ROOT / "conf/spark"),
    }
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=home, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


@pytest.mark.cluster
def test_a_night_on_a_cluster_gives_the_same_silver(country: Country, cluster: tuple[str, Path], tmp_path: Path) -> None:
    """All deliveries in one batch, their files in another order, one file in three pieces."""
    master, logs = cluster
    for part in ("landing", "referentials"):
        shutil.copytree(country.home / part, tmp_path / part)
    for state in country.context.ledger.states():
        if state["state"] == "accepted":
            _rearrange(tmp_path / "landing" / state["folder"] / "manifest.json")
    (tmp_path / "vault").mkdir()
    shutil.copy(country.home / "vault" / "secret", tmp_path / "vault" / "secret")
    summary = _submit(master, "nightly.py", tmp_path)
    assert (summary["refused"], summary["outcome"]) == (13, "done")
    executors = list(logs.glob("w*/app-*/*/stderr"))
    assert executors and not any(
        " INFO " in log.read_text() for log in executors
    )  # the layout that keeps rows out of messages is theirs too
    other = Country(country.spark, tmp_path)
    for name in TRANSFORMATIONS:
        assert other.silver(name) == country.silver(name), name


@pytest.mark.cluster
@pytest.mark.verify
def test_an_extract_on_a_cluster_gives_the_same_events(linked: Country, cluster: tuple[str, Path], tmp_path: Path) -> None:
    for part in ("snds-extracts", "referentials"):
        shutil.copytree(linked.home / part, tmp_path / part)
    _submit(cluster[0], "load_snds.py", tmp_path, "--extract", str(tmp_path / "snds-extracts" / "sas"))
    other = Country(linked.spark, tmp_path)
    one, two = (c.context.tables.read("events.event").drop("batch_id") for c in (linked, other))
    assert one.exceptAll(two).count() == two.exceptAll(one).count() == 0 < one.count()
