"""SQLite databases for worlds: made in this process, from names of tables and columns and drawn values."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from ..drawable import Table
from .scalars import Strategy

TABLE_ROWS = 5
"""Maximum rows of a table."""
_COUNTED = (
    "count",
    "priority",
    "attempts",
    "size",
    "amount",
    "price",
    "score",
    "created",
    "started",
    "updated",
)
"""Parts of names of columns with numbers."""


def databases(tables: Sequence[Table], word: Strategy) -> Strategy:
    """Strategies for the bytes of a database with these tables."""
    rows = [st.lists(_row(table, word), max_size=TABLE_ROWS) for table in tables]
    return st.tuples(*rows).map(lambda drawn: _bytes(tuple(tables), tuple(map(tuple, drawn))))


def _row(table: Table, word: Strategy) -> Strategy:
    plain = word.map(lambda text: text.encode(errors="replace").decode())
    known = dict(table.values)
    return st.tuples(*(_cell(name, known.get(name, ()), plain) for name in _own(table)))


def _own(table: Table) -> list[str]:
    return [name for name in table.columns if name != "id"]


def _cell(name: str, known: Sequence[str], word: Strategy) -> Strategy:
    if known:
        return st.one_of(st.sampled_from(known), st.sampled_from(known), word)
    if any(part in name for part in _COUNTED):
        return st.integers(0, 3)
    return st.one_of(word, word, st.none(), st.integers(0, 3))


@lru_cache(maxsize=256)
def _bytes(tables: tuple[Table, ...], rows: tuple[tuple[tuple[Any, ...], ...], ...]) -> bytes:
    base = sqlite3.connect(":memory:")
    try:
        for table, some in zip(tables, rows, strict=True):
            names = _own(table)
            columns = ", ".join(["id INTEGER PRIMARY KEY", *map(_quoted, names)])
            base.execute(f'CREATE TABLE "{table.name}" ({columns})')
            if names:
                marks = ", ".join("?" * len(names))
                into = f'INSERT INTO "{table.name}" ({", ".join(map(_quoted, names))}) VALUES ({marks})'
                base.executemany(into, some)
        base.commit()
        return base.serialize()
    finally:
        base.close()


def _quoted(name: str) -> str:
    return f'"{name}"'
