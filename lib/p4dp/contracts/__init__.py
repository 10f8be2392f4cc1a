"""Every table of the platform, by layer and name."""

from __future__ import annotations

import importlib
import pkgutil

from p4dp.contracts.core import Column, ContractError, Rule, Table

__all__ = ["LAYERS", "TABLES", "Column", "ContractError", "Rule", "Table", "layer", "table"]

LAYERS = ("vault", "bronze", "restricted", "silver", "snds", "events", "linked", "gold", "ops")


def _load() -> dict[str, Table]:
    found: dict[str, Table] = {}
    for name in LAYERS:
        package = importlib.import_module(f"p4dp.contracts.{name}")
        for info in pkgutil.iter_modules(package.__path__):
            declared = getattr(importlib.import_module(f"{package.__name__}.{info.name}"), "TABLE", None)
            if declared is not None:
                if (declared.layer, declared.name) != (name, info.name):
                    raise ContractError(f"contracts/{name}/{info.name}.py declares {declared.layer}.{declared.name}")
                found[f"{name}.{info.name}"] = declared
    for contract in found.values():
        for column in contract.columns:
            if column.references and f"silver.{column.references.split('.')[0]}" not in found:
                raise ContractError(f"{contract.layer}.{contract.name}.{column.name} refers to an unknown table")
    return found


TABLES: dict[str, Table] = _load()


def table(name: str) -> Table:
    """The contract of `layer.table`."""
    return TABLES[name]


def layer(name: str) -> tuple[Table, ...]:
    """All contracts of a layer."""
    return tuple(t for t in TABLES.values() if t.layer == name)
