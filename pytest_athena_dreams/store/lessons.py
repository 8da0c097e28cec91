"""What learning reads from a store and writes back to it.

Invariants: reads are whole and ordered, each list by its key; a dream or result that holds words which this
version does not know is given as it stands.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from .connection import insert, storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlite_utils import Database

    from .database import Store
    from .records import Sighting

Row = dict[str, Any]
_RESULT = (
    "dream_id, run_id, tested_at, outcome, category, contract, error, failing_input, procedure_result,"
    " dream_result, inputs_tried, inputs_accepted, elapsed, effectiveness, diverged, evidence,"
    " lines_reached, lines_total, details"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """All rows that a report is made from. ``results`` are in the order of their runs."""

    dreams: tuple[Row, ...]
    procedures: dict[int, Row]
    runs: tuple[Row, ...]
    results: tuple[Row, ...]
    sightings: tuple[Row, ...]
    patterns: dict[str, Row]
    metrics: tuple[Row, ...]
    repairs: dict[int, Row]


def read_lessons(store: Store) -> Lessons:
    """One snapshot of all that was learnt. Raises ``StoreError``."""
    dream, base = store.dream_procedures, store.procedures
    with store.reading() as db:
        return Lessons(
            dreams=tuple(
                db.query(
                    f"SELECT {dream.key} AS id, label, base_procedure_id,"
                    " coalesce(base_procedure_name, '') AS procedure, dream_type,"
                    f" {dream.code} AS code, model_used, status, tier, viability_score, novelty_score,"
                    " cross_project_matches, effectiveness_metric, test_outcome, test_category"
                    " FROM dream_procedures ORDER BY 1"
                )
            ),
            procedures={
                row["id"]: row
                for row in db.query(
                    f"SELECT {base.key} AS id, name, project, {base.code} AS code FROM procedures ORDER BY 1"
                )
            },
            runs=tuple(db.query("SELECT * FROM dream_test_runs ORDER BY id")),
            results=tuple(db.query(f"SELECT {_RESULT} FROM dream_test_results ORDER BY run_id, dream_id")),
            sightings=tuple(
                db.query("SELECT * FROM dream_failure_sightings ORDER BY run_id, dream_id, place")
            ),
            patterns={row["id"]: row for row in db.query("SELECT * FROM dream_failure_patterns ORDER BY id")},
            metrics=tuple(db.query("SELECT * FROM dream_metrics ORDER BY timestamp, rowid")),
            repairs={row["dream_id"]: row for row in db.query("SELECT * FROM dream_repairs")},
        )


def read_generation_runs(store: Store, *, since: int) -> list[Row]:
    """Athena's generation runs that began at ``since`` (epoch seconds) or later."""
    with store.reading() as db:
        return list(
            db.query("SELECT * FROM dream_generation_runs WHERE timestamp >= ? ORDER BY timestamp", [since])
        )


def put_sightings(db: Database, run_id: int, dream_id: int, sightings: Iterable[Sighting]) -> None:
    """Write the patterns that one result shows, in place of what was seen; ``db`` is in a transaction."""
    db.execute("DELETE FROM dream_failure_sightings WHERE dream_id = ? AND run_id = ?", [dream_id, run_id])
    for sighting in sightings:
        row = {name: storable(value) for name, value in asdict(sighting).items()}
        key, place = row.pop("pattern_id"), row.pop("place")
        db.execute(
            "INSERT INTO dream_failure_patterns (id, category, exception, message, context, title)"
            " VALUES (:id, :category, :exception, :message, :context, :title) ON CONFLICT (id) DO NOTHING",
            row | {"id": key},
        )
        insert(
            db,
            "dream_failure_sightings",
            {"dream_id": dream_id, "run_id": run_id, "pattern_id": key, "place": place},
        )


def put_patterns(store: Store, rows: Sequence[Mapping[str, Any]]) -> None:
    """Update pattern rows; each names its ``id`` and the columns to set."""
    with store.writing() as db:
        for row in rows:
            values = {name: storable(_column(value)) for name, value in row.items()}
            names = ", ".join(f"{name} = :{name}" for name in values if name != "id")
            db.execute(f"UPDATE dream_failure_patterns SET {names} WHERE id = :id", values)


def put_novelty(store: Store, scores: Mapping[int, float]) -> None:
    """Write novelty scores by dream, where the dream has none."""
    with store.writing() as db:
        for dream_id, score in scores.items():
            db.execute(
                "UPDATE dream_procedures SET novelty_score = ?"
                f" WHERE {store.dream_procedures.key} = ? AND novelty_score IS NULL",
                [score, dream_id],
            )


def put_metrics(store: Store, row: Mapping[str, Any]) -> None:
    """Add a row to Athena's ``dream_metrics``."""
    with store.writing() as db:
        store.dream_metrics.insert(db, {"timestamp": int(time.time())} | dict(row))


def put_repair(store: Store, row: Mapping[str, Any]) -> None:
    """Keep the repair of a dream that passed, in place of an earlier one."""
    with store.writing() as db:
        values = {name: storable(value) for name, value in row.items()}
        insert(db, "dream_repairs", values | {"verified_at": int(time.time())}, replace=True)


def _column(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list | tuple) else value
