"""land: what split left in the outbox → bronze and restricted, one write per table whatever the number of deliveries."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from p4dp.artefacts.ddl import columns
from p4dp.contracts import table
from p4dp.pipeline.context import Context
from p4dp.sources.records import ADDED_AT_LANDING
from p4dp.storage import parts
from p4dp.storage.ledger import now

_WORDS = (
    "practice_key string, patient_key string, holder_kind string, holder_id string, kind string, inside string, field string, "
    "text string, delivery_id string, sequence bigint"
)


def _record_key(kind: str) -> Column:
    """A record's identity over deliveries; of a record whose number is unreadable, its place in the delivery."""
    return F.when(F.col("record_id").isNotNull(), F.xxhash64("practice_key", F.lit(kind), "record_id")).otherwise(
        F.xxhash64("practice_key", F.lit(kind), "delivery_id", "source_file", "source_row")
    )


def _words_key() -> Column:
    """The key of the record that words belong to; a record inside another has the key that conform gives it."""
    holder = F.xxhash64("practice_key", "holder_kind", "holder_id")
    return F.when(F.col("inside").isNull(), holder).otherwise(F.xxhash64(holder, "kind", "inside"))


class _Outbox:
    """What split left for one batch."""

    def __init__(self, context: Context, batch_id: int) -> None:
        self._context, self._batch_id = context, batch_id
        self.files = parts.read_list(context.outbox(batch_id))
        self.files.pop("unsure", None)  # conform's

    def read(self, part: str) -> DataFrame:
        """Rows of a part, as the table that they go to wants them."""
        if part == "free_text":
            schema = _WORDS
        else:
            contract = table(f"bronze.{part}")
            schema = columns(contract, tuple(n for n in contract.names if n not in ADDED_AT_LANDING))
        rows = self._context.spark.read.schema(schema).parquet(*self.files[part])
        return rows.withColumns(
            {
                "record_key": _words_key() if part == "free_text" else _record_key(part),
                "batch_id": F.lit(self._batch_id).cast("bigint"),
                "landed_at": F.lit(now()).cast("timestamp"),
            }
        )  # fmt: skip


def run(context: Context, batch_id: int) -> dict[str, int]:
    """Lands a batch; returns the number of tables."""
    outbox = _Outbox(context, batch_id)

    def write(part: str) -> None:
        name = "restricted.free_text" if part == "free_text" else f"bronze.{part}"
        context.tables.append(name, outbox.read(part), batch_id)

    with ThreadPoolExecutor(context.config.batch.parallel_tables) as pool:
        list(pool.map(write, sorted(outbox.files)))
    return {"tables": len(outbox.files)}
