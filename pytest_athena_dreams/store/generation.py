"""Generation runs in the store: the request, the progress, what a run wrote and dropped.

Invariants: one transaction a procedure, so a killed run leaves all of a procedure's dreams or none; a
procedure is finished once in a run; a run's row counts what is in the store.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import StoreError
from ..models import Status
from .connection import insert, storable

if TYPE_CHECKING:
    from .connection import Database
    from .database import Store

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationRun:
    """A run as it begins. ``plan`` is a digest of the request, ``settings`` the request as JSON."""

    strategy: str
    plan: str
    settings: str
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDream:
    """A dream to store. ``parents`` are the procedures that it was made of, its own one included.

    ``model`` is what ``model_used`` shows: the model, or another writer. ``call`` is the row of the request
    that brought it, ``digest`` that of its normal form. ``matches`` counts procedures of other projects that
    behave alike; ``None`` if it was not measured.
    """

    code: str
    entry_point: str | None
    dream_type: str
    contract: str | None
    reasoning: str
    writer: str
    model: str
    parents: tuple[int, ...]
    digest: str
    novelty: float
    call: int | None = None
    matches: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """``drafts`` drafts of one type and writer that the prefilter dropped for one ``reason``."""

    dream_type: str
    writer: str
    reason: str
    drafts: int


def read_procedures(store: Store) -> list[Row]:
    """The last version of each procedure with code, in id order.

    Each has ``id``, ``name``, ``project``, ``code``, ``entry_point`` and ``private``.
    """
    shape = store.procedures
    with store.reading() as db:
        rows = list(
            db.query(
                f"SELECT {shape.key} AS id, name, project, {shape.code} AS code, entry_point,"
                " ifnull(version, 1) AS version, ifnull(private, 0) AS private FROM procedures ORDER BY 1"
            )
        )
    last: dict[tuple[str, str | None], Row] = {}
    for row in rows:
        key = row["name"], row["project"]
        if key not in last or row["version"] >= last[key]["version"]:
            last[key] = row
    return sorted((row for row in last.values() if row["code"]), key=lambda row: int(row["id"]))


def begin_generation(store: Store, run: GenerationRun) -> int:
    """Record that a run began, and return its id."""
    with store.writing() as db:
        return store.dream_generation_runs.insert(
            db,
            {
                "strategy": run.strategy,
                "timestamp": int(time.time()),
                "plan": run.plan,
                "settings": run.settings,
                "seed": run.seed,
                "total_dreams_generated": 0,
                "constraint_relaxation_count": 0,
                "cross_project_synthesis_count": 0,
                "parameter_exploration_count": 0,
                "conditional_variant_count": 0,
                "duration_seconds": 0.0,
                "model_usage": "{}",
                "requests": 0,
                "cost": 0.0,
                "dropped": "{}",
            },
        )


def unfinished_generation(store: Store, plan: str) -> int | None:
    """The last run with this ``plan`` that did not come to its end, if there is one."""
    key = store.dream_generation_runs.key
    with store.reading() as db:
        row = db.execute(
            f"SELECT {key} FROM dream_generation_runs WHERE plan = ? AND finished_at IS NULL"
            " ORDER BY 1 DESC LIMIT 1",
            [plan],
        ).fetchone()
    return row[0] if row else None


def read_generation(store: Store, run_id: int) -> Row:
    """The row of a run. Raises ``StoreError`` if there is none."""
    key = store.dream_generation_runs.key
    with store.reading() as db:
        query = f"SELECT * FROM dream_generation_runs WHERE {key} = ?"
        row = next(iter(db.query(query, [run_id])), None)
    if row is None:
        raise StoreError(f"store {store.name} has no generation run {run_id}")
    return dict(row)


def assign(store: Store, run_id: int, procedure: int, assigned: Mapping[str, Any]) -> Row:
    """What the run has planned for a procedure: ``assigned``, unless it was planned before.

    The row has ``assigned`` and ``finished_at``, which is ``None`` as long as the procedure is not finished.
    """
    with store.writing() as db:
        db.execute(
            "INSERT INTO dream_generation_steps (run_id, procedure_id, assigned, dreams)"
            " VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING",
            [run_id, procedure, json.dumps(assigned)],
        )
        row = next(
            iter(
                db.query(
                    "SELECT assigned, finished_at FROM dream_generation_steps"
                    " WHERE run_id = ? AND procedure_id = ?",
                    [run_id, procedure],
                )
            )
        )
    return {**row, "assigned": json.loads(row["assigned"])}


def finished_procedures(store: Store, run_id: int) -> dict[int, int]:
    """The number of dreams of each procedure that the run has finished."""
    query = (
        "SELECT procedure_id, dreams FROM dream_generation_steps WHERE run_id = ? AND finished_at IS NOT NULL"
    )
    with store.reading() as db:
        return dict(db.execute(query, [run_id]).fetchall())


def family(store: Store, procedure: int, name: str) -> list[tuple[str, str | None]]:
    """All dreams of a procedure and of its earlier versions, those that were pruned first, in id order.

    Each is its code, empty if it was pruned, and the digest of its normal form, if that is in the store.
    """
    shape = store.dream_procedures
    with store.reading() as db:
        gone = db.execute(
            "SELECT '', digest FROM dream_pruned WHERE procedure_id = ? OR procedure_name = ?",
            [procedure, name],
        ).fetchall()
        return gone + [
            (code or "", digest)
            for code, digest in db.execute(
                f"SELECT {shape.code}, digest FROM dream_procedures"
                f" LEFT JOIN dream_origins ON dream_id = {shape.key}"
                f" WHERE base_procedure_id = ? OR base_procedure_name = ? ORDER BY {shape.key}",
                [procedure, name],
            )
        ]


def finish_procedure(
    store: Store,
    run_id: int,
    procedure: Mapping[str, Any],
    dreams: Sequence[NewDream],
    drops: Sequence[Drop],
    *,
    seconds: float,
) -> list[int]:
    """Store all that the run has for a procedure, and return the ids of its dreams.

    ``seconds`` is the time that the run spent since the last procedure. Raises ``StoreError`` if the
    procedure is finished in this run already; nothing is stored then.
    """
    now = int(time.time())
    with store.writing() as db:
        marked = db.execute(
            "UPDATE dream_generation_steps SET finished_at = ?, dreams = ?"
            " WHERE run_id = ? AND procedure_id = ? AND finished_at IS NULL",
            [now, len(dreams), run_id, procedure["id"]],
        ).rowcount
        if not marked:
            raise StoreError(
                f"procedure {procedure['id']} is finished in generation run {run_id} of store {store.name} "
                "already; another process works on the same run: let one of them end"
            )
        ids = [_put_dream(store, db, run_id, procedure, dream, now) for dream in dreams]
        for drop in drops:
            row = {
                "run_id": run_id,
                "procedure_id": procedure["id"],
                "dream_type": drop.dream_type,
                "writer": storable(drop.writer),
                "reason": drop.reason,
                "drafts": drop.drafts,
            }
            insert(db, "dream_drops", row, replace=True)
        _count(store, db, run_id, seconds)
    return ids


def written(store: Store, run_id: int) -> dict[tuple[str, str], int]:
    """The number of dreams of a run by their type and writer."""
    query = (
        "SELECT dream_type, writer, count(*) FROM dream_origins JOIN dream_procedures"
        f" ON {store.dream_procedures.key} = dream_id WHERE run_id = ? GROUP BY 1, 2"
    )
    with store.reading() as db:
        return {(kind, writer): number for kind, writer, number in db.execute(query, [run_id])}


def finish_generation(
    store: Store, run_id: int, *, seconds: float, reasons: Sequence[Mapping[str, Any]] = ()
) -> Row:
    """Record that a run came to its end, and why it wrote what it wrote. Returns its row."""
    with store.writing() as db:
        _count(store, db, run_id, seconds)
        key = store.dream_generation_runs.key
        db.execute(
            f"UPDATE dream_generation_runs SET finished_at = ?, reasons = ? WHERE {key} = ?",
            [int(time.time()), json.dumps(reasons), run_id],
        )
    return read_generation(store, run_id)


def _put_dream(
    store: Store, db: Database, run_id: int, procedure: Mapping[str, Any], dream: NewDream, now: int
) -> int:
    code = storable(dream.code)
    row = {
        "base_procedure_id": procedure["id"],
        "base_procedure_name": procedure["name"],
        "dream_type": dream.dream_type,
        "code": code,
        "entry_point": dream.entry_point,
        "contract": dream.contract,
        "model_used": storable(dream.model),
        "reasoning": storable(dream.reasoning),
        "status": Status.PENDING_EVALUATION.value,
        "novelty_score": dream.novelty,
        "generated_at": now,
        "created_by": storable(dream.writer),
    }
    if dream.matches is not None:
        row["cross_project_matches"] = dream.matches
    dream_id = store.dream_procedures.insert(db, row)
    insert(
        db,
        "dream_origins",
        {
            "dream_id": dream_id,
            "run_id": run_id,
            "writer": storable(dream.writer),
            "call_id": dream.call,
            "parents": json.dumps(dream.parents),
            "digest": dream.digest,
        },
    )
    return dream_id


def _count(store: Store, db: Database, run_id: int, seconds: float) -> None:
    """Bring the counts of a run's row up to date."""
    dream = store.dream_procedures
    types = dict(
        db.execute(
            f"SELECT dream_type, count(*) FROM dream_origins JOIN dream_procedures ON {dream.key} = dream_id"
            " WHERE run_id = ? GROUP BY dream_type",
            [run_id],
        ).fetchall()
    )
    usage = dict(
        db.execute(
            "SELECT model, count(*) FROM dream_calls WHERE run_id = ? GROUP BY model", [run_id]
        ).fetchall()
    )
    cost = db.execute("SELECT ifnull(sum(cost), 0) FROM dream_calls WHERE run_id = ?", [run_id]).fetchone()[0]
    dropped = dict(
        db.execute(
            "SELECT reason, sum(drafts) FROM dream_drops WHERE run_id = ? GROUP BY reason", [run_id]
        ).fetchall()
    )
    columns = {f"{name}_count": number for name, number in types.items() if f"{name}_count" in _TYPE_COUNTS}
    values = {
        **columns,
        "total_dreams_generated": sum(types.values()),
        "model_usage": json.dumps(usage),
        "requests": sum(usage.values()),
        "cost": cost,
        "dropped": json.dumps(dropped),
    }
    names = ", ".join(f"{name} = :{name}" for name in values)
    db.execute(
        f"UPDATE dream_generation_runs SET {names}, duration_seconds = ifnull(duration_seconds, 0) + :seconds"
        f" WHERE {store.dream_generation_runs.key} = :run",
        values | {"seconds": seconds, "run": run_id},
    )


_TYPE_COUNTS = frozenset(
    {
        "constraint_relaxation_count",
        "cross_project_synthesis_count",
        "parameter_exploration_count",
        "conditional_variant_count",
    }
)
"""Athena's columns with a number for each type."""
