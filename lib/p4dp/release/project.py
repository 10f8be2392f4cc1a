"""What a project may see: one file of conf/projects, checked before anything is read."""

from __future__ import annotations

import datetime as dt
import difflib
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from p4dp.contracts import TABLES
from p4dp.contracts.small_counts import SMALLEST
from p4dp.errors import UsageError

#: Layers of which rows may be released; vault and restricted never, claims as events only.
LAYERS = ("silver", "events", "gold")
#: Columns that name a patient, a professional, a practice, a delivery or a run, even as pseudonyms: none leaves.
IDENTIFIERS = (
    "practice_key", "practitioner_key", "author_key", "billing_key", "am_number", "rpps", "performer", "prescriber", "facility", "beneficiary_id", "encounter_id",
    "container_id", "delivery_id", "sequence", "extracted_on", "batch_id", "run_id", "source_slice", "p4dp_slice", "BEN_NIR_PSA", "BEN_RNG_GEM", "nir_status",
)  # fmt: skip
#: Columns of places, from fine to coarse.
PLACES = ("commune_code", "source_commune", "commune")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Population(_Strict):
    """Whom the project may see."""

    algorithm: str | None = None
    side: Literal["gp", "snds"] = "gp"
    born_from: int | None = None
    born_until: int | None = None
    linked: bool = False


class Coarsening(_Strict):
    """How much of dates and places leaves."""

    dates: Literal["day", "week", "month", "quarter", "year"] = "month"
    places: Literal["department", "none"] = "department"


class Disclosure(_Strict):
    """What a published count must hold."""

    smallest: Annotated[int, Field(ge=5)] = SMALLEST
    practices: Annotated[int, Field(ge=2)] = 3
    largest_share: Annotated[float, Field(gt=0, lt=1)] = 0.85


class Project(_Strict):
    """One project."""

    name: str = Field(pattern="^[a-z][a-z0-9-]{2,40}$")
    title: str
    legal_basis: str
    until: dt.date
    approvers: tuple[str, ...]
    population: Population = Population()
    period: tuple[dt.date, dt.date]
    tables: dict[str, tuple[str, ...]]
    coarsen: Coarsening = Coarsening()
    disclosure: Disclosure = Disclosure()

    @field_validator("legal_basis", "title")
    @classmethod
    def _told(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("is empty")
        return value

    @field_validator("approvers")
    @classmethod
    def _two(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len({v.strip().lower() for v in value if v.strip()}) < 2:
            raise ValueError("two different people must be able to approve")
        return value

    @model_validator(mode="after")
    def _known(self) -> Project:
        if self.period[0] > self.period[1]:
            raise ValueError("period ends before it begins")
        for name, columns in self.tables.items():
            if name not in TABLES or TABLES[name].layer not in LAYERS:
                near = difflib.get_close_matches(name, [n for n in TABLES if n.split(".")[0] in LAYERS], 1)
                raise ValueError(f"no table {name} can be released" + (f"; did you mean {near[0]}?" if near else ""))
            if name == "gold.review" or not {"patient_key", "beneficiary_id", "person_id"} & set(TABLES[name].names):
                raise ValueError(f"{name} cannot be released: it is not about people, or it is a review's own list")
            for column in columns:
                if column in IDENTIFIERS or column.endswith(("_key", "_id")):
                    raise ValueError(
                        f"{name}.{column} names a person, a practice or a record: no identifier leaves, even encrypted"
                    )
                if column not in TABLES[name].names:
                    near = difflib.get_close_matches(column, TABLES[name].names, 1)
                    raise ValueError(f"{name} has no column {column}" + (f"; did you mean {near[0]}?" if near else ""))
                if column in PLACES:
                    raise ValueError(f"{name}.{column}: places leave as departments only")
        return self


def load(file: Path) -> Project:
    """A project's file.

    Raises:
        UsageError: it is not there, or something in it may not be.
    """
    if not file.exists():
        raise UsageError(f"no project {file.stem}: {file} does not exist (docs/how-to/release-to-a-project.md)")
    try:
        found = Project.model_validate(yaml.safe_load(file.read_text("utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise UsageError(f"{file}: {where + ': ' if where else ''}{first['msg']}") from None
    if found.name != file.stem:
        raise UsageError(f"{file}: name is {found.name}, the file says {file.stem}")
    return found
