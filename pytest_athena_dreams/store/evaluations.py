"""Scores of dreams in the store: dreams to score, their scores, and how they did when tested.

Invariants: an evaluation is a row of its own, so that judges may disagree; the dream's row shows the last
one. An evaluation never touches a dream that was tested, or whose code has changed since it was read.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..models import PENDING, Outcome, Status
from .connection import insert, storable

if TYPE_CHECKING:
    from .database import Store

Row = dict[str, Any]
_WRITER = "coalesce(model_used, created_by, '') AS writer"
"""Who wrote a dream: a model, else the program that made the row."""


MOST_PAST = 5_000
"""Maximum tested dreams, and scores of such, that a forecast is made from: the newest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A score of one dream. ``code`` is the dream's as it was judged, ``call`` the row of the request.

    ``judge`` is who gave it: a model, ``chat`` or ``history``. ``raw`` is the score as it was given,
    ``calibrated`` the probability that outcomes make of it; both are from 0 to 1, or ``None`` if only a
    tier was given.
    """

    dream: int
    code: str
    judge: str
    raw: float | None
    calibrated: float | None
    tier: int
    reasoning: str = ""
    call: int | None = None


def waiting(store: Store, ids: Collection[int] | None = None, *, again: bool = False) -> list[Row]:
    """The dreams that wait for a score, in id order, with their procedure's ``base`` and
    ``base_entry_point``.

    ``again`` adds those that have one and are not tested yet. ``ids`` restricts them. Raises ``StoreError``.
    """
    dream = store.dream_procedures
    statuses = [Status.PENDING_EVALUATION, *(PENDING if again else ())]
    marks = ", ".join("?" * len(statuses))
    chosen = f" AND {dream.key} IN (SELECT value FROM json_each(?))" if ids is not None else ""
    columns = (
        f"{dream.key} AS id, label, {dream.code} AS code, dream_type, contract, entry_point, novelty_score"
    )
    query = (
        f"SELECT {columns}, {_WRITER}, base_procedure_id FROM dream_procedures"
        f" WHERE status IN ({marks}){chosen} ORDER BY 1"
    )
    parameters = [*statuses, *([json.dumps(sorted(ids))] if ids is not None else [])]
    return _with_bases(store, query, parameters)


def tested(store: Store) -> list[Row]:
    """The newest ``MOST_PAST`` dreams whose last test gave a verdict, in id order, with what was known."""
    dream = store.dream_procedures
    query = (
        f"SELECT {dream.key} AS id, {dream.code} AS code, dream_type, novelty_score, {_WRITER},"
        " test_outcome = ? AS passed, base_procedure_id FROM dream_procedures"
        " WHERE status = ? AND test_outcome IN (?, ?) ORDER BY 1 DESC LIMIT ?"
    )
    parameters = [Outcome.SUCCESS, Status.TESTED, Outcome.SUCCESS, Outcome.FAILURE, MOST_PAST]
    return _with_bases(store, query, parameters)[::-1]


def _with_bases(store: Store, query: str, parameters: Sequence[object]) -> list[Row]:
    """The dreams of a query, each with its procedure's code as ``base``, and ``base_`` columns."""
    shape = store.procedures
    none = {
        "base": None,
        "base_entry_point": None,
        "base_name": None,
        "base_project": None,
        "base_private": None,
    }
    with store.reading() as db:
        # The procedures apart: a join would make columns ambiguous that both tables have.
        bases = {
            row.pop("id"): row
            for row in db.query(
                f"SELECT {shape.key} AS id, {shape.code} AS base, entry_point AS base_entry_point,"
                " name AS base_name, project AS base_project, private AS base_private FROM procedures"
            )
        }
        rows = list(db.query(query, parameters))
    return [row | bases.get(row.pop("base_procedure_id"), none) for row in rows]


def forecasts(store: Store) -> list[Row]:
    """The newest ``MOST_PAST`` scores that were given before a test, each with what came of it, in the order
    of their rows.

    Of several by one judge for one dream the last counts. Raises ``StoreError``.
    """
    dream = store.dream_procedures
    with store.reading() as db:
        return [
            row
            for row in db.query(
                # SQLite takes the other columns from the row that has the maximum.
                "SELECT max(e.id) AS id, e.judge, e.raw, e.calibrated, e.dream_id, e.code_digest, dream_type,"
                f" {_WRITER}, test_outcome = ? AS passed,"
                f" {dream.code} AS code FROM dream_evaluations e"
                f" JOIN dream_procedures ON {dream.key} = e.dream_id"
                " WHERE status = ? AND test_outcome IN (?, ?) AND e.raw IS NOT NULL"
                " AND e.evaluated_at <= test_timestamp GROUP BY e.dream_id, e.judge ORDER BY 1 DESC LIMIT ?",
                [Outcome.SUCCESS, Status.TESTED, Outcome.SUCCESS, Outcome.FAILURE, MOST_PAST],
            )
            if judged_code(row.pop("code") or "") == row.pop("code_digest")
        ][::-1]


def each_forecast(store: Store) -> Iterator[tuple[str, float, float, bool]]:
    """The scores that count as :func:`forecasts`, in no order: judge, raw, calibrated, passed.

    They are read one at a time: no other transaction may begin before the last. Raises ``StoreError``.
    """
    dream = store.dream_procedures
    known = "{0}.raw IS NOT NULL AND {0}.evaluated_at <= dream_procedures.test_timestamp"
    with store.reading() as db:
        db.conn.create_function(
            "athena_judged_code", 1, lambda code: judged_code(code or ""), deterministic=True
        )
        yield from db.execute(
            "SELECT e.judge, e.raw, e.calibrated, test_outcome = ? FROM dream_evaluations e"
            f" JOIN dream_procedures ON {dream.key} = e.dream_id"
            f" WHERE status = ? AND test_outcome IN (?, ?) AND {known.format('e')} AND NOT EXISTS"
            " (SELECT 1 FROM dream_evaluations later WHERE later.dream_id = e.dream_id"
            f" AND later.judge = e.judge AND later.id > e.id AND {known.format('later')})"
            f" AND athena_judged_code({dream.joined_code}) = e.code_digest",
            [Outcome.SUCCESS, Status.TESTED, Outcome.SUCCESS, Outcome.FAILURE],
        )


def put_evaluations(store: Store, evaluations: Sequence[Evaluation]) -> int:
    """Store scores, and show each on its dream, which waits for a test then. Gives how many dreams were
    scored.

    A dream that was meanwhile tested, archived or changed gets no score and no row.
    """
    dream = store.dream_procedures
    now = int(time.time())
    open_statuses = [Status.PENDING_EVALUATION, *PENDING]
    scored = 0
    with store.writing() as db:
        for one in evaluations:
            changed = db.execute(
                "UPDATE dream_procedures SET status = CASE status WHEN ? THEN ? ELSE status END, tier = ?,"
                " viability_score = ?, claude_reasoning = ?, evaluated_at = ?"
                f" WHERE {dream.key} = ? AND {dream.code} = ? AND status IN (?, ?, ?)",
                [
                    Status.PENDING_EVALUATION,
                    Status.EVALUATED,
                    one.tier,
                    one.raw,
                    storable(one.reasoning),
                    now,
                    one.dream,
                    one.code,
                    *open_statuses,
                ],
            ).rowcount
            if not changed:
                continue
            scored += 1
            insert(
                db,
                "dream_evaluations",
                {
                    "dream_id": one.dream,
                    "call_id": one.call,
                    "evaluated_at": now,
                    "judge": storable(one.judge),
                    "raw": one.raw,
                    "calibrated": one.calibrated,
                    "tier": one.tier,
                    "reasoning": storable(one.reasoning),
                    "code_digest": judged_code(one.code),
                },
            )
    return scored


def judged_code(code: str) -> str:
    """A short name for the code that a score is of."""
    return hashlib.sha256(code.encode("utf-8", "backslashreplace")).hexdigest()[:16]
