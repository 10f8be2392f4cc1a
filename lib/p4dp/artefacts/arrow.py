"""Contract → Arrow schema."""

from __future__ import annotations

from functools import cache

import pyarrow as pa

from p4dp.contracts import table

_PLAIN = {
    "string": pa.string(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", "UTC"),
    "array<string>": pa.list_(pa.string()),
    "map<string,bigint>": pa.map_(pa.string(), pa.int64()),
}


def type_of(sql: str) -> pa.DataType:
    """The Arrow type of a contract's column."""
    if sql.startswith("array<struct<"):
        inner = sql.removeprefix("array<struct<").removesuffix(">>").split(",")
        return pa.list_(pa.struct([(f.split(":")[0], pa.string()) for f in inner]))
    return _PLAIN[sql]


@cache
def schema_of(name: str, without: tuple[str, ...] = ()) -> pa.Schema:
    """Columns of `layer.table`; a column that must not be null cannot be."""
    chosen = [c for c in table(name).columns if c.name not in without]
    return pa.schema([pa.field(c.name, type_of(c.type), nullable=not c.required) for c in chosen])
