"""The simulated country: made, its circuit played, its truth held against what the platform found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from p4dp.cli.options import Options, progress_of, reading, say, takes_options
from p4dp.errors import UsageError

if TYPE_CHECKING:
    from p4dp.pipeline.context import Context

app = typer.Typer()


@app.command()
@takes_options
def simulate(
    options: Options,
    patients: int = 2000,
    practices: int = 12,
    years: int = 2,
    nights: int = 2,
    seed: int = 1,
    defects: Annotated[bool, typer.Option(help="Plant defects and damaged deliveries")] = True,
    snds_ratio: Annotated[
        int | None, typer.Option(help="Also the claims: of so many other people per patient of a practice")
    ] = None,
    errors: Annotated[
        float, typer.Option(min=0, max=4, help="Times the rates of what keeps records and claims of one person apart")
    ] = 1.0,
    coding: Annotated[
        float | None, typer.Option(min=0, max=1, help="How completely all practices code, in the range; each its own without it")
    ] = None,
) -> None:
    """A synthetic country: deliveries of its practices, claims of its people, and the truth beside them."""
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
                      settings.simulate.clear_practitioners, errors, coding)  # fmt: skip
    with progress_of() as progress:
        progress("simulate")
        spark, folder = start(settings, "simulate"), Path(settings.home).absolute()
        result = make(spark, setting, folder, settings.simulate.partitions)
        if snds_ratio is not None:
            progress("claims")
            result |= claims(spark, setting, folder, settings.simulate.snds_dialect, snds_ratio, settings.simulate.partitions)
    say(options, dict(result), "simulated country")


@app.command(name="simulate-circuit")
@takes_options
def simulate_circuit(
    options: Options,
    request: Annotated[str, typer.Option(help="The request to answer")],
) -> None:
    """The simulated country plays the trusted circuit: an extract under subject numbers, below circuit/."""
    from p4dp.simulate import circuit

    settings = options.load()
    base = Path(settings.at(settings.roots.extracts))
    file = Path(settings.at(settings.roots.vault)) / "requests" / request / "subjects.csv"
    whole = base / settings.simulate.snds_dialect
    if not file.exists() or not whole.exists():
        raise UsageError(f"needed: {file} (p4dp link request) and {whole} (p4dp simulate --snds-ratio)")
    result = circuit.play(Path(settings.home).absolute(), file, whole, Path(settings.home).absolute() / "circuit" / request)
    say(options, dict(result), "circuit")


@app.command()
@takes_options
def evaluate(
    options: Options,
    what: Annotated[str, typer.Argument(help="quality, snds, links or algorithms")],
    method: Annotated[str, typer.Option(help="Of links: indirect or direct")] = "indirect",
    regime: Annotated[str | None, typer.Option(help="Of links: A, B, C or D; the last run without it")] = None,
) -> None:
    """Compare with the truth of a simulated country."""
    from p4dp.evaluate import algorithms, links, quality, snds

    known: dict[str, Callable[[Context], dict[str, Any]]] = {
        "quality": quality.evaluate,
        "snds": snds.evaluate,
        "algorithms": algorithms.evaluate,
        "links": lambda context: links.evaluate(context, method, regime),
    }
    if what not in known:
        raise UsageError(f"evaluate {what}: {' or '.join(known)} can be evaluated")

    with reading(options, "evaluate") as context:
        result = known[what](context)
    say(options, result, what)
