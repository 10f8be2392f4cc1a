"""Suites → validation of a frame. Everything that is particular to a version of Great Expectations is here."""

from __future__ import annotations

import json
import logging
import os
import warnings
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
import pandas as pd
from great_expectations.render.renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView
from pyspark.sql import DataFrame

for _name in ("great_expectations", "great_expectations.expectations"):
    logging.getLogger(_name).setLevel(logging.ERROR)
#: counts only: the default format and any min, max or distinct expectation would print values
_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}


@dataclass(frozen=True)
class Outcome:
    """One expectation, checked."""

    check: str
    passed: bool
    rows: int | None
    broken: int | None


class Validator:
    """Validates frames against expectations, without a value in any result."""

    def __init__(self) -> None:
        self._context = gx.get_context(mode="ephemeral")
        self._context.variables.progress_bars = {"globally": False, "profilers": False, "metric_calculations": False}
        self._spark = self._context.data_sources.add_spark("spark", persist=False)
        self._pandas = self._context.data_sources.add_pandas("pandas")
        self._n = 0

    def validate(self, name: str, frame: DataFrame | pd.DataFrame, expectations: list[dict[str, Any]]) -> tuple[list[Outcome], Any]:
        """Outcomes of expectations (type, kwargs, meta with rule), and GE's own result for its pages."""
        self._n += 1
        source = self._pandas if isinstance(frame, pd.DataFrame) else self._spark
        asset = source.add_dataframe_asset(f"{name}_{self._n}")
        batch = asset.add_batch_definition_whole_dataframe("all")
        suite = gx.ExpectationSuite(name=f"{name}_{self._n}")
        configured = [gx.expectations.core.__dict__[_camel(e["type"])](**e["kwargs"], meta=e["meta"]) for e in expectations]
        suite.expectations = configured
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = batch.get_batch({"dataframe": frame}).validate(suite, result_format=_FORMAT)
        outcomes = []
        for one in result.results:
            found = one.result or {}
            failed_to_run = bool(one.exception_info and one.exception_info.get("raised_exception"))
            outcomes.append(
                Outcome(
                    one.expectation_config.meta["rule"],
                    bool(one.success) and not failed_to_run,
                    found.get("element_count"),
                    found.get("unexpected_count"),
                )
            )
        return outcomes, result


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def load(folder: Path, name: str) -> list[dict[str, Any]]:
    """Expectations of the generated suite of `layer.table`."""
    return list(json.loads((folder / "generated" / f"{name.replace('.', '/')}.json").read_text("utf-8"))["expectations"])


def page(result: Any, file: Path) -> None:
    """Writes GE's own page of a validation."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        document = ValidationResultsPageRenderer().render(result)
        file.write_text(DefaultJinjaPageView().render(document), "utf-8")


def index(folder: Path) -> None:
    """Writes the first page: every batch, newest first, with a link to each of its validations."""
    batches = sorted(
        (p for p in folder.glob("batch-*") if p.is_dir()), key=lambda p: int(p.name.removeprefix("batch-")), reverse=True
    )
    lines = ["<!doctype html><meta charset=utf-8><title>Quality</title><h1>Quality by batch</h1>"]
    for batch in batches:
        links = " ".join(f'<a href="{batch.name}/{quote(p.name)}">{escape(p.stem)}</a>' for p in sorted(batch.glob("*.html")))
        lines.append(f"<h2>{escape(batch.name)}</h2><p>{links or 'nothing was validated'}</p>")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text("\n".join(lines), "utf-8")
