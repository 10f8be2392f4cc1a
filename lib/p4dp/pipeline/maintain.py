"""maintain: compaction, and the clearing of what split and conform left for their successors."""

from __future__ import annotations

import time

from p4dp.contracts import TABLES
from p4dp.pipeline.context import Context
from p4dp.storage import parts


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
        for folder, changed in parts.folders(root, "batch="):
            if (left and folder.endswith(f"/batch={left.batch_id}")) or (before and changed > before):
                continue
            parts.clear(folder)
            cleared += 1
    # what a release that was killed left of who is whom
    for folder, _ in parts.folders(config.at(config.roots.restricted) + "/staging-release", ""):
        parts.clear(folder)
        cleared += 1
    for kind in ("load=", "link="):  # the last one's stays, for whoever looks into it
        held = [folder for folder, _ in parts.folders(config.at(config.roots.warehouse) + "/staging", kind)]
        for folder in sorted(held, key=lambda f: int(f.rpartition("=")[2]))[:-1]:
            parts.clear(folder)
            cleared += 1
    return {"compacted": len(compacted), "cleared": cleared}
