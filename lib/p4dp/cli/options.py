"""What every command takes, and how it runs: its configuration, the lease, progress, and the closing summary."""

from __future__ import annotations

import functools
import inspect
import json
import logging
import os
import sys
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

if TYPE_CHECKING:
    from p4dp.pipeline.context import Context

errors = Console(stderr=True)


@dataclass
class Options:
    """Options that every command takes."""

    config: Path
    home: str | None = None
    sets: list[str] = field(default_factory=list)
    json: bool = False

    def load(self) -> Config:
        """The configuration of this call."""
        return load(self.config, self.home, self.sets)


#: name → (annotation, default) of the options that `takes_options` adds.
_SHARED: dict[str, tuple[Any, Any]] = {
    "config": (
        Annotated[Path | None, typer.Option("--config", help="Configuration of one environment [conf/local.yaml, or P4DP_CONFIG]")],
        None,
    ),
    "home": (Annotated[str | None, typer.Option("--home", help="Folder of all local state")], None),
    "set_": (Annotated[list[str] | None, typer.Option("--set", help="Override a setting: key=value")], None),
    "json_": (Annotated[bool, typer.Option("--json", help="One JSON object on stdout")], False),
}


def takes_options(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the shared options; it gets them as its first argument. Typer reads a command's options from its signature."""
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    added = [inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY, default=d, annotation=a) for n, (a, d) in _SHARED.items()]

    @functools.wraps(command)
    def call(**given: Any) -> None:
        _logging()
        config, home, sets, as_json = (given.pop(n) for n in _SHARED)
        default = Path(os.environ.get("P4DP_CONFIG", "conf/local.yaml"))
        command(Options(config or default, home, list(sets or []), as_json), **given)

    parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own] + added
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    call.__annotations__ = {p.name: p.annotation for p in parameters}
    return call


def _logging() -> None:
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if errors.is_terminal:
        handler = RichHandler(console=errors, show_path=False)
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("p4dp").setLevel(logging.INFO)


@contextmanager
def writing(options: Options, name: str) -> Iterator[Context]:
    """A run that may write: holds the lease of the home."""
    from p4dp.pipeline.context import Context
    from p4dp.storage.lease import Lease
    from p4dp.storage.session import start

    config = options.load()
    with Lease(Path(config.at(config.roots.logs)) / "lease", config.lease.stale_after) as lease:
        yield Context.of(config, start(config, name), lease)


@contextmanager
def reading(options: Options, name: str) -> Iterator[Context]:
    """A run that only reads."""
    from p4dp.pipeline.context import Context
    from p4dp.storage.session import start

    config = options.load()
    yield Context.of(config, start(config, name))


@contextmanager
def progress_of() -> Iterator[Callable[[str], None]]:
    """A spinner with the stage on a terminal, a plain line otherwise."""
    if not errors.is_terminal:
        log = logging.getLogger("p4dp")
        yield lambda stage: log.info("stage %s", stage)
        return
    with errors.status("starting") as status:
        yield lambda stage: status.update(f"stage {stage}")


def say(options: Options, result: dict[str, Any], title: str) -> None:
    """The closing summary: one JSON object, or a table."""
    if options.json:
        print(json.dumps(result, default=str), flush=True)
        return
    table = RichTable(title=title, show_header=False)
    for key, value in result.items():
        table.add_row(key, json.dumps(value, default=str) if isinstance(value, dict | list) else str(value))
    Console().print(table)
