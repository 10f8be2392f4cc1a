"""The condition of an export: comparisons of a released table's columns with literals, and nothing that could read elsewhere."""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from p4dp.errors import UsageError

_ALLOWED = (exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.And, exp.Or, exp.Not, exp.Paren, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE,
            exp.Between, exp.In, exp.Like, exp.Is, exp.Neg)  # fmt: skip


def condition(text: str, columns: list[str]) -> str:
    """The condition as Spark SQL; true when none is given.

    Raises:
        UsageError: it is no condition, uses more than comparisons, or names a column that is not there.
    """
    if not text.strip():
        return "true"
    try:
        tree = sqlglot.parse_one(text, dialect="spark")
    except ParseError:
        raise UsageError(f"--where {text!r}: not a condition") from None
    for node in tree.walk():
        if not isinstance(node, _ALLOWED):
            raise UsageError(
                f"--where: {type(node).__name__.lower()} is not allowed; compare columns with values, joined by and, or, not"
            )
        if isinstance(node, exp.Column) and (node.table or node.name not in columns):
            raise UsageError(f"--where: no column {node.sql(dialect='spark')}; there are {', '.join(columns)}")
    return tree.sql(dialect="spark")


def equalities(text: str) -> dict[str, str]:
    """What a condition holds fixed: columns that it sets equal to a value, joined by and. A cell of men is the cell of a question about men."""
    out: dict[str, str] = {}
    if not text.strip():
        return out
    pending = [sqlglot.parse_one(text, dialect="spark")]
    while pending:
        node = pending.pop()
        if isinstance(node, exp.Paren):
            pending.append(node.this)
        elif isinstance(node, exp.And):
            pending += [node.left, node.right]
        elif isinstance(node, exp.EQ) and isinstance(node.left, exp.Column) and isinstance(node.right, exp.Literal):
            out[node.left.name] = node.right.name
    return out
