"""The common shape of events, whatever they come from."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from p4dp.contracts.events.event import TABLE

_COLUMNS = [c for c in TABLE.columns if c.name != "batch_id"]


def events(rows: DataFrame, kind: str | Column, source: str, **columns: Column) -> DataFrame:
    """Rows → events: what is not given is null; rows of nobody are left out (the load's summary counts claim lines of nobody)."""
    given = {
        "beneficiary_id": F.col("beneficiary_id"),
        "kind": F.lit(kind) if isinstance(kind, str) else kind,
        "source_table": F.lit(source),
        **columns,
    }
    return rows.where("beneficiary_id IS NOT NULL").select(
        *(given.get(c.name, F.lit(None)).cast(c.type).alias(c.name) for c in _COLUMNS)
    )


def flags(**conditions: Column) -> Column:
    """Names of the conditions that hold; null counts as no."""
    named = [F.when(condition, name) for name, condition in conditions.items()]
    return F.array_compact(F.array(*named)) if named else F.array().cast("array<string>")
