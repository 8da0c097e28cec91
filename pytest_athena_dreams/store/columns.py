"""The columns of ``dream_test_results`` that hold the measured figures: one for each field of ``Figures``.

Invariants: opening a store adds a column for each field that has none, so a new figure needs no code here;
a column that older results leave empty reads as the field's default.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import msgspec

from ..models import Figures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .connection import Database

_OLD_NAMES = {
    "tried": "inputs_tried",
    "accepted": "inputs_accepted",
    "rejected": "inputs_rejected",
    "speed": "effectiveness",
}
"""Columns that are older than ``Figures`` and keep their names. Every other one is named as its field."""
COLUMNS = {field.name: _OLD_NAMES.get(field.name, field.name) for field in fields(Figures)}
"""The column of each figure."""


def missing(db: Database) -> list[str]:
    """The figures that the table has no column for."""
    present = {column.name for column in db.columns("dream_test_results")}
    return [name for name, column in COLUMNS.items() if column not in present]


def kinds() -> dict[str, type]:
    """The type of each figure's column."""
    hints = get_type_hints(Figures)
    return {
        column: next(kind for kind in (int, float, str) if kind in (hints[name], *get_args(hints[name])))
        for name, column in COLUMNS.items()
    }


def to_columns(figures: Figures) -> dict[str, Any]:
    """The figures by column."""
    return {column: getattr(figures, name) for name, column in COLUMNS.items()}


def from_columns(row: Mapping[str, Any]) -> Figures:
    """The figures of a result's row."""
    found = {name: row[column] for name, column in COLUMNS.items() if row[column] is not None}
    return msgspec.convert(found, Figures)
