"""maintain: compaction, and the clearing of what split and conform left for their successors."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from p4dp.contracts import TABLES
from p4dp.pipeline.context import Context


def run(context: Context) -> dict[str, int]:
    """Compacts every table; removes staging of published batches, and the outbox after its retention."""
    compacted = [name for name in TABLES if context.tables.exists(name)]
    for name in compacted:
        context.tables.upkeep(name)
    config, cleared = context.config, 0
    left = context.ledger.open_batch()
    oldest = time.time() - config.retention.outbox_days * 86400
    roots = [
        (config.at(config.roots.vault) + "/staging", 0.0),
        (config.at(config.roots.warehouse) + "/staging", 0.0),
        (config.at(config.roots.vault) + "/outbox", oldest),
    ]
    for root, before in roots:
        for folder in Path(root).glob("batch=*"):
            if (left and folder.name == f"batch={left.batch_id}") or (before and folder.stat().st_mtime > before):
                continue
            shutil.rmtree(folder)
            cleared += 1
    staging = Path(config.at(config.roots.warehouse) + "/staging")
    for kind in ("load=*", "link=*"):  # the last one's stays, for whoever looks into it
        for folder in sorted(staging.glob(kind), key=lambda p: int(p.name.split("=")[1]))[:-1]:
            shutil.rmtree(folder)
            cleared += 1
    return {"compacted": len(compacted), "cleared": cleared}
