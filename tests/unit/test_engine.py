"""The package asks of Spark only what Spark Connect also knows, so that another engine can take its place."""

from __future__ import annotations

import ast
from pathlib import Path

import p4dp

CLASSIC = {"_jvm", "_jsparkSession", "_jsc", "_jdf", "_sc", "sparkContext", "rdd"}


def test_the_other_writer_of_tables_has_one_room_and_knows_no_engine() -> None:
    """delta-rs stands in storage/delta_rs.py, which imports nothing of Spark: whatever engine runs, it is the same."""
    importing = {
        f.relative_to(Path(p4dp.__file__).parent).as_posix(): _imported(f) for f in Path(p4dp.__file__).parent.rglob("*.py")
    }
    assert [f for f, names in importing.items() if "deltalake" in names] == ["storage/delta_rs.py"]
    assert not importing["storage/delta_rs.py"] & {"pyspark", "delta", "py4j"}
    assert [f for f, names in importing.items() if "delta" in names] == []


def _imported(file: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(file.read_text("utf-8"))))
    plain = {a.name.split(".")[0] for n in nodes if isinstance(n, ast.Import) for a in n.names}
    return plain | {n.module.split(".")[0] for n in nodes if isinstance(n, ast.ImportFrom) and n.module}


def test_no_way_into_the_virtual_machine() -> None:
    used = [
        f"{file.name}:{node.lineno} {node.attr}"
        for file in Path(p4dp.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in CLASSIC
    ]
    assert used == []
