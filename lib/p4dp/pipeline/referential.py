"""Referentials of the site: files of a code and what it stands for."""

from __future__ import annotations

import logging

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.dataset as pads
import pyarrow.fs as pafs
from pyspark.sql import DataFrame, SparkSession

from p4dp.errors import UsageError
from p4dp.storage import parts

log = logging.getLogger("p4dp")


def read(spark: SparkSession, address: str, key: str, value: str, once: bool = True) -> DataFrame | None:
    """The two columns of a delimited file, as text; None when the site has no such file.

    Args:
        once: whether a code may stand in one line only: two would double the rows that have it.

    Raises:
        UsageError: not UTF-8 text with a comma between fields, a column is missing, or a code stands twice.
    """
    system, inside = parts.filesystem(address)
    if system.get_file_info(inside).type == pafs.FileType.NotFound:
        log.info("no referential %s: doing without", address)
        return None
    text = pacsv.ConvertOptions(column_types={key: pa.string(), value: pa.string()})
    try:
        found = pads.dataset(inside, filesystem=system, format=pads.CsvFileFormat(convert_options=text))
        missing = {key, value} - set(found.schema.names)
        codes = None if missing else found.to_table(columns=[key])[key]
    except pa.ArrowInvalid:
        raise UsageError(
            f"{address}: not readable as UTF-8 text with a comma between fields and {key},{value} in its first line"
        ) from None
    if codes is None:
        raise UsageError(
            f"{address}: no column {', '.join(sorted(missing))} in its first line; it is read as {key},{value} with a comma between"
        )
    if once:
        counts = pc.value_counts(codes)
        twice = sorted(str(c["values"]) for c in counts.to_pylist() if c["counts"] > 1)
        if twice:
            raise UsageError(
                f"{address}: {len(twice)} codes of {key} stand in more than one line, {twice[0]} the first: leave one line of each"
            )
    return spark.read.csv(address, header=True).select(key, value)
