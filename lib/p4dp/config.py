"""Configuration: base.yaml, overrides of one environment, P4DP__SECTION__KEY, --set. Unknown keys are errors."""

from __future__ import annotations

import datetime as dt
import difflib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_origin

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from p4dp.errors import UsageError


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Spark(_Section):
    """Spark settings of a process that is not started by spark-submit."""

    properties: str
    jars: str


class Roots(_Section):
    """Where each kind of data lies; the vault and restricted may be other file systems with other accounts."""

    landing: str
    extracts: str
    vault: str
    warehouse: str
    restricted: str
    release: str
    logs: str
    truth: str


class Referentials(_Section):
    """Files that the site provides; a missing drug or commune file is reported and does without."""

    drugs: str
    communes: str
    long_term: str
    practices: str


class Vault(_Section):
    """The pseudonyms' secret."""

    secret_file: str
    key_version: int
    create_secret: bool


class Batch(_Section):
    """Bounds of one batch."""

    max_deliveries: int
    split_tasks: int
    parallel_tables: int


class Quality(_Section):
    """What is tolerated."""

    tolerance: float
    min_rows: int
    zero_tolerance: tuple[str, ...]


class Snds(_Section):
    """Choices that published sources dispute; each with its default and reason in base.yaml."""

    finess_twice: tuple[str, ...]
    finess_twice_until: str
    keep_stays_for_others: bool
    emergency_acts: tuple[str, ...]
    complete_after_months: int
    coverage: dict[
        Annotated[str, Field(pattern="^(general|agricultural|self_employed|other)$")], tuple[dt.date | None, dt.date | None]
    ]


class Algorithms(_Section):
    """A site's own algorithms."""

    folders: tuple[str, ...]
    nightly: bool


class Models(_Section):
    """Models that the night trains anew: name → days after which its last version is too old. What is trained is a candidate; promotion stays a decision."""

    retrain_after: dict[str, int]


class Linkage(_Section):
    """Which patient is which beneficiary."""

    regime: Literal["A", "B", "C", "D"]
    precision: float = Field(gt=0, le=1)
    margin: float
    most_pairs: int
    keep: int
    sample_patients: int
    correspondence: str
    nightly: bool
    without: list[Literal["visits", "drugs", "analyses", "place", "birth_month", "death"]]


class Mlflow(_Section):
    """Where runs are tracked."""

    uri: str


class Lease(_Section):
    """The lock of a home."""

    stale_after: float


class Retention(_Section):
    """How long transient data stay."""

    outbox_days: int


class Simulate(_Section):
    """Work of the simulated country."""

    partitions: int
    snds_dialect: str
    clear_practitioners: bool


class Config(_Section):
    """All settings. `at` turns a path of the configuration into one below home; `beside` into one beside base.yaml."""

    home: str
    sources: str
    expectations: str
    spark: Spark
    roots: Roots
    referentials: Referentials
    vault: Vault
    batch: Batch
    quality: Quality
    snds: Snds
    linkage: Linkage
    algorithms: Algorithms
    models: Models
    mlflow: Mlflow
    lease: Lease
    retention: Retention
    simulate: Simulate
    folder: str = ""

    def at(self, path: str) -> str:
        """A path of the configuration, below home unless it has a root of its own."""
        return path if "://" in path else str(Path(self.home).absolute() / path)

    def beside(self, path: str) -> Path:
        """A path relative to the configuration folder."""
        return (Path(self.folder) / path).resolve()


def _free(model: type[BaseModel], inside: str = "") -> set[str]:
    """Settings whose keys are the user's own: schemes, models."""
    out = set()
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            out |= _free(kind, f"{inside}{name}.")
        elif get_origin(kind) is dict:
            out.add(f"{inside}{name}")
    return out


def _merge(into: dict[str, Any], other: Mapping[str, Any], origin: str, inside: str = "") -> None:
    for key, value in other.items():
        name = f"{inside}{key}"
        if key not in into:
            near = difflib.get_close_matches(str(key), list(into), 1)
            hint = f"; did you mean {inside}{near[0]}?" if near else f"; known here: {', '.join(into)}"
            raise UsageError(f"{origin}: no setting {name}{hint}")
        if isinstance(into[key], dict):
            if not isinstance(value, Mapping):
                raise UsageError(f"{origin}: {name} is a section, give {name}.KEY")
            if name in _free(Config):
                into[key] = {**into[key], **value}
            else:
                _merge(into[key], value, origin, f"{name}.")
        else:
            into[key] = value


def _nested(keys: list[str], text: str) -> dict[str, Any]:
    value: Any = yaml.safe_load(text)
    for key in reversed(keys):
        value = {key: value}
    return dict(value)


def load(file: Path, home: str | None = None, sets: Iterable[str] = (), environment: Mapping[str, str] = os.environ) -> Config:
    """Settings of one environment.

    Raises:
        UsageError: a file that is missing or unreadable, an unknown key (with the nearest one), a value of the wrong type.
    """
    base = file.parent / "base.yaml"
    settings: dict[str, Any] = {}
    for path in (base, file):
        if not path.exists():
            raise UsageError(f"no configuration {path}")
        try:
            content = yaml.safe_load(path.read_text("utf-8")) or {}
        except yaml.YAMLError:
            raise UsageError(f"{path}: not readable as YAML") from None
        if path == base:
            settings = content
        if path != base:
            _merge(settings, content, path.name)
    for name, text in sorted(environment.items()):
        if name.startswith("P4DP__"):
            _merge(settings, _nested(name.removeprefix("P4DP__").lower().split("__"), text), name)
    for given in sets:
        key, equals, text = given.partition("=")
        if not equals:
            raise UsageError(f"--set {given}: write key=value")
        _merge(settings, _nested(key.split("."), text), f"--set {given}")
    if home:
        settings["home"] = home
    try:
        return Config(**settings, folder=str(file.parent.absolute()))
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"{file.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
