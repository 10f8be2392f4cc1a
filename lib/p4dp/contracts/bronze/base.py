"""What all bronze tables share: raw text of one record, and where it comes from."""

from __future__ import annotations

from p4dp.contracts.core import Column, Table
from p4dp.contracts.shapes import SHAPES

PROVENANCE = (
    Column("delivery_id", "string", "The delivery that brought the record.", required=True, example="d-1"),
    Column("sequence", "bigint", "The practice's running number of that delivery.", required=True),
    Column("extracted_on", "date", "Day on which the practice's software made the delivery.", required=True),
    Column("batch_id", "bigint", "The night's batch that landed it; batches rise.", required=True),
    Column("source_file", "string", "File inside the delivery's folder.", required=True, example="medical/a.csv"),
    Column("source_row", "bigint", "Record number inside the file, the first is 1.", required=True),
    Column("landed_at", "timestamp", "When split began to write the batch.", unit="UTC", required=True),
)

IDENTITY = (
    Column("practice_key", "string", "Pseudonym of the practice.", required=True, example="0f" * 16),
    Column(
        "patient_key",
        "string",
        "Pseudonym of the patient in this practice, whether or not an identity part told of the patient yet.",
        example="a1" * 16,
    ),
    Column("record_id", "string", "The practice's own number of the record.", guarded=True, example="C-1"),
    Column(
        "record_key",
        "bigint",
        "Hash of practice, kind and record_id: the record's identity over deliveries.",
        required=True,
    ),
    Column(
        "op",
        "string",
        "What the practice says of the record.",
        codes={"upsert": "added or changed", "delete": "deleted"},
        required=True,
    ),
    Column("software", "string", "The practice's software, a file of conf/sources.", required=True, example="tabula"),
)

COPIES = Column("copies", "int", "Records that the delivery holds under this number, where there are several.", example="2")

MOVED = Column(
    "moved",
    "string",
    "Columns whose text was not of their shape and stays under the vault, comma-separated.",
    example="value",
)


def raw(name: str, shape: str, sentence: str) -> Column:
    """A field as delivered: text of one shape of shapes.py."""
    return Column(name, "string", sentence, source=f"shape {shape}", guarded=shape in SHAPES)


def handed(name: str, shape: str, sentence: str) -> Column:
    """A field that practices write of a person and that the vault hands over as it is: text of one shape, like a raw field's."""
    return Column(name, "string", sentence, source=f"vault, shape {shape}", guarded=True)


def shape_of(column: Column) -> str:
    """The name of the shape that a field's text must have to be landed."""
    return column.source.removeprefix("vault, ").removeprefix("shape ")


def bronze(name: str, grain: str, *fields: Column, texts: dict[str, str] | None = None, caveat: str = "") -> Table:
    """A bronze table: identity, raw fields, provenance. `texts` go to restricted.free_text instead."""
    own = {c.name for c in fields}
    columns = (*(c for c in IDENTITY if c.name not in own), *fields, MOVED, COPIES, *PROVENANCE)
    return Table("bronze", name, grain, columns, key=(), texts=texts or {}, caveat=caveat)


def fields_of(table: Table) -> tuple[Column, ...]:
    """The raw fields of a bronze table: what a source's mapping can fill."""
    return tuple(c for c in table.columns if c.source.startswith("shape "))


def vault_fields(table: Table) -> tuple[Column, ...]:
    """The fields of a bronze table that the vault gives: made coarse, turned into pseudonyms, or handed over."""
    return tuple(c for c in table.columns if c.source.startswith("vault"))
