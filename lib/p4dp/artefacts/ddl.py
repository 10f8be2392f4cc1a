"""Contract → Delta DDL with comments and constraints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from p4dp.contracts import Rule, Table

#: Kinds of rules that a single row decides, and that Delta therefore enforces as CHECK.
CHECKED = ("codes", "range", "pattern", "order", "check")


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def columns(table: Table, only: tuple[str, ...] | None = None) -> str:
    """The column list, as in CREATE TABLE; of some columns only when asked."""
    chosen = [c for c in table.columns if only is None or c.name in only]
    return ", ".join(f"`{c.name}` {c.type}{' NOT NULL' if c.required else ''} COMMENT {quoted(c.sentence)}" for c in chosen)


def constraint_name(rule: Rule) -> str:
    """The name of the CHECK constraint of a rule: its code with plain characters."""
    return rule.code.replace(".", "__")


def checks(table: Table) -> dict[str, str]:
    """CHECK constraints by name. A null result keeps the promise, which Delta would otherwise refuse."""
    return {constraint_name(r): f"({r.valid}) IS NOT FALSE" for r in table.rules if r.severity == "row" and r.kind in CHECKED}


def skipped_by(table: Table) -> tuple[str, ...]:
    """Columns of which Delta keeps minimum and maximum per file: those that reads filter on. Of all others the figures would only cost."""
    usual = ("practice_key", "batch_id", "p4dp_slice")
    return tuple(c.name for c in table.columns if c.name in (*usual, *table.cluster) or c.type in ("date", "timestamp"))


def amended(table: Table, location: str, held: Iterable[str], constraints: Mapping[str, str]) -> list[str]:
    """Statements that give a table the columns and constraints that its contract has gained or changed since it was created.

    Args:
        held: its columns.
        constraints: its CHECK constraints by name.
    """

    def same(one: str, other: str) -> bool:  # ALTER TABLE keeps a condition with other blanks
        return "".join(one.split()) == "".join(other.split())

    known, wanted = set(held), {name.lower(): (name, sql) for name, sql in checks(table).items()}
    gained = [f"`{c.name}` {c.type} COMMENT {quoted(c.sentence)}" for c in table.columns if c.name not in known]
    out = [f"ALTER TABLE delta.`{location}` ADD COLUMNS ({', '.join(gained)})"] if gained else []
    for lower, sql in constraints.items():
        if lower not in wanted or not same(wanted[lower][1], sql):
            out.append(f"ALTER TABLE delta.`{location}` DROP CONSTRAINT {lower}")
    for lower, (name, sql) in wanted.items():
        if not same(constraints.get(lower, ""), sql):
            out.append(f"ALTER TABLE delta.`{location}` ADD CONSTRAINT {name} CHECK ({sql})")
    return out


def create(table: Table, location: str) -> str:
    """One statement that creates the table with everything that it promises."""
    properties = {f"delta.constraints.{name}": sql for name, sql in checks(table).items()}
    # planning asks each scan of such a table twice for its files, so only what nights change in place has them
    changed_in_place = "true" if table.layer in ("silver", "events") else "false"
    properties |= {"delta.enableDeletionVectors": changed_in_place, "delta.checkpointInterval": "20"}
    if filtered := skipped_by(table):
        properties["delta.dataSkippingStatsColumns"] = ",".join(filtered)
    listed = ", ".join(f"{quoted(k)} = {quoted(v)}" for k, v in properties.items())
    cluster = f" CLUSTER BY ({', '.join(table.cluster)})" if table.cluster else ""
    return (
        f"CREATE TABLE IF NOT EXISTS delta.`{location}` ({columns(table)}) USING delta"
        f" COMMENT {quoted(table.grain)}{cluster} TBLPROPERTIES ({listed})"
    )
