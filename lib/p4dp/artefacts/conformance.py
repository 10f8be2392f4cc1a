"""Contracts of the SNDS against the official schema: `python -m p4dp.artefacts.conformance DIR…` (JSON table schemas, one a file).

Every difference is listed. A difference that is meant (a code that the schema calls a number stays text, since it has leading zeros) is told
apart from one that is not; the latter ends the command with 1.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from p4dp.contracts import Table, layer
from p4dp.contracts.snds.base import kind_of

#: Official type → kinds that keep its values whole.
_SAME = {
    "string": ("text",),
    "integer": ("count",),
    "number": ("number",),
    "date": ("date", "month"),
    "datetime": ("date",),
    "year": ("year",),
    "yearmonth": ("text",),
    "boolean": ("code",),
}
_MEANT = {("integer", "code"): "a code stays text", ("string", "code"): "a code stays text"}


def differences(contract: Table, official: dict[str, object]) -> tuple[list[str], list[str]]:
    """(meant, not meant) differences of one table, one line each."""
    ours = {c.name: c for c in contract.columns if kind_of(c) and "project extracts" not in c.source}
    theirs = {str(f["name"]): f for f in official["fields"]}  # type: ignore[attr-defined]
    meant: list[str] = []
    wrong = [f"{name}: in the schema, not in the contract" for name in theirs.keys() - ours.keys()]
    wrong += [f"{name}: in the contract, not in the schema" for name in ours.keys() - theirs.keys()]
    for name in sorted(ours.keys() & theirs.keys()):
        facts = dict(part.split(" ", 1) for part in ours[name].source.split("; ") if " " in part)
        field, kind = theirs[name], kind_of(ours[name])
        if kind not in _SAME[str(field["type"])]:
            reason = _MEANT.get((str(field["type"]), kind))
            (meant if reason else wrong).append(f"{name}: {field['type']} there, {kind} here" + (f" ({reason})" if reason else ""))
        for fact, told in (("length", field.get("length")), ("nomenclature", field.get("nomenclature"))):
            wanted = "" if told in (None, "-", "None") else str(told)
            if facts.get(fact, "") != wanted:
                wrong.append(f"{name}: {fact} '{wanted}' there, '{facts.get(fact, '')}' here")
        years = str(field.get("dateCreated") or "") + (f"-{field['dateDeleted']}" if field.get("dateDeleted") else "")
        if facts.get("years", "") != years:
            wrong.append(f"{name}: years '{years}' there, '{facts.get('years', '')}' here")
    return meant, sorted(wrong)


def main(folders: list[str]) -> int:
    """Compares every SNDS contract with the schema of its official name; prints differences and totals."""
    files = {p.stem: p for folder in folders for p in sorted(Path(folder).glob("*.json"))}
    compared, without, meant_all, wrong_all = 0, [], 0, 0
    for contract in layer("snds"):
        file = files.get(contract.official.removesuffix("_ARC"))
        if file is None:
            without.append(contract.official)
            continue
        meant, wrong = differences(contract, json.loads(file.read_text("utf-8")))
        compared, meant_all, wrong_all = compared + 1, meant_all + len(meant), wrong_all + len(wrong)
        for line in meant:
            print(f"{contract.official}.{line}")
        for line in wrong:
            print(f"{contract.official}.{line} NOT MEANT")
    print(
        f"{compared} contracts compared, {meant_all} differences meant, {wrong_all} not; no schema at hand for: {', '.join(without) or 'none'}"
    )
    if not compared:
        print("no schema found: give the folder of JSON table schemas", file=sys.stderr)
        return 2
    return 1 if wrong_all else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
