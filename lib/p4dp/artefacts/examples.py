"""Contract → example rows: typed, within every rule of one row, and synthetic."""

from __future__ import annotations

import datetime as dt
from typing import Any

from p4dp.contracts import Column, Table

_DAY = dt.date(2024, 3, 15)


def value(column: Column, n: int = 0) -> Any:
    """A value of the column, the n-th of its kind."""
    if column.codes:
        return list(column.codes)[n % len(column.codes)]
    text = column.example
    if column.type == "date":
        return _DAY
    if column.type == "timestamp":
        return dt.datetime(2024, 3, 15, 2, 0, tzinfo=dt.UTC)
    if column.type == "boolean":
        return bool(n % 2)
    if column.type in ("int", "bigint"):
        return int(text or (column.between[0] if column.between and column.between[0].isdigit() else n + 1))
    if column.type == "double":
        low, high = (float(b) for b in (column.between or ("0", "10")))
        return min(max(50.0 + n, low), high)
    if column.type == "string":
        return text or None
    if column.type.startswith("array"):
        return [text] if text else []
    return {}


def rows(table: Table, count: int = 2) -> list[dict[str, Any]]:
    """Example rows with distinct keys."""
    made = []
    for n in range(count):
        row = {c.name: value(c, n) for c in table.columns}
        for key in table.key:
            if table.column(key).type == "bigint":
                row[key] = n + 1
        made.append(row)
    return made
