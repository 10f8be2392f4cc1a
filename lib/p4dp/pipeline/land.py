"""land: the files that split left in the outbox become files of bronze and restricted, one commit per table whatever the number of deliveries."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from p4dp.pipeline.context import Context
from p4dp.sources.landed import ELSEWHERE, KEPT
from p4dp.storage import parts


def run(context: Context, batch_id: int) -> dict[str, int]:
    """Lands a batch; returns the number of tables."""
    files = {part: paths for part, paths in parts.read_list(context.outbox(batch_id)).items() if part not in KEPT}

    def adopt(part: str) -> None:
        context.tables.adopt(ELSEWHERE.get(part, f"bronze.{part}"), files[part], batch_id)

    with ThreadPoolExecutor(context.config.batch.parallel_tables) as pool:
        list(pool.map(adopt, sorted(files)))
    return {"tables": len(files)}
