"""Nights in the store: one row a night, with its steps and links to what they did."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import StoreError
from .connection import BEYOND, insert

if TYPE_CHECKING:
    from pathlib import Path

    from .database import Store

Row = dict[str, Any]
_LINKED = {
    "generation_run_id": "dream_generation_runs",
    "test_run_id": "dream_test_runs",
    "metrics_id": "dream_metrics",
    "adoption_id": "dream_adoptions",
    "call_id": "dream_calls",
}
"""The last row of each of these tables, by the column of a night that holds its id."""


def last_rows(store: Store) -> dict[str, int]:
    """The ids of the last rows of the tables that steps write, 0 for an empty one."""
    with store.reading() as db:
        return {
            column: int(db.execute(f"SELECT ifnull(max(rowid), 0) FROM {table}").fetchone()[0])
            for column, table in _LINKED.items()
        }


def begin_night(store: Store, *, settings: Mapping[str, Any], deadline: int | None) -> Row:
    """Record that a night began, and return its row."""
    row = {
        "started_at": int(time.time()),
        "deadline": deadline,
        "settings": json.dumps(settings, sort_keys=True),
        "before": json.dumps(last_rows(store)),
        "steps": "{}",
    }
    with store.writing() as db:
        number = insert(db, "dream_nights", row)
    return row | {"id": number, "finished_at": None}


def unfinished_night(store: Store, settings: Mapping[str, Any]) -> Row | None:
    """The last night, if it did not come to its end and had the same settings."""
    with store.reading() as db:
        row = next(db.query("SELECT * FROM dream_nights ORDER BY id DESC LIMIT 1"), None)
    if row is None or row["finished_at"] is not None:
        return None
    return row if row["settings"] == json.dumps(settings, sort_keys=True) else None


def put_step(store: Store, night: int, name: str, result: Mapping[str, Any]) -> None:
    """Record how a step ended."""
    with store.writing() as db:
        found = db.execute("SELECT steps FROM dream_nights WHERE id = ?", [night]).fetchone()
        steps = json.loads(found[0]) | {name: dict(result)}
        db.execute("UPDATE dream_nights SET steps = ? WHERE id = ?", [json.dumps(steps), night])


def finish_night(store: Store, night: int, *, exit_status: int, path: Path) -> Row:
    """Record that a night came to its end, and return its row with links to what its steps did."""
    now = last_rows(store)
    with store.writing() as db:
        before = json.loads(db.execute("SELECT before FROM dream_nights WHERE id = ?", [night]).fetchone()[0])
        links = {column: key if key > before.get(column, 0) else None for column, key in now.items()}
        links.pop("call_id")
        columns = links | {
            "finished_at": int(time.time()),
            "exit_status": exit_status,
            "store_bytes": os.stat(path).st_size,
        }
        names = ", ".join(f"{name} = ?" for name in columns)
        db.execute(f"UPDATE dream_nights SET {names} WHERE id = ?", [*columns.values(), night])
    return read_night(store, night)


def read_night(store: Store, night: int) -> Row:
    """The row of a night. Raises ``StoreError`` if there is none."""
    with store.reading() as db:
        row = next(db.query("SELECT * FROM dream_nights WHERE id = ?", [night]), None)
    if row is None:
        raise StoreError(
            f"store {store.name} has no night {night}; "
            f"see them with: athena-dreams nights --store {store.name}"
        )
    return row


def read_nights(store: Store) -> list[Row]:
    """All nights, in order."""
    with store.reading() as db:
        return list(db.query("SELECT * FROM dream_nights ORDER BY id"))


def figures(store: Store, night: Mapping[str, Any]) -> Row:
    """What a night's steps did: ``generation`` and ``test`` are rows or ``None``, ``spent`` is USD by model,
    ``adopted`` are its adoptions, each with the ``name`` and the ``source`` of the procedure.
    """
    before = json.loads(night["before"])
    with store.reading() as db:
        following = next(
            db.execute("SELECT before FROM dream_nights WHERE id > ? ORDER BY id LIMIT 1", [night["id"]]),
            None,
        )
        end = json.loads(following[0]) if following else {}
        generation = _row(db, "dream_generation_runs", night["generation_run_id"])
        test = _row(db, "dream_test_runs", night["test_run_id"])
        spent = dict(
            db.execute(
                "SELECT asked, sum(ifnull(cost, 0)) FROM dream_calls WHERE rowid > ? AND rowid <= ?"
                " GROUP BY asked ORDER BY 1",
                [before["call_id"], end.get("call_id", BEYOND)],
            ).fetchall()
        )
        base = store.procedures.key
        adopted = list(
            db.query(
                "SELECT dream_adoptions.*, name, source FROM dream_adoptions"
                f" LEFT JOIN procedures ON {base} = procedure_id"
                " WHERE dream_adoptions.id > ? AND dream_adoptions.id <= ? ORDER BY dream_adoptions.id",
                [before["adoption_id"], end.get("adoption_id", BEYOND)],
            )
        )
    return {"generation": generation, "test": test, "spent": spent, "adopted": adopted}


def _row(db: Any, table: str, key: int | None) -> Row | None:
    return next(db.query(f"SELECT * FROM {table} WHERE rowid = ?", [key]), None) if key else None
