"""Contract → Great Expectations suite, as JSON.

A suite has three parts, told apart by `meta.reads`: `changed` (row rules, on the rows that the batch wrote), `table`
(keys, on the whole table) and `columns` (names and order). Rules that need more than one column, and references, are read
from a boolean column that the gate adds (`meta.column`), so that no expectation ever has to print a row.
"""

from __future__ import annotations

from typing import Any

from p4dp.artefacts.ddl import constraint_name
from p4dp.contracts import Rule, Table


def _bound(sql: str) -> float | None:
    """A number as bound; None for dates and expressions, which a boolean column of the gate checks."""
    try:
        return float(sql)
    except ValueError:
        return None


def _expectation(kind: str, kwargs: dict[str, Any], rule: str, reads: str, notes: str) -> dict[str, Any]:
    return {"type": f"expect_{kind}", "kwargs": kwargs, "meta": {"rule": rule, "reads": reads, "notes": notes}}


def _of_rule(table: Table, rule: Rule) -> list[dict[str, Any]]:
    column = rule.columns[0]
    declared = table.column(column) if column in table.names else None

    def one(kind: str, kwargs: dict[str, Any], reads: str = "changed") -> dict[str, Any]:
        return _expectation(kind, kwargs, rule.code, reads, rule.sentence)

    match rule.kind:
        case "required":
            return [one("column_values_to_not_be_null", {"column": column})]
        case "codes":
            assert declared is not None and declared.codes is not None
            return [one("column_values_to_be_in_set", {"column": column, "value_set": list(declared.codes)})]
        case "pattern":
            assert declared is not None
            return [one("column_values_to_match_regex", {"column": column, "regex": f"^({declared.matches})$"})]
        case "order":
            pair = {
                "column_A": column,
                "column_B": rule.columns[1],
                "or_equal": True,
                "ignore_row_if": "either_value_is_missing",
            }
            return [one("column_pair_values_a_to_be_greater_than_b", pair)]
        case "duplicate" if len(rule.columns) == 1:
            return [one("column_values_to_be_unique", {"column": column}, "table")]
        case "duplicate":
            return [one("compound_columns_to_be_unique", {"column_list": list(rule.columns)}, "table")]
        case "range":
            assert declared is not None and declared.between is not None
            low, high = (_bound(b) for b in declared.between)
            if None not in (low, high):
                return [one("column_values_to_be_between", {"column": column, "min_value": low, "max_value": high})]
            return [one("column_values_to_be_in_set", {"column": constraint_name(rule), "value_set": [True]})]
        case "check" | "orphan":
            return [one("column_values_to_be_in_set", {"column": constraint_name(rule), "value_set": [True]})]
        case _:  # moved and unreadable texts exist before the write only: the quarantine counts them
            return []


def added_columns(table: Table) -> dict[str, str]:
    """Boolean columns that the gate adds before it validates: name → SQL. References are added by the gate itself."""
    out: dict[str, str] = {}
    for rule in table.rules:
        literal = True
        if rule.kind == "range":
            between = table.column(rule.columns[0]).between
            literal = between is not None and all(_bound(b) is not None for b in between)
        if rule.severity == "row" and (rule.kind == "check" or not literal):
            out[constraint_name(rule)] = f"({rule.valid}) IS NOT FALSE"
    return out


def suite(table: Table) -> dict[str, Any]:
    """The suite of a table, ready to be written as JSON."""
    expectations = [
        _expectation(
            "table_columns_to_match_ordered_list",
            {"column_list": list(table.names)},
            f"{table.name}.columns",
            "columns",
            "Names and order of the columns are those of the contract.",
        )
    ]
    for rule in table.rules:
        if rule.severity == "row":
            expectations += _of_rule(table, rule)
    return {
        "name": f"{table.layer}.{table.name}",
        "expectations": expectations,
        "meta": {"generated_from": "contracts"},
    }
