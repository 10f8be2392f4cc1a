"""What is there: status, tables, the data dictionary."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table as RichTable

from p4dp.cli.options import Options, reading, takes_options
from p4dp.errors import UsageError

app = typer.Typer()


@app.command()
@takes_options
def status(options: Options) -> None:
    """What was landed, refused, quarantined by rule, and where to look."""
    from p4dp.pipeline import status as report

    with reading(options, "status") as context:
        result = report.collect(context)
        if options.json:
            print(json.dumps(result, default=str))
        else:
            report.show(result, Console())


@app.command()
@takes_options
def tables(options: Options) -> None:
    """Tables with their published version and rows."""
    from p4dp.pipeline import status as report

    with reading(options, "tables") as context:
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
