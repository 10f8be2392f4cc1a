"""Algorithms and what becomes of them: listed, run, compared, registered, replayed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table as RichTable

from p4dp.cli.options import Options, progress_of, reading, say, takes_options, writing
from p4dp.cli.stages import day
from p4dp.config import Config
from p4dp.errors import UsageError

if TYPE_CHECKING:
    from p4dp.algorithms.code_list import CodeList
    from p4dp.algorithms.core import Algorithm

algorithms = typer.Typer(help="Algorithms that others can reuse.", no_args_is_help=False, invoke_without_command=True)
runs = typer.Typer(help="Runs of algorithms in MLflow.", no_args_is_help=True)
stage = typer.Typer()
Param = Annotated[list[str] | None, typer.Option("--param", help="A parameter of the algorithm: key=value")]
Side = Annotated[str, typer.Option("--side", help="gp, snds or both")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Last day that counts (yyyy-MM-dd); the last delivery's day without it")]
Folder = Annotated[list[Path] | None, typer.Option("--folder", help="A folder of your own algorithms, one file each")]


def known(config: Config, folders: list[Path] | None = None) -> tuple[dict[str, Algorithm], dict[str, CodeList]]:
    """Algorithms and code lists of the library, of the configuration's folders, and of those given."""
    from p4dp.pipeline import derive

    return derive.known(config, folders or [])


def named(found: dict[str, Algorithm], name: str) -> Algorithm:
    """One algorithm by name.

    Raises:
        UsageError: there is none; the nearest name is said.
    """
    import difflib

    if name not in found:
        near = difflib.get_close_matches(name, found, 1)
        raise UsageError(f"no algorithm {name}" + (f"; did you mean {near[0]}?" if near else "; p4dp algorithms lists them"))
    return found[name]


def pairs(given: list[str] | None) -> dict[str, str]:
    """key=value texts as a dict.

    Raises:
        UsageError: a text without =.
    """
    out = {}
    for text in given or []:
        key, sign, value = text.partition("=")
        if not sign:
            raise UsageError(f"--param {text}: write key=value")
        out[key.strip()] = value.strip()
    return out


def sides_of(side: str) -> tuple[str, ...]:
    """The sides that --side names."""
    from p4dp.algorithms.core import SIDES

    if side not in (*SIDES, "both"):
        raise UsageError(f"--side {side}: gp, snds or both")
    return SIDES if side == "both" else (side,)


@algorithms.callback()
@takes_options
def listed(options: Options, context: typer.Context, folder: Folder = None) -> None:
    """Lists all algorithms when no command is given."""
    if context.invoked_subcommand is None:
        rows = RichTable("name", "version", "kind", "sides", "question")
        found, _ = known(options.load(), folder)
        for a in sorted(found.values(), key=lambda a: a.name):
            rows.add_row(a.name, str(a.version), a.kind, " ".join(a.sides), a.question)
        Console().print(rows)


@algorithms.command()
@takes_options
def show(options: Options, name: str, folder: Folder = None) -> None:
    """The card of an algorithm, and its registered versions."""
    from p4dp.algorithms.core import card
    from p4dp.models import registry

    config = options.load()
    found, lists = known(config, folder)
    algorithm = named(found, name)
    registered, reviewed = registry.versions(config, name), registry.notes(config, name, "clinical.")
    if options.json:
        print(
            json.dumps(
                {
                    "name": name,
                    "version": algorithm.version,
                    "card": card(algorithm, lists),
                    "registered": registered,
                    "chart_reviews": reviewed,
                }
            )
        )
        return
    lines = [
        f"- version {v['version']} {' '.join(v['aliases'])}: "
        + "; ".join(f"{p['alias']} since {p['at']} ({p['by']}): {p['reason']}" for p in v["promotions"])
        for v in registered
    ]
    clinical = [f"- {r['review_id']}, {r['answered']} patients: " + ", ".join(f"{k} {v[0]:.2f} ({v[1]:.2f} to {v[2]:.2f})" for k, v in r.items() if isinstance(v, list) and v[0] is not None)
                for r in reviewed]  # fmt: skip
    Console().print(
        Markdown(
            card(algorithm, lists)
            + "\n## Registered\n\n"
            + ("\n".join(lines) or "not registered")
            + "\n\n## Chart reviews (clinical accuracy)\n\n"
            + ("\n".join(clinical) or "none")
        )
    )


@algorithms.command()
@takes_options
def run(options: Options, name: str, side: Side = "both", param: Param = None, as_of: AsOf = None, folder: Folder = None) -> None:
    """Run one algorithm on one side or both; the findings go to gold.finding, the run to MLflow."""
    from p4dp.pipeline import derive

    found, lists = known(options.load(), folder)
    algorithm, wanted = named(found, name), sides_of(side)
    if not set(wanted) & set(algorithm.sides):
        raise UsageError(f"algorithm {name} has no side {side}; it has {', '.join(algorithm.sides)}")
    asked = derive.Derivation([algorithm], lists, wanted, day(as_of), pairs(param))
    with writing(options, "derive") as context, progress_of() as progress:
        result = derive.run(context, asked, progress)
    say(options, result, name)


@algorithms.command()
@takes_options
def concordance(options: Options, name: str) -> None:
    """Both sides of linked patients compared: kappa, sensitivity, PPV, by group and criterion; one page, one MLflow run."""
    from p4dp.pipeline import concordance as compare

    found, _ = known(options.load())
    with reading(options, "concordance") as context, progress_of() as progress:
        result = compare.run(context, named(found, name), progress)
    say(options, result, f"concordance of {name}")


@algorithms.command()
@takes_options
def register(
    options: Options,
    name: str,
    reason: Annotated[str, typer.Option(help="Why this version")],
    run_id: Annotated[
        str | None, typer.Option("--run", help="The run to register; the one that wrote gold.finding without it")
    ] = None,
    folder: Folder = None,
) -> None:
    """Register an algorithm as it ran; it becomes the candidate."""
    from pyspark.sql import functions as F

    from p4dp.models import registry

    config = options.load()
    found, _ = known(config, folder)
    algorithm = named(found, name)
    if run_id is None:
        with reading(options, "register") as context:
            rows = (
                context.tables.read("gold.finding")
                .where(F.col("algorithm") == name)
                .groupBy("run_id")
                .agg(F.max("batch_id").alias("b"))
                .orderBy(F.desc("b"))
                .head(1)
            )
        if not rows:
            raise UsageError(f"{name} found nothing yet: p4dp algorithms run {name}, or give --run")
        run_id = str(rows[0]["run_id"])
    say(options, registry.register(config, algorithm, run_id, reason), "registered")


@algorithms.command()
@takes_options
def promote(
    options: Options,
    name: str,
    version: int,
    reason: Annotated[str, typer.Option(help="Why this version")],
    alias: Annotated[str, typer.Option(help="candidate or champion")] = "champion",
) -> None:
    """Give a registered version an alias; the reason is kept with it."""
    from p4dp.models import registry

    say(options, registry.promote(options.load(), name, version, alias, reason), "promoted")


@algorithms.command()
@takes_options
def sample(options: Options, name: str, size: Annotated[int, typer.Option(help="Patients to draw")] = 80) -> None:
    """Draw patients for chart review, and write a form for each practice's own doctor (below the vault)."""
    from p4dp.pipeline import review as work

    found, _ = known(options.load())
    with writing(options, "sample") as context:
        result = work.sample(context, named(found, name), size)
    say(options, result, f"review of {name}")


@algorithms.command()
@takes_options
def review(options: Options, review_id: str, files: Annotated[list[Path], typer.Argument(help="Forms that came back")]) -> None:
    """Take answers of a chart review in: weighted sensitivity and PPV with intervals."""
    from p4dp.pipeline import review as work

    if missing := [str(f) for f in files if not f.exists()]:
        raise UsageError(f"no file {', '.join(missing)}")
    with writing(options, "review") as context:
        result = work.take_back(context, review_id, files)
    say(options, result, review_id)


@runs.command()
@takes_options
def replay(options: Options, run_id: str) -> None:
    """Run an algorithm's run again on the same table versions, and say whether the rows are the same."""
    from p4dp.errors import NotReplayed
    from p4dp.pipeline import replay as again

    with reading(options, "replay") as context, progress_of() as progress:
        result = again.run(context, run_id, progress)
    say(options, result, "replay")
    if not result["identical"]:
        raise NotReplayed(f"run {run_id}: the rows differ from those of the run")


@runs.command(name="list")
@takes_options
def list_(
    options: Options, experiment: Annotated[str, typer.Option(help="algorithms, concordance, linkage, models")] = "algorithms"
) -> None:
    """Runs of an experiment, newest first."""
    from p4dp.models import tracking

    rows: list[dict[str, Any]] = tracking.runs(options.load(), experiment)
    if options.json:
        print(json.dumps({"runs": rows}, default=str))
        return
    shown = RichTable("run", "name", "status", "started", "as of")
    for r in rows:
        shown.add_row(r["run_id"], r["name"], r["status"], r["started"], r["as_of"] or "")
    Console().print(shown)


@stage.command()
@takes_options
def derive(
    options: Options,
    only: Annotated[list[str] | None, typer.Option("--only", help="Only these algorithms")] = None,
    side: Side = "both",
    as_of: AsOf = None,
    folder: Folder = None,
    model: Annotated[str | None, typer.Option("--model", help="A registered algorithm instead: models:/NAME@champion")] = None,
) -> None:
    """Every algorithm on published tables; findings in gold.finding, a run each in MLflow."""
    from p4dp.models import registry
    from p4dp.pipeline import derive as work

    config = options.load()
    if model is not None:
        loaded = registry.load(config, model)
        asked = work.Derivation([loaded.algorithm], loaded.lists, sides_of(side), day(as_of), tags={"model": model})
    else:
        found, lists = known(config, folder)
        chosen = [named(found, n) for n in only] if only else sorted(found.values(), key=lambda a: a.name)
        asked = work.Derivation(chosen, lists, sides_of(side), day(as_of))
    with writing(options, "derive") as context, progress_of() as progress:
        result = work.run(context, asked, progress)
    say(options, result, "derive")


@stage.command()
@takes_options
def train(
    options: Options,
    name: Annotated[str, typer.Argument(help="admission, uncoded_diabetes or influenza_watch")],
    as_of: AsOf = None,
    strength: Annotated[
        float | None, typer.Option(help="Strength of the ridge penalty; without it chosen by cross-validation on the training data")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why it is trained, kept with the version")] = "",
) -> None:
    """Train a model on published tables, measure it, register it as candidate."""
    from p4dp.pipeline import train as work

    with writing(options, "train") as context, progress_of() as progress:
        result = work.run(context, name, day(as_of), strength, reason, progress)
    say(options, result, f"model {name}")


@stage.command()
@takes_options
def score(options: Options, name: str, alias: Annotated[str, typer.Option(help="candidate or champion")] = "champion") -> None:
    """Score the people of today with a registered model, into gold.finding."""
    from p4dp.pipeline import train as work

    with writing(options, "score") as context, progress_of() as progress:
        result = work.score(context, name, alias, progress)
    say(options, result, f"scores of {name}")
