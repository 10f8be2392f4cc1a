"""Linkage: which patient is which beneficiary."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from p4dp.cli.options import Options, progress_of, say, takes_options, writing

app = typer.Typer(help="Which patient is which beneficiary.", no_args_is_help=True)


@app.command()
@takes_options
def indirect(
    options: Options,
    regime: Annotated[str | None, typer.Option(help="What is known of practitioners: A, B, C or D [linkage.regime]")] = None,
    precision: Annotated[float | None, typer.Option(help="Share of true links asked for [linkage.precision]")] = None,
    full: Annotated[bool, typer.Option("--full", help="Every patient, with a new model")] = False,
) -> None:
    """Link patients to beneficiaries on traits and the history of care."""
    from p4dp.pipeline import link as stage

    with writing(options, "link") as context, progress_of() as progress:
        result = stage.run(context, regime, full, precision, progress)
    say(options, result, "link")


@app.command()
@takes_options
def request(
    options: Options,
    indirect: Annotated[bool, typer.Option("--indirect", help="What CNAM's own search asks for, where no NIR may be used")] = False,
) -> None:
    """Vault job: write the file for the trusted circuit."""
    from p4dp.pipeline import link_direct

    with writing(options, "link-request") as context:
        result = link_direct.request(context, indirect)
    say(options, result, "link")


@app.command(name="import")
@takes_options
def import_(
    options: Options,
    request: Annotated[str, typer.Option(help="The request whose extract was loaded")],
) -> None:
    """Vault job: turn the subjects of a loaded extract back into patients."""
    from p4dp.pipeline import link_direct

    with writing(options, "link-import") as context:
        result = link_direct.take_in(context, request)
    say(options, result, "link")


@app.command()
@takes_options
def other(
    options: Options,
    source: Annotated[Path, typer.Option(help="YAML file that describes the other warehouse's list of people")],
) -> None:
    """Vault job: the correspondence with another warehouse, by names, birth date, sex and place."""
    from p4dp.pipeline import link_other

    with writing(options, "link-other") as context:
        result = link_other.run(context, source)
    say(options, result, "link")


@app.command()
@takes_options
def explain(
    options: Options,
    patient_key: str,
    purpose: Annotated[str, typer.Option(help="What for; written to ops.access")] = "",
) -> None:
    """The evidence of one patient's link. Restricted: the access is written down."""
    from p4dp.pipeline import link_explain

    with writing(options, "explain") as context:
        result = link_explain.run(context, patient_key, purpose)
    say(options, result, "link")
