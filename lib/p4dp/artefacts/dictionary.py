"""Contract → a page of the data dictionary."""

from __future__ import annotations

import json

from p4dp.artefacts import ddl, examples
from p4dp.contracts import LAYERS, Column, Table, layer

_LAYER_SENTENCES = {
    "vault": "Identifying traits and pseudonyms. Own root, own account; nothing downstream reads its tables.",
    "bronze": "Raw medical records as text, with where they come from.",
    "restricted": "Words that people wrote. Own credentials.",
    "silver": "One general-practice model whatever the software.",
    "snds": "The national claims system as its extracts deliver it, typed; official names are kept.",
    "events": "What the claims say of people: one beneficiary per human, flat claim lines, and events.",
    "gold": "What algorithms found, with the run that found it.",
    "linked": "Which patient is which beneficiary, how sure that is, and why others have no link.",
    "ops": "What happened: deliveries, batches, published versions, quality, runs, accesses.",
}


def _promises(column: Column) -> str:
    out = []
    if column.required:
        out.append("never empty")
    if column.codes:
        out.append("; ".join(f"`{c}` {m}" for c, m in column.codes.items()))
    if column.between:
        out.append(f"{column.between[0]} to {column.between[1]}")
    if column.matches:
        out.append(f"form `{column.matches}`")
    if column.not_before:
        out.append(f"not before `{column.not_before}`")
    if column.references:
        target, name = column.references.split(".")
        out.append(f"a row of [{target}]({target}.md) (`{name}`)")
    if column.source:
        out.append(f"source: {column.source}")
    return ". ".join(out).replace("|", "\\|")


def page(table: Table) -> str:
    """The markdown page of one table."""
    lines = [f"# {table.layer}.{table.name}", "", table.grain, ""]
    if table.caveat:
        lines += [f"**Careful:** {table.caveat}", ""]
    if table.source:
        lines += [f"Source: {table.source}.", ""]
    if table.key:
        lines += [f"One row per `{'`, `'.join(table.key)}`.", ""]
    lines += ["| column | type | unit | meaning | promises |", "|---|---|---|---|---|"]
    for c in table.columns:
        shown = c.type if len(c.type) < 30 else "array&lt;struct&gt;"
        lines.append(f"| `{c.name}` | {shown} | {c.unit} | {c.sentence} | {_promises(c)} |")
    if table.texts:
        lines += ["", "Free text of these records goes to restricted.free_text:", ""]
        lines += [f"- `{name}`: {meaning}" for name, meaning in table.texts.items()]
    if table.layer == "silver" and table.rules:
        lines += ["", "## Rules", "", "| code | severity | rule |", "|---|---|---|"]
        lines += [f"| `{r.code}` | {r.severity} | {r.sentence} |".replace("[0-9]{", "[0-9]{") for r in table.rules]
    lines += ["", "## Example row", "", "```json", json.dumps(examples.rows(table, 1)[0], default=str, indent=1), "```"]
    lines += [
        "",
        "## Definition",
        "",
        "```sql",
        ddl.create(table, f"<warehouse>/{table.layer}/{table.name}"),
        "```",
        "",
    ]
    return "\n".join(lines)


def index() -> str:
    """The first page: every table with its grain."""
    lines = ["# Data dictionary", "", "Generated from the contracts by `make generate`; do not edit.", ""]
    for name in LAYERS:
        lines += [f"## {name}", "", _LAYER_SENTENCES[name], "", "| table | one row is |", "|---|---|"]
        lines += [f"| [{t.name}]({name}/{t.name}.md) | {t.grain} |" for t in layer(name)]
        lines.append("")
    return "\n".join(lines)
