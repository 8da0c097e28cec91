"""Takes old nights out of a store: their dreams, all that is stored about each, and what is left over.

Invariants: what waits for a test or was adopted stays, and so do procedures, adoptions, failure patterns and
metrics. A digest of each dream that goes is kept, so that no later night writes it again. A transaction takes
at most ``PRUNED_AT_ONCE`` dreams, so other writers wait for a moment, and readers never.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..models import Status
from .codes import drop_unused_codes
from .links import CALLS_TABLE, DREAMS_TABLE, TESTS_TABLE, forget, unnamed

if TYPE_CHECKING:
    from .database import Store

PRUNED_AT_ONCE = 1_000
"""Maximum dreams of one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What goes: the ids of ``nights`` and ``dreams``. The others are the last ids of generation runs, test
    runs and requests before the first night that stays."""

    nights: tuple[int, ...] = ()
    dreams: tuple[int, ...] = ()
    generation: int = 0
    test: int = 0
    call: int = 0


def plan(store: Store, keep: int) -> Plan:
    """What goes if the last ``keep`` nights stay."""
    dream = store.dream_procedures
    with store.reading() as db:
        rows = db.execute("SELECT id, before FROM dream_nights ORDER BY id").fetchall()
        if len(rows) <= keep:
            return Plan()
        before = json.loads(rows[-keep][1])
        dreams = db.execute(
            f"SELECT dream_id FROM dream_origins JOIN dream_procedures ON {dream.key} = dream_id"
            " WHERE run_id <= ? AND status IN (?, ?)"
            " AND dream_id NOT IN (SELECT dream_id FROM dream_adoptions) ORDER BY 1",
            [before["generation_run_id"], Status.TESTED, Status.ARCHIVED],
        ).fetchall()
    return Plan(
        nights=tuple(row[0] for row in rows[:-keep]),
        dreams=tuple(row[0] for row in dreams),
        generation=before["generation_run_id"],
        test=before["test_run_id"],
        call=before["call_id"],
    )


def prune(store: Store, chosen: Plan) -> Iterator[int]:
    """Delete it, and give the number of dreams after each transaction; the nights go with the last one."""
    for start in range(0, len(chosen.dreams), PRUNED_AT_ONCE):
        batch = chosen.dreams[start : start + PRUNED_AT_ONCE]
        _delete_dreams(store, batch)
        yield len(batch)
    if not chosen.nights:
        return
    with store.writing() as db:
        for table in ("dream_generation_steps", "dream_drops"):
            db.execute(f"DELETE FROM {table} WHERE run_id <= ?", [chosen.generation])
        nights = json.dumps(chosen.nights)
        db.execute("DELETE FROM dream_nights WHERE id IN (SELECT value FROM json_each(?))", [nights])
        for table, last in ((TESTS_TABLE, chosen.test), (CALLS_TABLE, chosen.call)):
            db.execute(f"DELETE FROM {table} WHERE id <= ? AND {unnamed(table)}", [last])
        drop_unused_codes(db)


def _delete_dreams(store: Store, ids: tuple[int, ...]) -> None:
    """Delete dreams that nobody has had tested again or adopted since they were chosen."""
    dream = store.dream_procedures
    chosen = (
        f"SELECT {dream.key} FROM dream_procedures WHERE {dream.key} IN (SELECT value FROM json_each(?))"
        f" AND status IN ('{Status.TESTED}', '{Status.ARCHIVED}')"
        " AND NOT EXISTS (SELECT 1 FROM dream_adoptions a WHERE a.dream_id = " + dream.key + ")"
    )
    with store.writing() as db:
        found = [row[0] for row in db.execute(chosen, [json.dumps(ids)])]
        listed = json.dumps(found)
        db.execute(
            "INSERT OR IGNORE INTO dream_pruned (procedure_id, procedure_name, digest)"
            " SELECT base_procedure_id, base_procedure_name, digest FROM dream_origins"
            f" JOIN dream_procedures ON {dream.key} = dream_id"
            " WHERE dream_id IN (SELECT value FROM json_each(?)) AND digest IS NOT NULL",
            [listed],
        )
        forget(db, DREAMS_TABLE, "SELECT value FROM json_each(?)", [listed])
        db.execute(
            f"DELETE FROM dream_procedures WHERE {dream.key} IN (SELECT value FROM json_each(?))", [listed]
        )
