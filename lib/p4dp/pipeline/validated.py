"""GE on the rows that a batch wrote, for stages that are not the night's own."""

from __future__ import annotations

from pathlib import Path

from p4dp.pipeline.context import Context
from p4dp.quality import great_expectations as ge
from p4dp.storage.ledger import now


@ge.quietly()
def validate(context: Context, batch_id: int, names: tuple[str, ...]) -> list[str]:
    """Validates row rules of the batch's rows, writes GE's pages and ops.quality; returns the checks that failed."""
    validator, failed = ge.Validator(Path(context.config.at(context.config.roots.logs)), batch_id), list[str]()
    results: list[dict[str, object]] = []
    for name in names:
        if not context.tables.exists(name):
            continue
        expectations = [
            e for e in ge.load(context.config.beside(context.config.expectations), name) if e["meta"]["reads"] == "changed"
        ]
        few = context.tables.few_changed(name, batch_id, {}, ge.IN_MEMORY)
        rows = context.tables.changed(name, batch_id, {}) if few is None else few
        outcomes = validator.validate(name, rows, expectations)
        for o in outcomes:
            results.append({"batch_id": batch_id, "table_name": name, "version": context.tables.version(name), "check_name": o.check, "source": None,
                            "rows": o.rows, "broken": o.broken, "passed": o.passed, "at": now()})  # fmt: skip
            failed += [] if o.passed else [o.check]
    context.tables.log("ops.quality", results)
    validator.docs()
    return failed
