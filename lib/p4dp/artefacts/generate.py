"""Writes the generated files, or checks that they are current: `python -m p4dp.artefacts.generate [--check] ROOT`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from p4dp.artefacts import dictionary, suite
from p4dp.contracts import TABLES


def files() -> dict[str, str]:
    """Every generated file: path below the repository's root → content."""
    out = {"docs/dictionary/README.md": dictionary.index()}
    for name, table in TABLES.items():
        out[f"docs/dictionary/{name.replace('.', '/')}.md"] = dictionary.page(table)
        out[f"expectations/generated/{name.replace('.', '/')}.json"] = json.dumps(suite.suite(table), indent=1) + "\n"
    return out


def main(arguments: list[str]) -> int:
    """Writes the files; with --check changes nothing and names what is stale."""
    check, root = "--check" in arguments, Path(next((a for a in arguments if a != "--check"), "."))
    wanted = files()
    present = {
        str(p.relative_to(root))
        for d in ("docs/dictionary", "expectations/generated")
        for p in (root / d).rglob("*")
        if p.is_file()
    }
    stale = sorted(present - set(wanted)) + sorted(
        name for name, text in wanted.items() if not (root / name).exists() or (root / name).read_text("utf-8") != text
    )
    if check:
        for name in stale:
            print(f"not current: {name} (run `make generate`)", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        path = root / name
        if name not in wanted:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[name], "utf-8")
    print(f"{len(wanted)} files, {len(stale)} changed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
