"""What became of the dreams of generation runs: what the next run learns from.

Invariant: nothing is written here; lists are in the order of ids, so that the same store teaches the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .database import Store

Row = dict[str, Any]


def read_nights(store: Store) -> list[Row]:
    """The dreams of generation runs that have a verdict, in id order.

    Each has its ``procedure``, ``dream_type``, ``writer`` and ``run``, whether it ``passed``, its
    ``contract`` and ``code``, the procedure's code as ``base``, and its test's ``effectiveness``, ``widened``
    and ``diverged``.
    """
    dream, base = store.dream_procedures, store.procedures
    with store.reading() as db:
        bases = dict(db.execute(f"SELECT {base.key}, {base.code} FROM procedures").fetchall())
        rows = list(
            db.query(
                f"SELECT {dream.key} AS id, base_procedure_id AS procedure, dream_type, o.writer,"
                f" o.run_id AS run, test_outcome = 'success' AS passed, {dream.code} AS code,"
                " r.contract, r.effectiveness, r.widened, r.diverged, max(r.run_id) AS tested_in"
                f" FROM dream_origins o JOIN dream_procedures ON {dream.key} = o.dream_id"
                " JOIN dream_test_results r ON r.dream_id = o.dream_id"
                " WHERE status = 'tested' AND test_outcome IN ('success', 'failure')"
                " AND r.outcome = test_outcome GROUP BY o.dream_id ORDER BY 1"
            )
        )
    return [row | {"base": bases.get(row["procedure"])} for row in rows]


def read_drops(store: Store) -> list[Row]:
    """The drafts that were dropped: ``procedure``, ``dream_type``, ``writer``, ``run`` and their number."""
    with store.reading() as db:
        return list(
            db.query(
                "SELECT procedure_id AS procedure, dream_type, writer, run_id AS run, drafts FROM dream_drops"
                " ORDER BY run_id, procedure_id, dream_type, writer, reason"
            )
        )


def last_generation(store: Store) -> int:
    """The id of the last generation run; 0 if there is none."""
    with store.reading() as db:
        found = db.execute(f"SELECT max({store.dream_generation_runs.key}) FROM dream_generation_runs")
        return int(found.fetchone()[0] or 0)
