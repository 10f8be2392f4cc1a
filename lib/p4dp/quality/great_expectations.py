"""Suites → validation of a frame. Everything that is particular to a version of Great Expectations is here."""

from __future__ import annotations

import json
import logging
import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
import pandas as pd
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.types.resource_identifiers import ExpectationSuiteIdentifier, ValidationResultIdentifier
from pyspark.sql import DataFrame

for _name in ("great_expectations", "great_expectations.expectations", "great_expectations.data_context.types.base"):
    logging.getLogger(_name).setLevel(logging.ERROR)
#: counts only: the default format and any min, max or distinct expectation would print values
_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}

#: Changed rows of a table that are validated in memory.
IN_MEMORY = 20_000


@dataclass(frozen=True)
class Outcome:
    """One expectation, checked."""

    check: str
    passed: bool
    rows: int | None
    broken: int | None


@contextmanager
def quietly() -> Iterator[None]:
    """Without Great Expectations' warnings to its developers. Around all threads: filters of warnings are the process's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class Validator:
    """Validates the frames of one batch against expectations, without a value in any result; its Data Docs are a site of their own."""

    def __init__(self, logs: Path, batch_id: int) -> None:
        self._sites, self._run, self._one = logs / "quality", RunIdentifier(f"batch-{batch_id}"), Lock()
        self._context = gx.get_context(mode="ephemeral")
        ((site, told),) = self._context.list_data_docs_sites().items()
        shutil.rmtree(told["store_backend"]["base_directory"], ignore_errors=True)  # the folder that GE made for itself
        folder = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(self._sites / self._run.run_name)}
        self._context.update_data_docs_site(
            site,
            {
                "class_name": "SiteBuilder",
                "store_backend": folder,
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
                "show_how_to_buttons": False,
            },
        )
        self._context.variables.progress_bars = {"globally": False, "profilers": False, "metric_calculations": False}
        self._spark = self._context.data_sources.add_spark("spark", persist=False)
        self._pandas = self._context.data_sources.add_pandas("pandas")

    def validate(self, name: str, frame: DataFrame | pd.DataFrame, expectations: list[dict[str, Any]]) -> list[Outcome]:
        """Outcomes of expectations (type, kwargs, meta with rule); `name` is theirs in the Data Docs, once per batch. Threads may call it together."""
        source = self._pandas if isinstance(frame, pd.DataFrame) else self._spark
        with self._one:  # its context is not made for several threads, the queries of a validation are
            batch = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
            suite = gx.ExpectationSuite(name=name)
            configured = [gx.expectations.core.__dict__[_camel(e["type"])](**e["kwargs"], meta=e["meta"]) for e in expectations]
            suite.expectations = configured
        result = batch.validate(suite, result_format=_FORMAT)
        with self._one:
            self._context.suites.add(suite)
            key = ValidationResultIdentifier(ExpectationSuiteIdentifier(name), self._run, name)
            self._context.validation_results_store.set(key, result)
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
        return outcomes

    def docs(self) -> None:
        """Writes GE's Data Docs of the batch, and the page that leads to those of every batch."""
        self._context.build_data_docs()
        batches = sorted(
            (p.name for p in self._sites.glob("batch-*") if p.is_dir()), key=lambda n: int(n.removeprefix("batch-")), reverse=True
        )
        lines = ["<!doctype html><meta charset=utf-8><title>Quality</title><h1>Quality by batch</h1>"]
        lines += [f'<p><a href="{b}/index.html">{b}</a></p>' for b in batches]
        (self._sites / "index.html").write_text("\n".join(lines), "utf-8")


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def load(folder: Path, name: str) -> list[dict[str, Any]]:
    """Expectations of the generated suite of `layer.table`."""
    return list(json.loads((folder / "generated" / f"{name.replace('.', '/')}.json").read_text("utf-8"))["expectations"])
