"""The package asks of Spark only what Spark Connect also knows, so that another engine can take its place."""

from __future__ import annotations

import ast
from pathlib import Path

import p4dp

CLASSIC = {"_jvm", "_jsparkSession", "_jsc", "_jdf", "_sc", "sparkContext", "rdd"}


def test_no_way_into_the_virtual_machine() -> None:
    used = [
        f"{file.name}:{node.lineno} {node.attr}"
        for file in Path(p4dp.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in CLASSIC
    ]
    assert used == []
