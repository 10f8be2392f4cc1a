"""land: the files that split left in the outbox become files of bronze and restricted, one commit per table whatever the number of deliveries."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from p4dp.pipeline.context import Context
from p4dp.storage import parts

#: Where parts go that are not records of bronze.
_ELSEWHERE = {"free_text": "restricted.free_text", "unnamed_patient": "ops.unnamed_patient"}


def run(context: Context, batch_id: int) -> dict[str, int]:
    """Lands a batch; returns the number of tables."""
    files = parts.read_list(context.outbox(batch_id))

    def adopt(part: str) -> None:
        context.tables.adopt(_ELSEWHERE.get(part, f"bronze.{part}"), files[part], batch_id)

    with ThreadPoolExecutor(context.config.batch.parallel_tables) as pool:
        list(pool.map(adopt, sorted(files)))
    return {"tables": len(files)}
