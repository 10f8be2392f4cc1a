"""A warehouse of general-practice records: ingestion, quality, linkage to claims, shared algorithms."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from p4dp.warehouse import Warehouse

__all__ = ["open_warehouse"]
__version__ = "0.1.0"


def open_warehouse(home: str | None = None, config: str = "conf/local.yaml") -> Warehouse:
    """Opens a warehouse to read: published tables by name, findings, code lists.

    Args:
        home: folder of all local state; the configuration's own without it.
        config: configuration of one environment.
    """
    from p4dp.warehouse import Warehouse

    return Warehouse(home, config)
