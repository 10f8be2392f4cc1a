"""One Spark session a process for all tests; pipe tables typed by a schema; a small country taken through two nights, once."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import pickle
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructType
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from p4dp.config import Config, load
from p4dp.pipeline import nightly
from p4dp.pipeline.context import Context
from p4dp.simulate.country import simulate
from p4dp.simulate.delivery import write
from p4dp.simulate.dialects import Files
from p4dp.simulate.extracts import simulate as simulate_claims
from p4dp.simulate.practice import Practice, Setting
from p4dp.storage.lease import Lease
from p4dp.storage.session import start

ROOT = Path(__file__).resolve().parent.parent
T = TypeVar("T")


#: Files of end_to_end whose tests run in one process, in their order: they use the same country, which is made once for all.
_TOGETHER = {"test_algorithms": "claims", "test_models": "claims", "test_changes": "nights", "test_cluster": "nights",
             "test_links": "links", "test_night": "links"}  # fmt: skip


def _group(file: Path) -> str | None:
    return _TOGETHER.get(file.stem) if file.parent.name == "end_to_end" else None


class _ByCountry(LoadScopeScheduling):
    """Deals tests to processes: those of one group together, the others one by one."""

    def _split_scope(self, nodeid: str) -> str:
        return _group(Path(nodeid.split("::")[0])) or nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    config.option.loadscopereorder = False
    return _ByCountry(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest first; nights and links later, when the other process has made the countries that they start from."""
    when = {"claims": 0, "spec": 1, "storage": 1, "nights": 2, "links": 3}
    items.sort(key=lambda i: when.get(_group(i.path) or i.path.parent.name, 4))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--cda", default=None, help="folder of official CDA documents")


def config_at(home: Path, *sets: str) -> Config:
    return load(ROOT / "conf" / "test.yaml", str(home), sets)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    session = start(config_at(tmp_path_factory.mktemp("session")), "tests")
    yield session
    session.stop()


@pytest.fixture
def pipe(spark: SparkSession):
    """A literal table: header, then rows; blank is null."""

    def make(schema: str, text: str) -> DataFrame:
        lines = [[cell.strip() or None for cell in line.strip().split("|")] for line in text.strip().splitlines()]
        names, rows = lines[0], lines[1:]
        cells = {n: pa.array([r[k] for r in rows], pa.string()) for k, n in enumerate(names)}
        wanted = StructType.fromDDL(schema)
        return spark.createDataFrame(pa.table(cells)).selectExpr(
            *[f"CAST(`{f.name}` AS {f.dataType.simpleString()}) AS `{f.name}`" for f in wanted if f.name in names]
        )

    return make


class Country:
    """A simulated country and a context that writes to it."""

    def __init__(self, spark: SparkSession, home: Path) -> None:
        self.spark, self.home, self.config = spark, home, config_at(home)

    def setting(self, **changes: object) -> Setting:
        return Setting(**{"seed": 1, "patients": 260, "practices": 3, "years": 1, "nights": 2,  # type: ignore[arg-type]
                          "landing": self.config.at(self.config.roots.landing), **changes})  # fmt: skip

    def simulate(self, **changes: object) -> None:
        simulate(self.spark, self.setting(**changes), self.home, 2)

    def night(self, until: dt.date | None = None) -> dict[str, object]:
        with self.lease() as lease:
            return nightly.run(Context.of(self.config, self.spark, lease), until)

    def lease(self) -> Lease:
        return Lease(self.home / "logs" / "lease", self.config.lease.stale_after)

    @property
    def context(self) -> Context:
        return Context.of(self.config, self.spark)

    def identities(self) -> tuple[set[str], list[dt.date]]:
        """Names, numbers, addresses and days of birth of the people behind the patients, as they were planted in words and laboratory lines too."""
        people = {p.number: p for n in range(3) for p in Practice(self.setting(), n).people.values()}.values()
        births = [p.birth for p in people if p.birth.year < 2000]
        wanted = {w for p in people for w in (p.nir, p.nir[:13], p.family_name, p.birth_name, p.street) if len(w) > 5}
        return wanted | {f"{birth:{form}}" for birth in births for form in ("%d/%m/%Y", "%Y-%m-%d")}, births

    def silver(self, name: str) -> list[tuple[object, ...]]:
        """All rows of a table, provenance aside, in order."""
        from p4dp.contracts import table
        from p4dp.contracts.core import PROVENANCE

        columns = ", ".join(f'"{c}"' for c in table(f"silver.{name}").names if c not in PROVENANCE)
        rows = self.context.tables.ask(f"SELECT {columns} FROM {{t}}", t=f"silver.{name}")
        return sorted((tuple(r.values()) for r in rows), key=repr)


@pytest.fixture(scope="session")
def starting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """The port and folder of a tracking server that comes up while others wait for something else."""
    folder = tmp_path_factory.mktemp("mlflow")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--backend-store-uri", f"sqlite:///{folder}/mlflow.db",
               "--artifacts-destination", str(folder / "artifacts"), "--workers", "1"]  # fmt: skip
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
        try:
            yield port, folder
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="session")
def server(starting: tuple[int, Path]) -> tuple[str, Path]:
    """A real tracking server: SQLite, artifacts by proxy, on 127.0.0.1; its address and folder."""
    port, folder = starting
    deadline = time.time() + 90
    while time.time() < deadline:
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.5)
    return f"http://127.0.0.1:{port}", folder


def _two_nights(made: Country, official: str | None) -> tuple[dict[str, object], dict[str, object]]:
    """Simulates the country and takes it through two nights; their summaries."""
    shutil.rmtree(made.home, ignore_errors=True)  # what another process left that did not come to its end
    made.home.mkdir()
    made.simulate()
    first = made.night(dt.date(2026, 1, 5))
    if official:
        files: Files = {
            f"documents/{n}.xml": (p.read_bytes(), "mixed", 1) for n, p in enumerate(sorted(Path(official).glob("*.xml")))
        }
        with (made.home / "landing" / "practices.jsonl").open("a", encoding="utf-8") as registry:
            own = {"practice_id": "P90000", "software": "dossia", "commune": "13055", "joined_on": "2025-12-01"}
            registry.write(json.dumps(own) + "\n")
        write(made.home / "landing", "dossia", "P90000", 1, dt.date(2026, 1, 6), True, files)
    return first, made.night()


def copied(home: Path, to: Path) -> None:
    """Copies a home that tests of another process may be looking at: their lease is not taken along."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(home, to, ignore=shutil.ignore_patterns("lease*"))


def _once(shared: Path, name: str, make: Callable[[], T]) -> T:
    """What the first process that asks has made, or what it told of it."""
    told = shared / f"{name}.told"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            told.write_bytes(pickle.dumps(make()))
    return pickle.loads(told.read_bytes())  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A folder of all processes."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if hasattr(request.config, "workerinput") else own


@pytest.fixture(scope="session")
def country(spark: SparkSession, shared: Path, request: pytest.FixtureRequest) -> Country:
    """Two nights of a small country with planted defects; tests read it and leave it as it is.

    With --cda, the second night brings the official documents too, as a delivery of a practice of their own.
    """
    made = Country(spark, shared / "country")
    made.first, made.second = _once(shared, "country", lambda: _two_nights(made, request.config.getoption("--cda")))  # type: ignore[attr-defined]
    return made


@pytest.fixture(scope="session")
def linked(country: Country, shared: Path) -> Country:
    """The same country with the claims of its people, which the next night loads and links; tests read it and leave it as it is."""
    made = Country(country.spark, shared / "linked")

    def third() -> dict[str, object]:
        copied(country.home, made.home)
        simulate_claims(made.spark, made.setting(), made.home, "sas", 2, 2)
        return made.night()

    made.third = _once(shared, "linked", third)  # type: ignore[attr-defined]
    return made
