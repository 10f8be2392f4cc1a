"""link other: the correspondence with another warehouse that knows people by name, made inside the vault from one YAML file."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pyspark.sql import functions as F

from p4dp.contracts.small_counts import shown
from p4dp.errors import UsageError
from p4dp.linkage import traits
from p4dp.models import tracking, trait_linkage
from p4dp.pipeline.context import Context
from p4dp.storage.ledger import now


class Columns(BaseModel):
    """Names of the other list's columns; what it lacks is left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    family_name: str
    given_names: str
    birth_date: str
    birth_name: str | None = None
    sex: str | None = None
    birth_place: str | None = None
    commune: str | None = None
    address: str | None = None

    @model_validator(mode="after")
    def _each_once(self) -> Columns:
        named = [v for v in self.model_dump().values() if v]
        if twice := sorted({v for v in named if named.count(v) > 1}):
            raise ValueError(f"{', '.join(twice)} is named for two traits; leave one of them out")
        return self


class Other(BaseModel):
    """Another warehouse's list of people.

    Attributes:
        name: of the correspondence.
        file: delimited text, relative to the YAML file; it holds names and belongs in the vault.
        least_probability: below which a pair is no link.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(pattern="[a-z][a-z0-9_]*")
    file: str
    delimiter: str = ";"
    encoding: str = "utf-8"
    columns: Columns
    least_probability: float = Field(0.9, gt=0, lt=1)


def load(path: Path) -> Other:
    """The description of another list.

    Raises:
        UsageError: the file is missing or says something unknown.
    """
    if not path.exists():
        raise UsageError(f"no file {path}: describe the other list as in docs/how-to/link-patients.md")
    try:
        return Other(**yaml.safe_load(path.read_text("utf-8")))
    except (yaml.YAMLError, TypeError):
        raise UsageError(f"{path}: not readable as YAML") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def _theirs(other: Other, path: Path) -> pd.DataFrame:
    file = path.parent / other.file
    if not file.exists():
        raise UsageError(f"{path.name}: no file {file}")
    try:
        rows = pd.read_csv(file, sep=other.delimiter, dtype=str, encoding=other.encoding, keep_default_na=False)
    except (UnicodeDecodeError, pd.errors.ParserError):
        raise UsageError(f"{file}: not readable as {other.encoding} text with '{other.delimiter}' between fields") from None
    named = {k: v for k, v in other.columns.model_dump().items() if v}
    if missing := [c for c in named.values() if c not in rows]:
        # what stands in the first line is not told: without a header it is a person
        raise UsageError(
            f"{file}: no column {', '.join(missing)} among the {len(rows.columns)} of its first line: is the header there, and the delimiter '{other.delimiter}'?"
        )
    if rows[other.columns.id].duplicated().any():
        raise UsageError(f"{file}: {other.columns.id} is not unique")
    frame = rows[list(named.values())].rename(columns={v: k for k, v in named.items()}).reindex(columns=list(Columns.model_fields))
    return _persons(frame, "id")


def _persons(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    """Traits in their one form, with unique_id."""
    names = ("family_name", "birth_name", "given_names", "birth_date", "sex", "birth_place", "commune", "address")
    columns = [[None if pd.isna(v) or v == "" else str(v) for v in rows[n]] for n in names]
    made = [traits.person(*values) for values in zip(*columns, strict=True)]
    return pd.DataFrame(made, columns=list(traits.TRAITS)).assign(unique_id=rows[key].to_numpy())


def run(context: Context, path: Path) -> dict[str, Any]:
    """Writes vault/correspondence/<name>.csv (patient_key, their number, probability) and nothing else; returns the closing summary.

    Raises:
        UsageError: the description or the list is wrong, or the vault holds no patient.
        NotEnoughToLink: too few people on a side.
    """
    other, tables = load(path), context.tables
    published = context.ledger.published()
    if not tables.exists("vault.patient") or "silver.patient" not in published:
        raise UsageError("no patients yet: p4dp nightly")
    theirs = _theirs(other, path)
    tables.log(
        "ops.access",
        [{"account": getpass.getuser(), "command": "link other", "object": "vault.patient", "purpose": other.name, "at": now()}],
    )
    wanted = ("family_name", "birth_name", "given_names", "birth_date", "sex", "birth_place", "commune", "address")
    # who has left a practice is not told of
    present = tables.read("silver.patient", published["silver.patient"]).select("patient_key")
    told = tables.read("vault.patient").join(present, "patient_key", "left_semi")
    last = told.groupBy("patient_key", "practice_id").agg(F.max_by(F.struct(*wanted), "sequence").alias("p"))
    held = last.select("patient_key", "practice_id", "p.*").toPandas()
    ours = _persons(held, "patient_key").assign(list=held["practice_id"].to_numpy())
    with tracking.tracked(
        context.config, "linkage", f"other {other.name}", {"vault.patient": tables.version("vault.patient")}
    ) as mlrun:
        found = trait_linkage.link(ours, theirs, other.least_probability)
        mlrun.params({"method": "other", "least_probability": other.least_probability})
        mlrun.metrics({k: shown(n) for k, n in (("ours", len(ours)), ("theirs", len(theirs)), ("linked", len(found)))})
    folder = Path(context.config.at(context.config.roots.vault)) / "correspondence"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / f"{other.name}.csv"
    renamed = found.rename(columns={"ours": "patient_key", "theirs": other.columns.id})
    file.touch(mode=0o600)
    renamed[["patient_key", other.columns.id, "probability"]].to_csv(file, sep=";", index=False)
    return {"correspondence": str(file), "run_id": mlrun.run_id, "ours": len(ours), "theirs": len(theirs), "linked": len(found)}
