"""Releases to projects: rows into their space, checked counts out of it."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from p4dp.cli.options import Options, progress_of, say, takes_options, writing

app = typer.Typer()


@app.command()
@takes_options
def publish(options: Options, project: Annotated[str, typer.Argument(help="A file of conf/projects, without .yaml")]) -> None:
    """Release to a project what its file allows, under its own pseudonyms; refused whole when a rule is broken."""
    from p4dp.pipeline import publish as work

    with writing(options, "publish") as context, progress_of() as progress:
        result = work.run(context, project, progress)
    say(options, result, f"release to {project}")


@app.command()
@takes_options
def export(
    options: Options,
    project: str,
    table: Annotated[str, typer.Option(help="A table of the release")],
    by: Annotated[str, typer.Option(help="Columns to count people by, comma-separated")],
    where: Annotated[str, typer.Option(help="A condition on its columns")] = "",
    asked_by: Annotated[str | None, typer.Option(help="Who asks; the account's name without it")] = None,
) -> None:
    """Count people of a release; the checked table waits for two approvals."""
    from p4dp.pipeline import export as work

    columns = [c.strip() for c in by.split(",") if c.strip()]
    with writing(options, "export") as context, progress_of() as progress:
        result = work.ask(context, project, table, columns, where, asked_by or getpass.getuser(), progress)
    say(options, result, "export")


@app.command()
@takes_options
def approve(
    options: Options,
    project: str,
    export_id: str,
    who: Annotated[str, typer.Option("--as", help="One of the project's approvers")],
) -> None:
    """Approve an export; with the second approval it leaves."""
    from p4dp.pipeline import export as work

    with writing(options, "approve") as context:
        result = work.approve(context, project, export_id, who)
    say(options, result, "approval")
