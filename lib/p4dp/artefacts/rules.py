"""Contract → quarantine: SQL that splits rows into kept and broken, in one pass.

Transformations give, beside the contract's columns, what a row alone cannot tell:

- `_unreadable`: names of parsed columns whose text could not be read, comma-separated, null when none;
- `_moved`: names of raw fields whose text was not of its shape, comma-separated, null when none;
- `_copies`: how many records of the delivery share the key;
- `_once`: a number that keeps the optimiser from repeating the columns' expressions in every rule;
- `_orphan`: true when `encounter_id` is given and no encounter has it.
"""

from __future__ import annotations

from p4dp.contracts import Rule, Table


def _named(helper: str, column: str) -> str:
    return f"coalesce(find_in_set('{column}', {helper}) > 0, false)"


def broken_when(table: Table, rule: Rule) -> str:
    """SQL that is true for a row that breaks the rule."""
    column = rule.columns[0]
    match rule.kind:
        case "moved":
            return _named("_moved", column)
        case "unreadable":
            return _named("_unreadable", column)
        case "duplicate":
            return "_copies > 1"
        case "orphan":
            return "_orphan"
        case "required":
            declared = table.column(column)
            absent = f"{column} IS NULL"
            if declared.parsed:
                absent += f" AND NOT {_named('_unreadable', column)}"
            return f"{absent} AND NOT {_named('_moved', column)}"
        case _:
            return f"({rule.valid}) IS FALSE"


def row_rules(table: Table) -> tuple[Rule, ...]:
    """The rules that send a row to quarantine."""
    return tuple(r for r in table.rules if r.severity == "row")


def kept(table: Table) -> str:
    """SQL that is true for a row that keeps every row rule; cheap, since most rows do."""
    required = [f"{c.name} IS NOT NULL" for c in table.columns if c.required]
    valid = [f"({r.valid}) IS NOT FALSE" for r in row_rules(table) if r.valid and r.kind != "required"]
    helpers = ["_once >= 0", "_unreadable IS NULL", "_moved IS NULL", "_copies <= 1", "NOT _orphan"]
    return " AND ".join([*helpers, *required, *valid])


def broken(table: Table) -> str:
    """SQL for the array of all rule codes that a row breaks."""
    cases = ", ".join(f"CASE WHEN {broken_when(table, r)} THEN '{r.code}' END" for r in row_rules(table))
    return f"array_compact(array({cases}))"
