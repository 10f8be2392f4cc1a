"""What an algorithm is, and what it reads.

An algorithm declares its question, inputs, parameters, limits and references, and has one pure function per side: `gp` (records of practices) and
`snds` (claims). Both read the same two frames, so that one function often serves for both:

people    one row per person: person, sex, birth_year, birth_month, death_date, observed_from, observed_until, and practice and department for reports
mentions  one row per record that a code list matches: person, code_list, origin, role, code, day, until, value (standard unit), quantity
"""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib
import importlib.util
import pkgutil
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from p4dp.errors import UsageError

PEOPLE = "person string, sex string, birth_year int, birth_month int, death_date date, observed_from date, observed_until date, practice string, department string"
MENTIONS = "person string, code_list string, origin string, role string, code string, day date, until date, value double, quantity double, stay string"
FINDINGS = "person string, start_date date, end_date date, category string, value double, criteria array<string>"
SIDES = ("gp", "snds")
_TRUTH = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Parameter:
    """One parameter: its default, what it means, and what it may be."""

    default: float | int | str | bool
    sentence: str
    between: tuple[float, float] | None = None
    choices: tuple[str, ...] = ()

    def parsed(self, name: str, text: str | float | bool) -> float | int | str | bool:
        """A value given as text, in the default's type.

        Raises:
            UsageError: not of the type, out of range, or not among the choices.
        """
        kind = type(self.default)
        try:
            value = _TRUTH[str(text).lower()] if kind is bool else kind(text)
        except (ValueError, KeyError):
            wanted = {bool: "true or false", int: "a whole number", float: "a number"}.get(kind, "a word")
            raise UsageError(f"{name}={text}: {wanted} is needed") from None
        if self.between and not self.between[0] <= float(value) <= self.between[1]:
            raise UsageError(f"{name}={text}: between {self.between[0]} and {self.between[1]}")
        if self.choices and value not in self.choices:
            raise UsageError(f"{name}={text}: one of {', '.join(self.choices)}")
        return value


@dataclass(frozen=True)
class Inputs:
    """What one side's function may read. `as_of` is the last day that counts."""

    people: DataFrame
    all_mentions: DataFrame
    as_of: dt.date
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def mentions(self, *code_lists: str) -> DataFrame:
        """Mentions of some code lists up to `as_of`; a problem whose beginning is not known has no day and counts."""
        chosen = self.all_mentions.where(F.col("code_list").isin(*code_lists))
        return chosen.where(F.col("day").isNull() | (F.col("day") <= F.lit(self.as_of)))

    def __getitem__(self, name: str) -> Any:
        return self.parameters[name]

    @property
    def age(self) -> Column:
        """Age in years at `as_of`, on a frame with birth_year and birth_month."""
        month = F.coalesce("birth_month", F.lit(7))
        return F.floor(F.months_between(F.lit(self.as_of), F.make_date("birth_year", month, F.lit(15))) / 12).cast("int")


Function = Callable[[Inputs], DataFrame]


@dataclass(frozen=True)
class Algorithm:
    """An algorithm that can be run, compared, registered and reused.

    Args:
        name: lower-case words; the registered model has the same.
        version: rises with every change that may change a row.
        kind: phenotype (a person has it or not), episode (several per person), score (a number per person) or gap (what was not done).
        question: what it answers.
        population: among whom.
        sides: `gp` and `snds` → function from `Inputs` to rows of FINDINGS.
        code_lists: names of the lists it uses (code_lists/NAME.yaml).
        parameters: name → Parameter.
        output: what one row is.
        limits: what it cannot see.
        references: where the rule comes from.
        validated: how it was validated; mechanical figures come from simulated countries and say nothing of clinical truth.
        flag: CNAM's own disease flag (column of CT_IND) to compare with.
        source: the text of the file that declares it; filled in when it is loaded.
    """

    name: str
    version: int
    kind: str
    question: str
    population: str
    sides: Mapping[str, Function]
    code_lists: tuple[str, ...]
    output: str
    limits: str
    references: tuple[str, ...]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    validated: str = "Simulated countries only: mechanical, not clinical accuracy. No chart review yet."
    flag: str = ""
    source: str = field(default="", repr=False, compare=False)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or self.version < 1:
            raise UsageError(f"algorithm {self.name!r}: a name in lower case with underscores, and a version from 1")
        if self.kind not in ("phenotype", "episode", "score", "gap"):
            raise UsageError(f"algorithm {self.name}: kind is phenotype, episode, score or gap")
        if not self.sides or set(self.sides) - set(SIDES):
            raise UsageError(f"algorithm {self.name}: sides are gp, snds or both")
        for text in ("question", "population", "output", "limits"):
            if not getattr(self, text):
                raise UsageError(f"algorithm {self.name}: {text} is empty")

    def settings(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """All parameters, with those given in place of their defaults.

        Raises:
            UsageError: an unknown parameter or a bad value.
        """
        if unknown := set(given) - set(self.parameters):
            known = ", ".join(self.parameters) or "none"
            raise UsageError(f"algorithm {self.name} has no parameter {', '.join(sorted(unknown))}; it has {known}")
        return {n: p.parsed(n, given[n]) if n in given else p.default for n, p in self.parameters.items()}

    def run(
        self, side: str, people: DataFrame, mentions: DataFrame, as_of: dt.date, given: Mapping[str, Any] | None = None
    ) -> DataFrame:
        """Findings of one side, in the columns of FINDINGS.

        Raises:
            UsageError: the algorithm has no such side, a bad parameter, or its function gives other columns.
        """
        if side not in self.sides:
            raise UsageError(f"algorithm {self.name} has no side {side}; it has {', '.join(self.sides)}")
        rows = self.sides[side](Inputs(people, mentions, as_of, self.settings(given or {})))
        wanted = [part.split()[0] for part in FINDINGS.split(", ")]
        if lacking := [c for c in wanted if c not in rows.columns]:
            raise UsageError(f"algorithm {self.name}: its function gives no {', '.join(lacking)}")
        types = dict(part.split(" ", 1) for part in FINDINGS.split(", "))
        return rows.select(*(F.col(c).cast(types[c]).alias(c) for c in wanted))


def card(algorithm: Algorithm, lists: Mapping[str, Any]) -> str:
    """What a reader must know of an algorithm, as markdown."""
    lines = [f"# {algorithm.name} (version {algorithm.version})", "", algorithm.question, "", f"**Kind**: {algorithm.kind}. **Among**: {algorithm.population}",
             f"**Sides**: {', '.join(algorithm.sides)}. **One row**: {algorithm.output}", "", "## Parameters", ""]  # fmt: skip
    lines += [f"- `{n}` = {p.default}: {p.sentence}" for n, p in algorithm.parameters.items()] or ["none"]
    lines += ["", "## Code lists", ""]
    for name in algorithm.code_lists:
        found = lists[name]
        codes = "; ".join(f"{system} {', '.join(values)}" for system, values in found.codes.items())
        lines.append(f"- **{name}** version {found.version}, {found.status}: {codes if len(codes) < 400 else codes[:400] + ' …'}")
        lines += [f"  - source: {s}" for s in found.source]
    lines += [
        "",
        "## Limits",
        "",
        algorithm.limits,
        "",
        "## References",
        "",
        *[f"- {r}" for r in algorithm.references],
        "",
        "## Validation",
        "",
        algorithm.validated,
    ]
    return "\n".join(lines) + "\n"


def code_of(source: str) -> str:
    """A hash of the text that declares an algorithm and of everything that it may use: this package."""
    digest = hashlib.sha256(source.encode())
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _declared(module: Any) -> Algorithm | None:
    found = getattr(module, "ALGORITHM", None)
    return replace(found, source=Path(module.__file__).read_text("utf-8")) if isinstance(found, Algorithm) else None


def library() -> dict[str, Algorithm]:
    """The algorithms of the package's library, by name."""
    package = importlib.import_module("p4dp.algorithms.library")
    modules = [importlib.import_module(f"{package.__name__}.{info.name}") for info in pkgutil.iter_modules(package.__path__)]
    return {a.name: a for a in map(_declared, modules) if a is not None}


def from_folder(folder: Path) -> dict[str, Algorithm]:
    """Algorithms of a scientist's own folder: one Python file each, which declares ALGORITHM.

    Raises:
        UsageError: the folder is missing, a file cannot be imported or declares none, or two have one name.
    """
    if not folder.is_dir():
        raise UsageError(f"no folder {folder} of algorithms")
    out: dict[str, Algorithm] = {}
    for file in sorted(folder.glob("*.py")):
        if file.name.startswith("_"):
            continue
        spec = importlib.util.spec_from_file_location(
            f"p4dp_own_{hashlib.sha256(str(file.resolve()).encode()).hexdigest()[:8]}_{file.stem}", file
        )
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            raise UsageError(f"{file}: {type(error).__name__}: {error}") from error
        found = _declared(module)
        if found is None:
            raise UsageError(f"{file} declares no ALGORITHM")
        if found.name in out:
            raise UsageError(f"{file}: {out[found.name].name} is declared twice")
        out[found.name] = found
    return out
