"""What a table promises, declared once; artefacts, rules and documentation are generated from it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["row", "delivery", "note"]
Type = str  # a Spark SQL type

_NAME = re.compile(r"[a-z][a-z0-9_]*")
#: Official names are kept as they are.
_OFFICIAL = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
#: Columns that say where a row comes from: left out when two builds of a table are compared.
PROVENANCE = ("delivery_id", "sequence", "extracted_on", "batch_id", "landed_at", "source_file", "source_row")


class ContractError(Exception):
    """A declaration that contradicts itself; raised when the module is imported."""


@dataclass(frozen=True)
class Rule:
    """One promise that can be broken.

    Args:
        code: stable name, `<table>.<column or key>.<kind>`; results, tolerances and truths refer to it.
        severity: `row` sends the row to quarantine, `delivery` refuses the whole delivery, `note` only counts.
        sentence: what must hold, in words.
        valid: SQL that is true for a row that keeps the promise; null counts as kept. Empty for rules that
            need more than the row (key, reference, unreadable text): the quarantine adds those itself.
        kind: required, unreadable, codes, range, pattern, order, duplicate, orphan, moved or check.
        columns: the columns it speaks about.
    """

    code: str
    severity: Severity
    sentence: str
    valid: str
    kind: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """One column: its type, what it means, and what it promises.

    Args:
        sentence: meaning, in one sentence.
        unit: UCUM unit or `none`.
        source: where meaning or code list come from.
        required: never null.
        parsed: its text can be unreadable (then the row is quarantined with `unreadable`).
        guarded: raw text of another shape is not landed (then the silver row is quarantined with `moved`).
        codes: closed list, code to meaning.
        between: lowest and highest value allowed, as SQL literals.
        matches: full-match regular expression.
        not_before: a column of the same row that must not be later.
        references: `table.column` of the silver layer that must hold the value.
        example: a typed value within all of the above.
    """

    name: str
    type: Type
    sentence: str
    unit: str = ""
    source: str = ""
    required: bool = False
    parsed: bool = False
    guarded: bool = False
    codes: dict[str, str] | None = None
    between: tuple[str, str] | None = None
    matches: str = ""
    not_before: str = ""
    references: str = ""
    example: str = ""

    def rules(self, table: str) -> tuple[Rule, ...]:
        """The row rules that follow from the declaration, in the order in which they are reported."""
        name, out = self.name, list[Rule]()

        def add(kind: str, sentence: str, valid: str, *more: str) -> None:
            out.append(Rule(f"{table}.{name}.{kind}", "row", sentence, valid, kind, (name, *more)))

        if self.parsed:
            add("unreadable", f"{name} can be read as {self.type}.", "")
        if self.required:
            add("required", f"{name} is never empty.", f"{name} IS NOT NULL")
        if self.codes is not None:
            codes = ", ".join(f"'{c}'" for c in self.codes)
            add("codes", f"{name} is one of {', '.join(self.codes)}.", f"{name} IN ({codes})")
        if self.between:
            low, high = self.between
            add("range", f"{name} lies between {low} and {high}.", f"{name} BETWEEN {low} AND {high}")
        if self.matches:
            add("pattern", f"{name} has the form {self.matches}.", f"{name} RLIKE '^({self.matches})$'")
        if self.not_before:
            add("order", f"{name} is not before {self.not_before}.", f"{name} >= {self.not_before}", self.not_before)
        if self.references:
            add("orphan", f"{name} is a row of {self.references.split('.')[0]}.", "")
        return tuple(out)


@dataclass(frozen=True)
class Table:
    """One table: its grain, columns, key and rules.

    Raises:
        ContractError: a name used twice, a key that is no column, an example outside its own rules.
    """

    layer: str
    name: str
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    cluster: tuple[str, ...] = ()
    extra_rules: tuple[Rule, ...] = ()
    caveat: str = ""
    source: str = ""
    #: free-text fields of a bronze record kind: they go to restricted, never to bronze
    texts: dict[str, str] = field(default_factory=dict)
    #: an SNDS table: its official name, and the columns without which a file of it is refused
    official: str = ""
    needs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [c.name for c in self.columns]
        where = f"{self.layer}.{self.name}"
        if len(set(names)) != len(names):
            raise ContractError(f"{where}: a column is declared twice")
        allowed = _OFFICIAL if self.layer in ("snds", "events") else _NAME
        for name in (self.name, *names):
            if not allowed.fullmatch(name):
                raise ContractError(f"{where}: '{name}' is not a plain lower-case name")
        for used in (*self.key, *self.cluster, *self.needs, *(c.not_before for c in self.columns if c.not_before)):
            if used not in names:
                raise ContractError(f"{where}: '{used}' is not a column")
        for column in self.columns:
            if not column.sentence.endswith("."):
                raise ContractError(f"{where}.{column.name}: the meaning is a sentence")
            if column.matches and not re.fullmatch(column.matches, column.example):
                raise ContractError(f"{where}.{column.name}: the example does not match its own pattern")
        codes = [r.code for r in self.rules]
        if len(set(codes)) != len(codes):
            raise ContractError(f"{where}: a rule code is used twice")

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule of the table: those of its columns, its own, and its key."""
        rules = [rule for column in self.columns for rule in column.rules(self.name)]
        rules += self.extra_rules
        if self.key:
            sentence = f"One row per {', '.join(self.key)}."
            rules.append(Rule(f"{self.name}.key.duplicate", "row", sentence, "", "duplicate", self.key))
        return tuple(rules)

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(c.name for c in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(c for c in self.columns if c.name == name)


def check(table: str, name: str, sentence: str, valid: str, *columns: str, severity: Severity = "row") -> Rule:
    """A rule of one row that no column can express alone."""
    return Rule(f"{table}.{name}", severity, sentence, valid, "check", columns)
