"""Stages that change the warehouse: the night and its parts, claims, upkeep."""

from __future__ import annotations

import datetime as dt
import json
import time
import uuid
from pathlib import Path
from typing import Annotated, Any

import typer

from p4dp.cli.options import Options, progress_of, say, takes_options, writing
from p4dp.errors import DeliveriesRefused, GateFailed, UsageError

app = typer.Typer()
StrictOption = Annotated[bool, typer.Option("--strict", help="Exit 3 when a delivery was refused or left out")]
DateOption = Annotated[str | None, typer.Option("--date", help="Deliveries extracted after this day wait (yyyy-MM-dd)")]


def stage(options: Options, name: str, until: str | None, strict: bool, last: str) -> None:
    """Runs stages up to `last`, records the run, and ends with one summary."""
    from p4dp.pipeline import nightly
    from p4dp.storage.ledger import now

    until_day = day(until)
    start = time.monotonic()
    with writing(options, name) as context, progress_of() as progress:
        summary: dict[str, Any] = {"stage": name}
        outcome = "error"
        try:
            summary |= nightly.run(context, until_day, progress, last)
            outcome = "done"
        except GateFailed:
            outcome = "gate_failed"
            raise
        finally:
            summary["outcome"] = outcome
            if outcome == "gate_failed":
                say(options, summary, name)
            if outcome != "error":
                context.tables.log(
                    "ops.run",
                    [
                        {
                            "run_id": str(uuid.uuid4()),
                            "stage": name,
                            "outcome": outcome,
                            "batch_id": summary.get("last_batch"),
                            "summary": json.dumps(summary),
                            "seconds": time.monotonic() - start,
                            "at": now(),
                        }
                    ],
                )
    say(options, summary, name)
    if strict and (bad := summary["refused"] + summary["left_out"]):
        raise DeliveriesRefused(f"{bad} deliveries refused or left out: p4dp status")


def day(text: str | None) -> dt.date | None:
    """The day of --date."""
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--date {text}: write yyyy-MM-dd") from None


@app.command()
@takes_options
def nightly(
    options: Options,
    date: DateOption = None,
    strict: StrictOption = False,
) -> None:
    """Every stage for all that waits; resumes where a killed run stopped."""
    stage(options, "nightly", date, strict, "night")


@app.command()
@takes_options
def split(
    options: Options,
    date: DateOption = None,
    strict: StrictOption = False,
) -> None:
    """Vault job: verify deliveries, accept or refuse them whole, keep identity apart."""
    stage(options, "split", date, strict, "split")


@app.command()
@takes_options
def land(
    options: Options,
    date: DateOption = None,
    strict: StrictOption = False,
) -> None:
    """Accepted deliveries of the open batch to bronze and restricted."""
    stage(options, "land", date, strict, "land")


@app.command()
@takes_options
def conform(
    options: Options,
    date: DateOption = None,
    strict: StrictOption = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Silver from nothing")] = False,
) -> None:
    """Deliveries that wait to silver, gated and published: the night without claims, links, algorithms and models."""
    if not rebuild:
        stage(options, "conform", date, strict, "conform")
        return
    from p4dp.pipeline import reprocess as again

    with writing(options, "rebuild") as context, progress_of() as progress:
        result = again.rebuild(context, progress)
    say(options, result, "rebuild")


@app.command()
@takes_options
def reprocess(
    options: Options,
    rule: Annotated[str | None, typer.Option(help="Only rows that broke this rule")] = None,
) -> None:
    """Quarantined rows again, after a mapping in conf/sources was mended."""
    from p4dp.pipeline import reprocess as again

    with writing(options, "reprocess") as context, progress_of() as progress:
        result = again.run(context, progress, rule)
    say(options, result, "reprocess")


@app.command(name="load-snds")
@takes_options
def load_snds(
    options: Options,
    extract: Annotated[Path, typer.Option(help="Folder with the extract's files")],
) -> None:
    """Load an SNDS extract, and compute beneficiaries and events from it."""
    from p4dp.pipeline import load_snds as load

    with writing(options, "load-snds") as context, progress_of() as progress:
        result = load.run(context, extract.absolute(), progress)
    say(options, dict(result), "load-snds")


@app.command()
@takes_options
def maintain(options: Options) -> None:
    """Compact tables, and clear the outbox and staging of published batches."""
    from p4dp.pipeline import maintain as upkeep

    with writing(options, "maintain") as context:
        result = upkeep.run(context)
    say(options, result, "maintain")
