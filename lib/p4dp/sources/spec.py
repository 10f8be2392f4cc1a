"""A software, as declared by one file of conf/sources: files, columns, words."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from p4dp.contracts import TABLES
from p4dp.contracts.bronze.base import fields_of
from p4dp.errors import UsageError

_IDENTITY = {
    "patient": (
        "patient_id",
        "nir",
        "family_name",
        "birth_name",
        "given_names",
        "sex",
        "birth_date",
        "birth_place",
        "address",
        "postal_code",
        "commune",
        "death_date",
    ),
    "practitioner": ("practitioner_id", "name", "am_number", "rpps", "role", "specialty", "valid_from", "valid_to"),
}
_NUMBERED = re.compile(r"-[0-9]+(\.[a-z]+)$")
_OF_ANY = ("record_id", "patient_id", "op")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Mapped(_Strict):
    """Names of the software → fields of a record kind."""

    record: str
    columns: dict[str, str]
    constants: dict[str, str] = Field(default_factory=dict)

    def header_of(self, field: str) -> str | None:
        """The header that fills a field."""
        return next((h for h, f in self.columns.items() if f == field), None)


class NestedSpec(_Mapped):
    """An array inside a JSON record."""


class FileSpec(_Mapped):
    """One kind of file of the software.

    Args:
        record: the record kind (a bronze table), or patient, practitioner in the identity part.
        columns: header or JSON name → field of the record kind.
        required: headers without which the delivery is refused; others may be missing (null, and a note).
        constants: fields that the software never writes because they are always the same.
        nested: arrays inside a JSON record: name → records of another kind.
    """

    required: tuple[str, ...] = ()
    nested: dict[str, NestedSpec] = Field(default_factory=dict)


class SourceSpec(_Strict):
    """One software.

    Args:
        reader: delimited, jsonl or cda.
        identity: files of the identity part, by name inside identity/.
        medical: files of the medical part, by name inside medical/.
        never_landed: files that exist in deliveries and must not enter the platform (the doctor's personal notes).
        values: `kind.field` → word of the software → standard word (or `SYSTEM:code` for `kind.code`).
        tolerance: share of a delivery's rows that may be quarantined before the delivery is left out.
        zero_tolerance: codes of row rules of which one broken row leaves the delivery out, beside those of quality.zero_tolerance.
    """

    software: str
    description: str = ""
    reader: Literal["delimited", "jsonl", "cda"]
    encoding: Literal["utf-8", "iso-8859-1"] = "utf-8"
    delimiter: str = ";"
    identity: dict[str, FileSpec] = Field(default_factory=dict)
    medical: dict[str, FileSpec] = Field(default_factory=dict)
    never_landed: tuple[str, ...] = ()
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    tolerance: float | None = None
    zero_tolerance: tuple[str, ...] = ()

    def spec_of(self, part: str, name: str) -> FileSpec | None:
        """The declaration of a file by its name inside the identity or the medical part; a.csv may come as a-1.csv, a-2.csv …"""
        declared = self.identity if part == "identity" else self.medical
        return declared.get(name) or declared.get(_NUMBERED.sub(r"\1", name))

    def is_never_landed(self, name: str) -> bool:
        """Whether a file, or the file that it is a piece of, must not enter the platform."""
        return name in self.never_landed or _NUMBERED.sub(r"\1", name) in self.never_landed

    @model_validator(mode="after")
    def _names_exist(self) -> SourceSpec:
        for name, spec in self.identity.items():
            if spec.record not in _IDENTITY:
                raise ValueError(f"identity file {name}: record is patient or practitioner, not {spec.record}")
            _known(name, spec.columns.values(), _IDENTITY[spec.record])
        for name, spec in self.medical.items():
            _known(name, [*spec.columns.values(), *spec.constants], _fields(name, spec.record))
            for inner, child in spec.nested.items():
                _known(f"{name}/{inner}", [*child.columns.values(), *child.constants], _fields(name, child.record))
        return self


def _fields(where: str, record: str) -> tuple[str, ...]:
    table = TABLES.get(f"bronze.{record}")
    if table is None:
        near = difflib.get_close_matches(record, [t.split(".")[1] for t in TABLES if t.startswith("bronze.")], 1)
        raise ValueError(f"{where}: no record kind {record}" + (f"; did you mean {near[0]}?" if near else ""))
    return (*_OF_ANY, *(c.name for c in fields_of(table)), *table.texts)


def _known(where: str, used: object, allowed: tuple[str, ...]) -> None:
    for field in used:  # type: ignore[attr-defined]
        if field not in allowed:
            near = difflib.get_close_matches(field, allowed, 1)
            raise ValueError(f"{where}: no field {field}" + (f"; did you mean {near[0]}?" if near else ""))


def load(folder: Path) -> dict[str, SourceSpec]:
    """Every software of a folder, by name.

    Raises:
        UsageError: a file that cannot be read or names what does not exist: which file, what, and the nearest name.
    """
    found: dict[str, SourceSpec] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            spec = SourceSpec.model_validate(yaml.safe_load(path.read_text("utf-8")))
        except (ValidationError, yaml.YAMLError) as error:
            first = error.errors()[0] if isinstance(error, ValidationError) else None
            what = f"{'.'.join(map(str, first['loc']))}: {first['msg']}" if first else "not readable as YAML"
            raise UsageError(f"{path.name}: {what}") from None
        if spec.software != path.stem:
            raise UsageError(f"{path.name}: software is {spec.software}; name file and software alike")
        found[spec.software] = spec
    if not found:
        raise UsageError(f"no source in {folder}: add one YAML file per software (docs/how-to/add-a-software.md)")
    return found
