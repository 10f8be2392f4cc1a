"""Code lists: one YAML file each, with version, status and source; matched by prefix, as equality joins.

status  SOURCED (the text of the source was read), PARTIAL (part of it), PROPOSAL (our own choice: a doctor must sign it)
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from p4dp.errors import UsageError

STATUSES = ("SOURCED", "PARTIAL", "PROPOSAL")
#: Systems whose codes are matched whole, and those of which a code stands for all that begin with it.
_WHOLE = ("LOINC", "CISP-2", "ALD", "habit", "NABM", "CCAM", "NGAP", "UCD", "ACT", "SNOMED CT", "local")
_BY_PREFIX = ("CIM-10", "ATC", "GHM")
_FOLDER = Path(__file__).parent / "code_lists"


@dataclass(frozen=True)
class CodeList:
    """One list: system → codes, and codes that are not meant although a longer prefix would take them in."""

    name: str
    version: int
    status: str
    source: tuple[str, ...]
    codes: Mapping[str, tuple[str, ...]]
    exclude: Mapping[str, tuple[str, ...]]

    def rows(self) -> list[tuple[str, str, str, str | None]]:
        """(system, prefix, list, pattern of what is left out); prefixes that a shorter one of the list covers are left out."""
        out: list[tuple[str, str, str, str | None]] = []
        for system, codes in self.codes.items():
            without = "|".join(self.exclude.get(system, ()))
            for code in codes:
                if system in _WHOLE or not any(code != other and code.startswith(other) for other in codes):
                    out.append((system, code, self.name, f"^({without})" if without else None))
        return out


def _read(name: str, told: Mapping[str, Any]) -> CodeList:
    try:
        codes = {str(s): tuple(map(str, c)) for s, c in told["codes"].items()}
        exclude = {str(s): tuple(map(str, c)) for s, c in told.get("exclude", {}).items()}
        found = CodeList(name, int(told["version"]), str(told["status"]), tuple(told["source"]), codes, exclude)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UsageError(f"code list {name}: needs version, status, source and codes ({error})") from None
    if found.status not in STATUSES:
        raise UsageError(f"code list {name}: status is {', '.join(STATUSES)}")
    for system, listed in [*told["codes"].items(), *told.get("exclude", {}).items()]:
        if system not in (*_WHOLE, *_BY_PREFIX):
            near = difflib.get_close_matches(str(system), (*_WHOLE, *_BY_PREFIX), 1)
            raise UsageError(f"code list {name}: no code system {system}" + (f"; did you mean {near[0]}?" if near else ""))
        if not isinstance(listed, list) or not listed:
            raise UsageError(f"code list {name}: the codes of {system} are a list with at least one code")
    return found


def load(*folders: Path) -> dict[str, CodeList]:
    """Every list of the package and of other folders; a file may hold one list, or several under `lists` (named file.list).

    Raises:
        UsageError: a list without version, status, source or codes, a system that does not exist, two lists of one name.
    """
    out: dict[str, CodeList] = {}
    for folder in (_FOLDER, *folders):
        for file in sorted(folder.glob("*.yaml")):
            told = yaml.safe_load(file.read_text("utf-8"))
            several = told.get("lists")
            shared = {k: told[k] for k in ("version", "status", "source") if k in told}
            named = {f"{file.stem}.{n}": {**shared, "codes": c} for n, c in several.items()} if several else {file.stem: told}
            for name, one in named.items():
                if name in out:
                    raise UsageError(f"{file}: {name} is the name of a code list that exists; choose another")
                out[name] = _read(name, one)
    return out


def fingerprint(lists: Iterable[CodeList]) -> str:
    """A hash of what lists hold."""
    text = repr(sorted((c.name, c.version, sorted(c.codes.items()), sorted(c.exclude.items())) for c in lists))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Matcher:
    """Matches records with lists: one equality join on (system, prefix) with a small table that is sent to every task."""

    def __init__(self, spark: SparkSession, lists: Iterable[CodeList]) -> None:
        rows = [r for one in lists for r in one.rows()]
        self._lookup = F.broadcast(spark.createDataFrame(rows, "_system string, _prefix string, code_list string, _without string"))
        self._lengths: dict[str, list[int]] = {}
        for system, prefix, _, _ in rows:
            if system not in _WHOLE:
                self._lengths[system] = sorted({*self._lengths.get(system, []), len(prefix)})
        self.systems = sorted({r[0] for r in rows})

    def mentions(self, records: DataFrame) -> DataFrame:
        """Records (system, code, …) that a list takes, with `code_list`; a record of two lists is two mentions."""
        prefixes = F.array("code")
        for system, lengths in self._lengths.items():
            cut = F.array_distinct(F.array(*(F.substring("code", 1, n) for n in lengths)))
            prefixes = F.when(F.col("system") == system, cut).otherwise(prefixes)
        known = records.where(F.col("code").isNotNull() & F.col("system").isin(*self.systems))
        asked = known.withColumn("_asked", F.explode(prefixes))
        found = asked.join(self._lookup, (F.col("system") == F.col("_system")) & (F.col("_asked") == F.col("_prefix")))
        kept = found.where(F.col("_without").isNull() | ~F.rlike("code", F.col("_without")))
        return kept.drop("_asked", "_system", "_prefix", "_without")
