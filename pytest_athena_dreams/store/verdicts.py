"""Verdicts on the rows that show them: a dream's columns, and the counts of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..models import Outcome, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .connection import Database
    from .shape import Shape

VERDICT = ("test_outcome", "test_category", "test_error", "test_timestamp", "effectiveness_metric")
"""The columns of a dream that show its verdict."""
_OF_A_RESULT = ("outcome", "category", "error", "tested_at", "effectiveness")


def show_verdict(db: Database, dreams: Shape, result: Mapping[str, Any]) -> None:
    """Show a ``result``, a row of ``dream_test_results``, on its dream; ``db`` is in a transaction.

    A dream that passed or failed is ``tested`` then; an untestable one waits for a test, without an outcome.
    """
    if result["outcome"] == Outcome.UNTESTABLE:
        shown: dict[str, Any] = {**dict.fromkeys(VERDICT), "status": Status.PENDING_TEST}
    else:
        shown = {name: result[own] for name, own in zip(VERDICT, _OF_A_RESULT, strict=True)}
        shown["status"] = Status.TESTED
    names = ", ".join(f"{name} = :{name}" for name in shown)
    db.execute(
        f"UPDATE dream_procedures SET {names} WHERE {dreams.key} = :dream_id",
        shown | {"dream_id": result["dream_id"]},
    )


def finish(db: Database, run_id: int, *, exit_status: int | None, finished_at: int | None) -> bool:
    """Record how a run ended and count its results; ``db`` is in a transaction. Whether there is that run."""
    count = "(SELECT count(*) FROM dream_test_results WHERE run_id = :run"
    cursor = db.execute(
        "UPDATE dream_test_runs SET finished_at = :finished_at, exit_status = :status,"
        f" tested = {count} AND outcome != :untestable), passed = {count} AND outcome = :success),"
        f" failed = {count} AND outcome = :failure),"
        f" untestable = {count} AND outcome = :untestable) WHERE id = :run",
        {
            "run": run_id,
            "finished_at": finished_at,
            "status": exit_status,
            **{outcome.value: outcome for outcome in Outcome},
        },
    )
    return bool(cursor.rowcount)
