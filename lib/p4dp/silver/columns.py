"""Raw text → typed columns that remember what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from p4dp.contracts import Table
from p4dp.silver import codes
from p4dp.silver.mappings import Mappings

#: Columns that every raw frame carries into its silver table under the same name.
_CARRIED = (
    "practice_key",
    "patient_key",
    "encounter_id",
    "container_id",
    "delivery_id",
    "sequence",
    "extracted_on",
    "batch_id",
)
#: What the quarantine needs beside the contract's columns.
HELPERS = ("record_key", "record_id", "software", "_unreadable", "_moved", "_copies", "_orphan")


@dataclass(frozen=True)
class Parsed:
    """A typed value beside the text that it was read from: text without a value is unreadable."""

    raw: Column
    value: Column


def _iso(raw: Column) -> Column:
    """Text of the three kinds of dates → text yyyy-MM-dd; a missing month or day is 01.

    dd/MM/yyyy or MM/yyyy; yyyy-MM-dd or yyyy-MM, with or without time; yyyyMMdd, yyyyMM or yyyy, with or without time (HL7).
    """

    def part(start: int, length: int) -> Column:
        return F.substring(raw, start, length)

    digits = F.substring_index(F.substring_index(raw, "+", 1), "-", 1)
    length = F.length(digits)
    return (
        F.when(part(6, 1) == "/", F.concat(part(7, 4), F.lit("-"), part(4, 2), F.lit("-"), part(1, 2)))
        .when((part(5, 1) == "-") & (F.length(raw) == 7), F.concat(part(1, 7), F.lit("-01")))
        .when(part(5, 1) == "-", part(1, 10))
        .when(part(3, 1) == "/", F.concat(part(4, 4), F.lit("-"), part(1, 2), F.lit("-01")))
        .when(length >= 8, F.concat(part(1, 4), F.lit("-"), part(5, 2), F.lit("-"), part(7, 2)))
        .when(length == 6, F.concat(part(1, 4), F.lit("-"), part(5, 2), F.lit("-01")))
        .when(length == 4, F.concat(part(1, 4), F.lit("-01-01")))
    )


def day(raw: Column) -> Parsed:
    """A whole day in any of the three kinds of dates; of what was done on a day, a month or a year alone tells no day."""
    return Parsed(raw, F.when(F.length(raw) >= 8, _iso(raw)).try_cast("date"))


def day_or_part(raw: Column) -> Parsed:
    """A day, or the first of the month or year where no more is known: of what people remember or documents state."""
    return Parsed(raw, _iso(raw).try_cast("date"))


def date_precision(raw: Column) -> Column:
    """Whether day, month or year was given."""
    return F.when(F.length(raw) == 4, "year").when(F.length(raw).isin(6, 7), "month").when(raw.isNotNull(), "day")


def time_of_day(raw: Column) -> Column:
    """HH:mm of a date with time; null when none was given."""
    iso = F.regexp_extract(raw, "[T ]([0-2][0-9]:[0-5][0-9])", 1)
    hl7 = F.regexp_extract(raw, "^[0-9]{8}([0-2][0-9])([0-5][0-9])", 1)
    compact = F.concat_ws(":", hl7, F.regexp_extract(raw, "^[0-9]{8}([0-2][0-9])([0-5][0-9])", 2))
    return F.when(F.length(raw) > 10, F.when(iso != "", iso).when(hl7 != "", compact))


def number(raw: Column) -> Parsed:
    """A number with comma or point; a comparator before it is dropped here and kept by `comparator`."""
    return Parsed(raw, F.translate(raw, ",<>=~ ", ".").try_cast("double"))


def comparator(raw: Column) -> Column:
    """<, >, <= or >= before a number; null when there is none."""
    found = F.regexp_extract(raw, "^([<>]=?)", 1)
    return F.when(found != "", found)


def yes_no(raw: Column) -> Parsed:
    """A flag in the words that French software uses."""
    word = F.lower(raw)
    return Parsed(
        raw,
        F.when(word.isin("o", "oui", "1", "true", "vrai", "v"), True).when(word.isin("n", "non", "0", "false", "faux", "f"), False),
    )


def coded(raw: DataFrame, kind: str, systems: tuple[str, ...], mappings: Mappings) -> tuple[DataFrame, dict[str, Column]]:
    """Standard code and system with the original beside them.

    The source's own mapping of codes (`kind.code` in conf/sources) comes first: it turns a local code into `SYSTEM:code`.
    The frame that comes back holds the codes as columns of their own, so that what is built on them does not repeat them.
    """
    mapped = mappings.known(f"{kind}.code", raw["code"])
    system, code = codes.system(raw["code_system"]), raw["code"]
    if mapped is not None:
        raw = raw.withColumn("_mapped", mapped)
        system = F.coalesce(F.substring_index("_mapped", ":", 1), system)
        code = F.coalesce(F.substring_index("_mapped", ":", -1), code)
    raw = raw.withColumns({"_system": system, "_code": codes.tidy(code)})
    raw = raw.withColumn("_standard", codes.normal(systems, F.col("_system"), F.col("_code")))
    return raw, {
        "code_system": F.when(F.col("_standard").isNotNull(), F.col("_system")),
        "code": F.col("_standard"),
        "source_code_system": F.when(F.col("code").isNotNull(), F.col("code_system")),
        "source_code": F.col("code"),
    }


def icd10(raw: Column) -> Parsed:
    """A CIM-10 code of a field that knows no other system."""
    return Parsed(raw, codes.normal(("CIM-10",), F.lit("CIM-10"), codes.tidy(raw)))


def conformed(raw: DataFrame, table: Table, values: Mapping[str, Column | Parsed]) -> DataFrame:
    """The contract's columns in order, and the helpers that the quarantine needs.

    Columns that are neither given nor carried are null; the table's own key is the record's key. Values are read in one projection and
    judged in the next, so that no text is parsed twice.
    """
    chosen: list[Column] = []
    given_text = {name: v.raw.isNotNull().alias(f"_given_{name}") for name, v in values.items() if isinstance(v, Parsed)}
    for column in table.columns:
        given = values.get(column.name)
        if isinstance(given, Parsed):
            given = given.value
        if given is None:
            if column.name == f"{table.name}_id":
                given = F.col("record_key")
            elif column.name in _CARRIED and column.name in raw.columns:
                given = F.col(column.name)
            else:
                given = F.lit(None)
        chosen.append(given.cast(column.type).alias(column.name))
    kept = [n for n in HELPERS if n in raw.columns and n not in table.names]
    # A value that the optimiser must not compute twice keeps it from merging this projection with the next, or pushing the quarantine's
    # filter through it, where each rule would repeat the whole expression of each column.
    read = raw.select(
        *chosen, *kept, F.col("moved").alias("_moved"), *given_text.values(), F.monotonically_increasing_id().alias("_once")
    )
    failed = {name: F.col(f"_given_{name}") & F.col(name).isNull() for name in given_text}
    unreadable = F.lit(None).cast("string")
    if failed:
        names = F.concat_ws(",", *(F.when(did, name) for name, did in failed.items()))
        unreadable = F.when(reduce(or_, failed.values()), names)
    return read.select(*table.names, *kept, unreadable.alias("_unreadable"), "_moved", "_once")
