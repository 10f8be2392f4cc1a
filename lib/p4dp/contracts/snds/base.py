"""How an SNDS table is declared: one line per column, `NAME | kind length | nomenclature | years | meaning`.

Facts (names, lengths, nomenclatures, years) are those of the official schema of December 2020 (schema-snds); `make conformance` compares
them. Kinds: text and code stay text (leading zeros), count is a whole number that is added up or sorted by, number, date, month, year.
A meaning in parts (Pharmacy · act · unit price) only spells the name's syllables out.
"""

from __future__ import annotations

from p4dp.contracts.core import Column, Table

DCIR_KEY = (
    "DCT_ORD_NUM", "FLX_DIS_DTD", "FLX_EMT_NUM", "FLX_EMT_ORD", "FLX_EMT_TYP", "FLX_TRT_DTD", "ORG_CLE_NUM", "PRS_ORD_NUM", "REM_TYP_AFF",
)  # fmt: skip
#: Kind → type in Delta.
TYPES = {"text": "string", "code": "string", "count": "bigint", "number": "double", "date": "date", "month": "int", "year": "int"}

PROVENANCE = (
    Column("p4dp_file", "string", "File inside the extract's folder that the row was read from.", source="p4dp", required=True, example="2024/ER_PRS_F.csv"),
    Column("p4dp_slice", "string", "What a later load of the same slice replaces: flow month, year, or all.", source="p4dp", required=True, example="2024-03"),
    Column("p4dp_extract", "string", "Name of the extract.", source="p4dp", required=True, example="e-2024-03"),
    Column("batch_id", "bigint", "Load that wrote the row.", source="p4dp", required=True),
)  # fmt: skip
#: The pseudonyms of project extracts, beside those of the schema.
_PROJECT = {"BEN_NIR_PSA": "NUM_ENQ", "NIR_ANO_17": "NUM_ENQ", "BEN_NIR_ANO": "NUM_ANO"}


def snds(name: str, official: str, grain: str, key: tuple[str, ...], columns: str) -> Table:
    """An SNDS table. `key` names the columns without which a file cannot be used."""
    declared: list[Column] = []
    for line in columns.strip().splitlines():
        column, typed, nomenclature, years, meaning = (part.strip() for part in line.split("|"))
        kind, _, length = typed.partition(" ")
        parts = [f"kind {kind}", f"length {length}" if length else "", f"nomenclature {nomenclature}" if nomenclature else ""]
        parts += [f"years {years}" if years else ""]
        declared.append(Column(column, TYPES[kind], meaning, source="; ".join(p for p in parts if p)))
        if column in _PROJECT and _PROJECT[column] not in [c.name for c in declared]:
            sentence = f"What project extracts have instead of {column}, under their own encryption."
            declared.append(Column(_PROJECT[column], "string", sentence, source="kind text; project extracts"))
    return Table("snds", name, grain, (*declared, *PROVENANCE), key=(), needs=key, official=official,
                 source="official schema of December 2020 (schema-snds)")  # fmt: skip


def kind_of(column: Column) -> str:
    """text, code, count, number, date, month or year; empty for what the platform adds."""
    return column.source.removeprefix("kind ").split(";")[0] if column.source.startswith("kind ") else ""
