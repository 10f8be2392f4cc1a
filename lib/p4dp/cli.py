"""The command line: `p4dp STAGE [--config FILE] [--home DIR] [--set key=value]… [--json]`."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table as RichTable

from p4dp.config import Config, load
from p4dp.errors import DeliveriesRefused, GateFailed, P4dpError, UsageError

if TYPE_CHECKING:
    from p4dp.pipeline.context import Context

app = typer.Typer(
    help="A warehouse of general-practice records.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
errors = Console(stderr=True)


@dataclass
class Options:
    """Options that every command takes."""

    config: Path
    home: str | None = None
    sets: list[str] = field(default_factory=list)
    json: bool = False
    strict: bool = False

    def load(self) -> Config:
        """The configuration of this call."""
        return load(self.config, self.home, self.sets)


def _default_config() -> Path:
    return Path(os.environ.get("P4DP_CONFIG", "conf/local.yaml"))


ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="Configuration of one environment [conf/local.yaml, or P4DP_CONFIG]")
]
HomeOption = Annotated[str | None, typer.Option("--home", help="Folder of all local state")]
SetOption = Annotated[list[str] | None, typer.Option("--set", help="Override a setting: key=value")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object on stdout")]
StrictOption = Annotated[bool, typer.Option("--strict", help="Exit 3 when a delivery was refused")]
DateOption = Annotated[str | None, typer.Option("--date", help="Deliveries extracted after this day wait (yyyy-MM-dd)")]


def _options(config: Path | None, home: str | None, sets: list[str] | None, as_json: bool, strict: bool = False) -> Options:
    _logging()
    return Options(config or _default_config(), home, list(sets or []), as_json, strict)


def _logging() -> None:
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if errors.is_terminal:
        handler = RichHandler(console=errors, show_path=False)
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("p4dp").setLevel(logging.INFO)


@contextmanager
def _writing(options: Options, name: str) -> Iterator[Context]:
    """A run that may write: holds the lease of the home."""
    from p4dp.pipeline.context import Context
    from p4dp.storage.lease import Lease
    from p4dp.storage.session import start

    config = options.load()
    with Lease(Path(config.at(config.roots.logs)) / "lease", config.lease.stale_after) as lease:
        yield Context.of(config, start(config, name), lease)


@contextmanager
def _reading(options: Options, name: str) -> Iterator[Context]:
    from p4dp.pipeline.context import Context
    from p4dp.storage.session import start

    config = options.load()
    yield Context.of(config, start(config, name))


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """A spinner with the stage on a terminal, a plain line otherwise."""
    if not errors.is_terminal:
        log = logging.getLogger("p4dp")
        yield lambda stage: log.info("stage %s", stage)
        return
    with errors.status("starting") as status:
        yield lambda stage: status.update(f"stage {stage}")


def _say(options: Options, result: dict[str, Any], title: str) -> None:
    if options.json:
        print(json.dumps(result, default=str), flush=True)
        return
    table = RichTable(title=title, show_header=False)
    for key, value in result.items():
        table.add_row(key, json.dumps(value, default=str) if isinstance(value, dict | list) else str(value))
    Console().print(table)


def _stage(options: Options, name: str, until: str | None, last: str) -> None:
    """Runs stages up to `last`, records the run, and ends with one summary."""
    from p4dp.pipeline import nightly
    from p4dp.storage.ledger import now

    day = _day(until)
    start = time.monotonic()
    with _writing(options, name) as context, _progress() as progress:
        summary: dict[str, Any] = {"stage": name}
        outcome = "error"
        try:
            summary |= nightly.run(context, day, progress, last)
            outcome = "done"
        except GateFailed:
            outcome = "gate_failed"
            raise
        finally:
            summary["outcome"] = outcome
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
    _say(options, summary, name)
    if options.strict and summary["refused"]:
        raise DeliveriesRefused(f"{summary['refused']} deliveries refused: p4dp status")


def _day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--date {text}: write yyyy-MM-dd") from None


@app.command()
def nightly(
    config: ConfigOption = None,
    home: HomeOption = None,
    date: DateOption = None,
    set_: SetOption = None,
    json_: JsonOption = False,
    strict: StrictOption = False,
) -> None:
    """Every stage for all that waits; resumes where a killed run stopped."""
    _stage(_options(config, home, set_, json_, strict), "nightly", date, "gate")


@app.command()
def split(
    config: ConfigOption = None,
    home: HomeOption = None,
    date: DateOption = None,
    set_: SetOption = None,
    json_: JsonOption = False,
    strict: StrictOption = False,
) -> None:
    """Vault job: verify deliveries, accept or refuse them whole, keep identity apart."""
    _stage(_options(config, home, set_, json_, strict), "split", date, "split")


@app.command()
def land(
    config: ConfigOption = None,
    home: HomeOption = None,
    date: DateOption = None,
    set_: SetOption = None,
    json_: JsonOption = False,
    strict: StrictOption = False,
) -> None:
    """Accepted deliveries of the open batch to bronze and restricted."""
    _stage(_options(config, home, set_, json_, strict), "land", date, "land")


@app.command()
def conform(
    config: ConfigOption = None,
    home: HomeOption = None,
    date: DateOption = None,
    set_: SetOption = None,
    json_: JsonOption = False,
    strict: StrictOption = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Silver from nothing")] = False,
) -> None:
    """Bronze to silver for what changed, gated and published."""
    options = _options(config, home, set_, json_, strict)
    if not rebuild:
        _stage(options, "conform", date, "gate")
        return
    from p4dp.pipeline import reprocess as again

    with _writing(options, "rebuild") as context, _progress() as progress:
        result = again.rebuild(context, progress)
    _say(options, result, "rebuild")


@app.command()
def reprocess(
    config: ConfigOption = None,
    home: HomeOption = None,
    set_: SetOption = None,
    json_: JsonOption = False,
    rule: Annotated[str | None, typer.Option(help="Only rows that broke this rule")] = None,
) -> None:
    """Quarantined rows again, after a mapping in conf/sources was mended."""
    from p4dp.pipeline import reprocess as again

    options = _options(config, home, set_, json_)
    with _writing(options, "reprocess") as context, _progress() as progress:
        result = again.run(context, progress, rule)
    _say(options, result, "reprocess")


@app.command(name="load-snds")
def load_snds(
    extract: Annotated[Path, typer.Option(help="Folder with the extract's files")],
    config: ConfigOption = None,
    home: HomeOption = None,
    set_: SetOption = None,
    json_: JsonOption = False,
) -> None:
    """Load an SNDS extract, and compute beneficiaries and events from it."""
    from p4dp.pipeline import load_snds as load

    options = _options(config, home, set_, json_)
    with _writing(options, "load-snds") as context, _progress() as progress:
        result = load.run(context, extract.absolute(), progress)
    _say(options, dict(result), "load-snds")


link = typer.Typer(help="Which patient is which beneficiary.", no_args_is_help=True)
app.add_typer(link, name="link")


@link.command()
def indirect(
    config: ConfigOption = None,
    home: HomeOption = None,
    set_: SetOption = None,
    json_: JsonOption = False,
    regime: Annotated[str | None, typer.Option(help="What is known of practitioners: A, B, C or D [linkage.regime]")] = None,
    precision: Annotated[float | None, typer.Option(help="Share of true links asked for [linkage.precision]")] = None,
    full: Annotated[bool, typer.Option("--full", help="Every patient, with a new model")] = False,
) -> None:
    """Link patients to beneficiaries on traits and the history of care."""
    from p4dp.pipeline import link as stage

    options = _options(config, home, set_, json_)
    with _writing(options, "link") as context, _progress() as progress:
        result = stage.run(context, regime, full, precision, progress)
    _say(options, result, "link")


@link.command()
def request(
    config: ConfigOption = None,
    home: HomeOption = None,
    set_: SetOption = None,
    json_: JsonOption = False,
    indirect: Annotated[bool, typer.Option("--indirect", help="What CNAM's own search asks for, where no NIR may be used")] = False,
) -> None:
    """Vault job: write the file for the trusted circuit."""
    from p4dp.pipeline import link_direct

    options = _options(config, home, set_, json_)
    with _writing(options, "link-request") as context:
        result = link_direct.request(context, indirect)
    _say(options, result, "link")


@link.command(name="import")
def import_(
    request: Annotated[str, typer.Option(help="The request whose extract was loaded")],
    config: ConfigOption = None,
    home: HomeOption = None,
    set_: SetOption = None,
    json_: JsonOption = False,
) -> None:
    """Vault job: turn the subjects of a loaded extract back into patients."""
    from p4dp.pipeline import link_direct

    options = _options(config, home, set_, json_)
    with _writing(options, "link-import") as context:
        result = link_direct.take_in(context, request)
    _say(options, result, "link")


@app.command(name="simulate-circuit")
def simulate_circuit(
    request: Annotated[str, typer.Option(help="The request to answer")],
    config: ConfigOption = None,
    home: HomeOption = None,
    set_: SetOption = None,
    json_: JsonOption = False,
) -> None:
    """The simulated country plays the trusted circuit: an extract under subject numbers, below circuit/."""
    from p4dp.simulate import circuit

    options = _options(config, home, set_, json_)
    settings = options.load()
    base = Path(settings.at(settings.roots.extracts))
    file = Path(settings.at(settings.roots.vault)) / "requests" / request / "subjects.csv"
    whole = base / settings.simulate.snds_dialect
    if not file.exists() or not whole.exists():
        raise UsageError(f"needed: {file} (p4dp link request) and {whole} (p4dp simulate --snds-ratio)")
    result = circuit.play(Path(settings.home).absolute(), file, whole, Path(settings.home).absolute() / "circuit" / request)
    _say(options, dict(result), "circuit")


@link.command()
def other(
    source: Annotated[Path, typer.Option(help="YAML file that describes the other warehouse's list of people")],
    config: ConfigOption = None,
    home: HomeOption = None,
    set_: SetOption = None,
    json_: JsonOption = False,
) -> None:
    """Vault job: the correspondence with another warehouse, by names, birth date, sex and place."""
    from p4dp.pipeline import link_other

    options = _options(config, home, set_, json_)
    with _writing(options, "link-other") as context:
        result = link_other.run(context, source)
    _say(options, result, "link")


@link.command()
def explain(
    patient_key: str,
    purpose: Annotated[str, typer.Option(help="What for; written to ops.access")] = "",
    config: ConfigOption = None,
    home: HomeOption = None,
    set_: SetOption = None,
    json_: JsonOption = False,
) -> None:
    """The evidence of one patient's link. Restricted: the access is written down."""
    from p4dp.pipeline import link_explain

    options = _options(config, home, set_, json_)
    with _writing(options, "explain") as context:
        result = link_explain.run(context, patient_key, purpose)
    _say(options, result, "link")


@app.command()
def maintain(config: ConfigOption = None, home: HomeOption = None, set_: SetOption = None, json_: JsonOption = False) -> None:
    """Compact tables, and clear the outbox and staging of published batches."""
    from p4dp.pipeline import maintain as upkeep

    options = _options(config, home, set_, json_)
    with _writing(options, "maintain") as context:
        result = upkeep.run(context)
    _say(options, result, "maintain")


@app.command()
def simulate(
    config: ConfigOption = None,
    home: HomeOption = None,
    set_: SetOption = None,
    json_: JsonOption = False,
    patients: int = 2000,
    practices: int = 12,
    years: int = 2,
    nights: int = 2,
    seed: int = 1,
    defects: Annotated[bool, typer.Option(help="Plant defects and damaged deliveries")] = True,
    snds_ratio: Annotated[
        int | None, typer.Option(help="Also the claims: of so many other people per patient of a practice")
    ] = None,
) -> None:
    """A synthetic country: deliveries of its practices, claims of its people, and the truth beside them."""
    options = _options(config, home, set_, json_)
    settings = options.load()
    if min(patients, practices, years, nights) < 1:
        raise UsageError("patients, practices, years and nights are 1 or more")
    from p4dp.simulate.country import simulate as make
    from p4dp.simulate.extracts import DIALECTS
    from p4dp.simulate.extracts import simulate as claims
    from p4dp.simulate.practice import Setting
    from p4dp.storage.session import start

    if settings.simulate.snds_dialect not in DIALECTS:
        raise UsageError(f"simulate.snds_dialect is one of {', '.join(DIALECTS)}")
    setting = Setting(seed, patients, practices, years, nights, settings.at(settings.roots.landing), defects,
                      settings.simulate.clear_practitioners)  # fmt: skip
    with _progress() as progress:
        progress("simulate")
        spark, folder = start(settings, "simulate"), Path(settings.home).absolute()
        result = make(spark, setting, folder, settings.simulate.partitions)
        if snds_ratio is not None:
            progress("claims")
            result |= claims(spark, setting, folder, settings.simulate.snds_dialect, snds_ratio, settings.simulate.partitions)
    _say(options, dict(result), "simulated country")


@app.command()
def status(config: ConfigOption = None, home: HomeOption = None, set_: SetOption = None, json_: JsonOption = False) -> None:
    """What was landed, refused, quarantined by rule, and where to look."""
    from p4dp.pipeline import status as report

    options = _options(config, home, set_, json_)
    with _reading(options, "status") as context:
        result = report.collect(context)
        if options.json:
            print(json.dumps(result, default=str))
        else:
            report.show(result, Console())


@app.command()
def tables(config: ConfigOption = None, home: HomeOption = None, set_: SetOption = None, json_: JsonOption = False) -> None:
    """Tables with their published version and rows."""
    from p4dp.pipeline import status as report

    options = _options(config, home, set_, json_)
    with _reading(options, "tables") as context:
        rows = report.tables(context)
    if options.json:
        print(json.dumps({"tables": rows}))
        return
    listed = RichTable("table", "version", "rows", "one row is")
    for r in rows:
        listed.add_row(r["table"], str(r["version"]), f"{r['rows']:,}", r["grain"])
    Console().print(listed)


@app.command()
def dictionary(name: Annotated[str, typer.Argument(help="layer.table, or nothing for the list")] = "") -> None:
    """A page of the data dictionary, as markdown."""
    import difflib

    from p4dp.artefacts import dictionary as pages
    from p4dp.contracts import TABLES

    if name and name not in TABLES:
        near = difflib.get_close_matches(name, TABLES, 1)
        raise UsageError(f"no table {name}" + (f"; did you mean {near[0]}?" if near else "; p4dp dictionary lists them"))
    print(pages.page(TABLES[name]) if name else pages.index())


@app.command()
def evaluate(
    what: Annotated[str, typer.Argument(help="quality, snds or links")],
    config: ConfigOption = None,
    home: HomeOption = None,
    set_: SetOption = None,
    json_: JsonOption = False,
    method: Annotated[str, typer.Option(help="Of links: indirect or direct")] = "indirect",
    regime: Annotated[str | None, typer.Option(help="Of links: A, B, C or D; the last run without it")] = None,
) -> None:
    """Compare with the truth of a simulated country."""
    from p4dp.evaluate import links, quality, snds

    known: dict[str, Callable[[Context], dict[str, Any]]] = {
        "quality": quality.evaluate,
        "snds": snds.evaluate,
        "links": lambda context: links.evaluate(context, method, regime),
    }
    if what not in known:
        raise UsageError(f"evaluate {what}: {' or '.join(known)} can be evaluated")

    options = _options(config, home, set_, json_)
    with _reading(options, "evaluate") as context:
        result = known[what](context)
    _say(options, result, what)


def main(arguments: list[str] | None = None) -> None:
    """Runs the command line; a known error is one line on stderr and its exit code."""
    try:
        app(args=arguments, standalone_mode=False)
    except P4dpError as error:
        print(f"p4dp: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except typer.Abort:
        sys.exit(130)
    except Exception as error:
        if hasattr(error, "exit_code") and hasattr(error, "format_message"):  # click's own usage errors
            print(f"p4dp: {error.format_message()}", file=sys.stderr)
            sys.exit(2)
        if os.environ.get("P4DP_TRACEBACK"):
            raise
        print(
            f"p4dp: a defect of ours: {type(error).__name__}; P4DP_TRACEBACK=1 shows where (it may print values)", file=sys.stderr
        )
        sys.exit(70)
