"""The truth of a simulated country, as it lies beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from p4dp.errors import UsageError
from p4dp.identity.keys import PseudonymMaker, load_secret
from p4dp.pipeline.context import Context


def folder(context: Context) -> Path:
    """Where it lies."""
    return Path(context.config.at(context.config.roots.truth))


def lines(context: Context, name: str) -> list[Any]:
    """The lines of one part of the claims' truth.

    Raises:
        UsageError: the country has no claims.
    """
    part = folder(context) / f"claims-{name}"
    if not part.exists():
        raise UsageError(f"no truth in {part}: simulate with --snds-ratio first")
    return [json.loads(line) for file in sorted(part.glob("*.txt")) for line in file.read_text("utf-8").splitlines()]


def maker(context: Context) -> PseudonymMaker:
    """Makes the pseudonyms that the platform made."""
    return PseudonymMaker(load_secret(context.config.at(context.config.vault.secret_file)))


def lives(context: Context) -> list[dict[str, Any]]:
    """Every patient's life: patient_key, person, sex, birth, death, conditions with their first day, those that nobody knows, body-mass index, …

    Raises:
        UsageError: no simulated country.
    """
    part = folder(context) / "practices" / "about=lives"
    if not part.exists():
        raise UsageError(f"no truth in {part}: only a simulated country can be evaluated")
    make = maker(context)
    rows = context.spark.read.parquet(str(part)).select("practice_id", "record_id", "counts").collect()
    return [{"patient_key": make.patient(r["practice_id"], r["record_id"]), **json.loads(r["counts"])} for r in rows]
