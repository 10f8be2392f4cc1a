"""link other: the correspondence with another warehouse that knows people by name, made inside the vault from one YAML file."""

from __future__ import annotations

import getpass
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from pyarrow import csv
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from p4dp.contracts.small_counts import portions, shown
from p4dp.errors import UsageError
from p4dp.identity.persons import persons
from p4dp.linkage import traits
from p4dp.models import tracking, trait_linkage
from p4dp.pipeline.context import Context
from p4dp.storage.ledger import now

#: Traits as either list tells them, in the order of traits.person.
_TOLD = ("family_name", "birth_name", "given_names", "birth_date", "sex", "birth_place", "commune", "address")
#: People in the one form.
_FIELDS = ", ".join(
    ["unique_id string", *(f"{t} {'array<string>' if t in traits.LISTS else 'string'}" for t in traits.TRAITS), "list string"]
)
_SCHEMA = pa.schema([
    ("unique_id", pa.string()), *((t, pa.list_(pa.string()) if t in traits.LISTS else pa.string()) for t in traits.TRAITS), ("list", pa.string()),
])  # fmt: skip
#: Bytes of the other list that are held at a time.
_BLOCK = 16 << 20


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
    name: str = Field(pattern="^[a-z][a-z0-9_]*$")
    file: str
    delimiter: str = Field(";", pattern=r"^[\x01-\x7f]$")
    encoding: str = "utf-8"
    columns: Columns
    least_probability: float = Field(0.9, gt=0, lt=1)


def load(path: Path) -> Other:
    """The description of another list.

    Raises:
        UsageError: the file is missing or says something unknown.
    """
    if not path.is_file():
        raise UsageError(f"no file {path}: describe the other list as in docs/how-to/link-patients.md")
    try:
        return Other(**yaml.safe_load(path.read_text("utf-8")))
    except (yaml.YAMLError, TypeError, UnicodeDecodeError):
        raise UsageError(
            f"{path}: not readable as YAML in UTF-8, or no names with values: see docs/how-to/link-patients.md"
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        known = (Columns if first["loc"][:1] == ("columns",) else Other).model_fields
        told = f"; it is one of {', '.join(known)}" if first["type"] == "extra_forbidden" else ""
        raise UsageError(f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}{told}") from None


def _theirs(other: Other, path: Path, file: Path) -> None:
    """Brings the other list to the one form, batch by batch, into a Parquet file."""
    source = path.parent / other.file
    if not source.is_file():
        raise UsageError(f"{path.name}: no file {source}")
    named = {k: v for k, v in other.columns.model_dump().items() if v}
    form = csv.ParseOptions(delimiter=other.delimiter, newlines_in_values=True)
    blocks = csv.ReadOptions(encoding=other.encoding, block_size=_BLOCK)
    wanted = csv.ConvertOptions(column_types=dict.fromkeys(named.values(), pa.string()), include_columns=list(named.values()))
    try:
        with csv.open_csv(source, read_options=blocks, parse_options=form) as first:
            names = first.schema.names
        if missing := [c for c in named.values() if names.count(c) != 1]:
            # what stands in the first line is not told: without a header it is a person
            raise UsageError(
                f"{source}: no column {', '.join(missing)}, or two, among the {len(names)} of its first line: is the header there, and the delimiter '{other.delimiter}'?"
            )
        with (
            csv.open_csv(source, read_options=blocks, parse_options=form, convert_options=wanted) as batches,
            pq.ParquetWriter(file, _SCHEMA) as out,
        ):
            for rows in batches:
                told = rows.to_pandas().rename(columns={v: k for k, v in named.items()})
                people = _persons(told.reindex(columns=list(Columns.model_fields)), "id")
                out.write_table(pa.Table.from_pandas(people.reindex(columns=_SCHEMA.names), _SCHEMA, preserve_index=False))
    except (pa.ArrowInvalid, UnicodeDecodeError, LookupError):  # their messages show the line
        raise UsageError(
            f"{source}: not readable as {other.encoding} text with '{other.delimiter}' between fields and as many fields in each line as in the first"
        ) from None


def _persons(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    """Traits in their one form, with unique_id."""
    columns = [[None if pd.isna(v) or v == "" else str(v) for v in rows[n]] for n in _TOLD]
    made = [traits.person(*values) for values in zip(*columns, strict=True)]
    numbers = [None if pd.isna(v) or v == "" else str(v) for v in rows[key]]
    return pd.DataFrame(made, columns=list(traits.TRAITS)).assign(unique_id=pd.Series(numbers, dtype=object))


def _ours(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Patients of the vault in the one form; their list is their practice."""
    for rows in batches:
        yield _persons(rows, "patient_key").assign(list=rows["practice_id"].to_numpy())[_SCHEMA.names]


def run(context: Context, path: Path) -> dict[str, Any]:
    """Writes vault/correspondence/<name>.csv (patient_key, their number, probability) and nothing else; returns the closing summary.

    Names lie beside it in a folder of their own while the linkage runs.

    Raises:
        UsageError: the description or the list is wrong, the vault holds no patient, or is no folder of a file system.
        NotEnoughToLink: too few people on a side.
    """
    other, tables = load(path), context.tables
    published = context.ledger.published()
    if not tables.exists("vault.patient") or "silver.patient" not in published:
        raise UsageError("no patients yet: p4dp nightly")
    vault = context.config.at(context.config.roots.vault)
    if "://" in vault:
        raise UsageError(f"link other reads and writes names in files: roots.vault must be a folder of a file system, not {vault}")
    folder = Path(vault) / "correspondence"
    work = folder / f".{other.name}"
    shutil.rmtree(work, ignore_errors=True)  # what a run that was killed left
    work.mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)
    try:
        _theirs(other, path, work / "theirs.parquet")
        tables.log(
            "ops.access",
            [
                {
                    "account": getpass.getuser(),
                    "command": "link other",
                    "object": "vault.patient",
                    "purpose": other.name,
                    "at": now(),
                }
            ],
        )
        # who has left a practice is not told of
        named = persons(tables.read("vault.patient"), tables.read("silver.patient", published["silver.patient"]), *_TOLD)
        # as it stands: Spark does not decode what as_uri would encode, and names would lie elsewhere
        named.mapInPandas(_ours, _FIELDS).write.parquet(f"file://{(work / 'ours').resolve()}")
        inputs = {"vault.patient": tables.version("vault.patient")}
        with (
            tracking.tracked(context.config, "linkage", f"other {other.name}", inputs) as mlrun,
            duckdb.connect(str(work / "linkage.duckdb")) as db,
        ):
            for side, files in (("ours", f"{work}/ours/*.parquet"), ("theirs", f"{work}/theirs.parquet")):
                db.execute(f"CREATE TABLE {side} AS SELECT * FROM read_parquet(?)", [files])
            counts = {side: db.sql(f"SELECT count(*), count(DISTINCT unique_id) FROM {side}").fetchall()[0] for side in ("ours", "theirs")}  # fmt: skip
            if len(set(counts["theirs"])) > 1:
                rows, numbers = counts["theirs"]
                raise UsageError(
                    f"{path.parent / other.file}: {rows} people and {numbers} different values of {other.columns.id}: each needs one of its own, and none may be empty"
                )
            trait_linkage.link(db, other.least_probability).create("found")
            linked = db.sql("SELECT count(*) FROM found").fetchall()[0][0]
            number = other.columns.id.replace('"', '""')
            told = db.table("found").project(f'ours AS patient_key, theirs AS "{number}", probability')
            told.order("patient_key").write_csv(str(work / "found.csv"), sep=";")
            people = {side: n for side, (n, _) in counts.items()}
            mlrun.params({"method": "other", "least_probability": other.least_probability})
            by_side = [portions({"linked": linked}, n)["linked"] for n in people.values()]
            mlrun.metrics({**{k: shown(n) for k, n in people.items()}, "linked": None if None in by_side else linked})
        file = folder / f"{other.name}.csv"
        (work / "found.csv").chmod(0o600)
        (work / "found.csv").replace(file)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return {"correspondence": str(file), "run_id": mlrun.run_id, **people, "linked": linked}
