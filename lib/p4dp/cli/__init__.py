"""The command line: `p4dp STAGE [--config FILE] [--home DIR] [--set key=value]… [--json]`; one file per kind of command."""

from __future__ import annotations

import os
import sys

import typer

from p4dp.cli import algorithms, country, link, look, release, stages
from p4dp.errors import P4dpError

app = typer.Typer(
    help="A warehouse of general-practice records.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
for group in (stages, country, look):
    app.add_typer(group.app)
app.add_typer(algorithms.stage)
app.add_typer(release.app)
app.add_typer(link.app, name="link")
app.add_typer(algorithms.algorithms, name="algorithms")
app.add_typer(algorithms.runs, name="runs")


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
