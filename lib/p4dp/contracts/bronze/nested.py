"""Children that a nested delivery carries inside their container: arrays of raw fields, one column per kind."""

from __future__ import annotations

from p4dp.contracts.bronze import (
    act,
    allergy,
    care_protocol,
    certificate,
    diagnosis,
    document,
    history,
    lab_result,
    lifestyle,
    measurement,
    observation_period,
    order,
    prescription,
    reason,
    referral,
    vaccination,
    work_stoppage,
)
from p4dp.contracts.bronze.base import fields_of
from p4dp.contracts.core import Column, Table

_ENCOUNTER = (
    reason,
    diagnosis,
    prescription,
    order,
    act,
    measurement,
    lab_result,
    work_stoppage,
    certificate,
    referral,
    document,
)
_DOSSIER = (
    observation_period,
    history,
    prescription,
    lab_result,
    vaccination,
    allergy,
    lifestyle,
    care_protocol,
    document,
    measurement,
)
ENCOUNTER_CHILDREN: tuple[Table, ...] = tuple(module.TABLE for module in _ENCOUNTER)
DOSSIER_CHILDREN: tuple[Table, ...] = tuple(module.TABLE for module in _DOSSIER)


def element_fields(child: Table) -> tuple[str, ...]:
    """Fields of one array element: the child's own number, its raw fields, and what was moved."""
    return ("record_id", *(c.name for c in fields_of(child) if c.name != "encounter_record_id"), "moved")


def nested(children: tuple[Table, ...]) -> tuple[Column, ...]:
    """One array column per child kind, named like the kind."""
    return tuple(
        Column(
            child.name,
            f"array<struct<{','.join(f'{f}:string' for f in element_fields(child))}>>",
            f"Records of kind {child.name} delivered inside this one.",
        )
        for child in children
    )
