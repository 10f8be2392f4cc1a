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
    if _checked(address, key, value, once) is None:
        return None
    return spark.read.csv(address, header=True).select(key, value)


def communes(spark: SparkSession, address: str) -> DataFrame | None:
    """`old_code`, `new_code`: what a commune has become in the end, of a file that may tell one merger after the other; None when the site has no such file.

    Raises:
        UsageError: as `read`; or communes that became each other in turn.
    """
    listed = _checked(address, "old_code", "new_code", once=True)
    if listed is None:
        return None
    rows = listed.to_table(columns=["old_code", "new_code"]).to_pylist()
    became = {r["old_code"]: r["new_code"] for r in rows if r["old_code"] and r["new_code"]}
    ends = [_end(became, old, address) for old in became]
    return spark.createDataFrame(pa.table({"old_code": pa.array(became, pa.string()), "new_code": pa.array(ends, pa.string())}))


def _end(became: dict[str, str], old: str, address: str) -> str:
    seen, code = {old}, became[old]
    while code in became and became[code] != code:
        if code in seen:
            raise UsageError(
                f"{address}: commune {code} becomes itself by way of others: leave out the lines that do not hold today"
            )
        seen.add(code)
        code = became[code]
    return code


def _checked(address: str, key: str, value: str, once: bool) -> pads.Dataset | None:
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
    return found
