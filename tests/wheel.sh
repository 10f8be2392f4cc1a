#!/bin/sh
# The wheel builds, installs in a clean environment without the sources, and imports with all it needs.
set -eu
python=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" -m build --wheel --no-isolation --outdir "$work" . >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
"$python" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --constraint constraints.txt "$work"/p4dp-*.whl
cd "$work"
"$work/venv/bin/python" - <<'PY'
import pathlib, p4dp, p4dp.cli, p4dp.algorithms.code_list, p4dp.pipeline.nightly, p4dp.simulate.country, p4dp.contracts
from p4dp.simulate.lives import assumptions
assert "site-packages" in p4dp.__file__, p4dp.__file__
assert len(p4dp.algorithms.code_list.load()) > 60
assert len(p4dp.contracts.TABLES) > 40 and assumptions()["conditions"]
print("wheel", p4dp.__version__, len(p4dp.contracts.TABLES), "contracts")
PY
