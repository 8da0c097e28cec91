"""What learning reads from a store and writes back to it.

Invariants: what is read as a whole is ordered, each list by its key; what can be large is given row by row as
well (``each_…``), and no other transaction may begin before the last row; a dream or result that holds words
which this version does not know is given as it stands.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, fields
from itertools import groupby
from typing import TYPE_CHECKING, Any

import msgspec

from ..models import Fault, Outcome, Status
from .codes import with_digest
from .connection import insert, storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .connection import Database
    from .database import Store
    from .records import Sighting

Row = dict[str, Any]
SHOWN_PATTERNS = (
    "(SELECT json_group_array(pattern_id) FROM (SELECT pattern_id FROM dream_failure_sightings s"
    " WHERE s.dream_id = r.dream_id AND s.run_id = r.run_id ORDER BY place)) AS patterns"
)
"""The patterns of a result ``r`` as JSON, the deciding one first."""


MOST_LESSONS = 5_000
"""Maximum failing dreams that lessons are made of, the newest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """What prompts learn from: the newest dreams that fail now, with what belongs to them.

    ``results`` has the last result of each that is a verdict. ``patterns`` are all of the store.
    """

    dreams: tuple[Row, ...]
    procedures: dict[int, Row]
    results: tuple[Row, ...]
    patterns: dict[str, Row]
    causes: dict[int, Row]


def read_lessons(store: Store, most: int = MOST_LESSONS) -> Lessons:
    """The lessons of the newest ``most`` dreams that failed, in one snapshot. Raises ``StoreError``."""
    dream, base = store.dream_procedures, store.procedures
    last = (
        "r.run_id = (SELECT max(l.run_id) FROM dream_test_results l"
        " WHERE l.dream_id = r.dream_id AND l.outcome <> ?)"
    )
    chosen = "SELECT value FROM json_each(?)"
    with store.reading() as db:
        ids = [
            row[0]
            for row in db.execute(
                f"SELECT {dream.key} FROM dream_procedures"
                f" JOIN dream_test_results r ON r.dream_id = {dream.key}"
                f" WHERE dream_procedures.status = ? AND r.outcome = ? AND {last} ORDER BY 1 DESC LIMIT ?",
                [Status.TESTED, Outcome.FAILURE, Outcome.UNTESTABLE, most],
            )
        ]
        listed = json.dumps(sorted(ids))
        return Lessons(
            dreams=tuple(
                db.query(
                    f"SELECT {dream.key} AS id, base_procedure_id, dream_type, {dream.code} AS code, status"
                    f" FROM dream_procedures WHERE {dream.key} IN ({chosen}) ORDER BY 1",
                    [listed],
                )
            ),
            procedures={
                row["id"]: row
                for row in db.query(
                    f"SELECT {base.key} AS id, name, project, {base.code} AS code FROM procedures ORDER BY 1"
                )
            },
            results=tuple(
                db.query(
                    f"SELECT dream_id, run_id, outcome, details, {SHOWN_PATTERNS} FROM dream_test_results r"
                    f" WHERE dream_id IN ({chosen}) AND {last} ORDER BY run_id, dream_id",
                    [listed, Outcome.UNTESTABLE],
                )
            ),
            patterns={row["id"]: row for row in db.query("SELECT * FROM dream_failure_patterns ORDER BY id")},
            causes={
                row["dream_id"]: row
                for row in db.query(f"SELECT * FROM dream_causes WHERE dream_id IN ({chosen})", [listed])
            },
        )


def each_result(store: Store, *, of_failing: bool = False) -> Iterator[Row]:
    """What became of each dream in each run, and the patterns that it showed, in the order of the runs.

    ``of_failing`` gives those of the dreams that ever showed a pattern.
    """
    failing = " WHERE dream_id IN (SELECT dream_id FROM dream_failure_sightings)" if of_failing else ""
    yield from _each(
        store,
        f"SELECT dream_id, run_id, outcome, category, {SHOWN_PATTERNS}"
        f" FROM dream_test_results r{failing} ORDER BY run_id, dream_id",
    )


def each_sighting(store: Store) -> Iterator[Row]:
    """Each pattern that a result shows, with the call that shows it."""
    yield from _each(
        store,
        "SELECT s.pattern_id, s.place, r.run_id, r.dream_id, r.failing_input, r.procedure_result,"
        " r.dream_result FROM dream_failure_sightings s JOIN dream_test_results r USING (dream_id, run_id)",
    )


def each_source(store: Store) -> Iterator[Row]:
    """From whom the dreams come that show a pattern, each combination once."""
    yield from _each(
        store,
        "SELECT DISTINCT pattern_id, dream_type, model_used, coalesce(base_procedure_name, '') AS procedure"
        f" FROM dream_failure_sightings JOIN dream_procedures ON {store.dream_procedures.key} = dream_id",
    )


def each_dream(store: Store) -> Iterator[Row]:
    """The columns that Athena's metrics need, a row a dream."""
    columns = "status, tier, viability_score, novelty_score, cross_project_matches, test_outcome"
    yield from _each(store, f"SELECT {columns} FROM dream_procedures")


def each_family(store: Store, run_id: int) -> Iterator[tuple[str | None, Iterator[Row]]]:
    """Procedures of which run ``run_id`` tested a dream without a novelty score, or with one of other code.

    The latter is a score that an earlier run measured; one that came from elsewhere is left alone.

    Each with its code and all of its dreams, in id order: ``id``, ``code``, and whether its score is
    ``wanted``.
    """
    dream, base = store.dream_procedures, store.procedures
    one = f"SELECT {dream.code} FROM dream_procedures WHERE {dream.key} = ?"
    procedure = f"SELECT {base.code} FROM procedures WHERE {base.key} = ?"
    with store.reading() as db:
        with_digest(db)
        # Without the code, which SQLite would sort as well.
        rows = db.query(
            f"SELECT {dream.key} AS id, base_procedure_id AS base, coalesce(base_procedure_name, '') AS name,"
            f" {dream.key} IN (SELECT dream_id FROM dream_test_results WHERE run_id = ?)"
            f" AND {_unscored(store)} AS wanted"
            " FROM dream_procedures ORDER BY base, name, id",
            [run_id],
        )
        for (key, _), group in groupby(rows, key=lambda row: (row["base"], row["name"])):
            family = list(group)
            if any(row["wanted"] for row in family):
                found = db.execute(procedure, [key]).fetchone()
                yield (
                    (found[0] or "") if found else None,
                    (row | {"code": db.execute(one, [row["id"]]).fetchone()[0]} for row in family),
                )


def _each(store: Store, query: str) -> Iterator[Row]:
    """Rows one at a time: there may be many. The transaction ends with the last of them."""
    with store.reading() as db:
        yield from db.query(query)


def faults_of(result: Mapping[str, Any]) -> tuple[Fault, ...]:
    """The faults of a stored result, the deciding one first."""
    return msgspec.json.decode(result["details"], type=tuple[Fault, ...]) if result["details"] else ()


def read_patterns(store: Store) -> dict[str, Row]:
    """The rows of all patterns."""
    with store.reading() as db:
        return {row["id"]: row for row in db.query("SELECT * FROM dream_failure_patterns ORDER BY id")}


def read_starts(store: Store) -> dict[int, int]:
    """When each run began, in epoch seconds."""
    with store.reading() as db:
        return {
            row["id"]: row["started_at"] for row in db.query("SELECT id, started_at FROM dream_test_runs")
        }


def read_generation_runs(store: Store, *, since: int) -> list[Row]:
    """Athena's generation runs that began at ``since`` (epoch seconds) or later."""
    with store.reading() as db:
        return list(
            db.query("SELECT * FROM dream_generation_runs WHERE timestamp >= ? ORDER BY timestamp", [since])
        )


def put_sightings(db: Database, run_id: int, dream_id: int, sightings: Iterable[Sighting]) -> None:
    """Replace the patterns of one result; ``db`` is in a transaction."""
    db.execute("DELETE FROM dream_failure_sightings WHERE dream_id = ? AND run_id = ?", [dream_id, run_id])
    for sighting in sightings:
        row = {field.name: storable(getattr(sighting, field.name)) for field in fields(sighting)}
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
    """Write novelty scores by dream, unless the dream has one for its current code."""
    key, code = store.dream_procedures.key, store.dream_procedures.code
    with store.writing() as db:
        with_digest(db)
        rows = [(score, dream_id) for dream_id, score in scores.items()]
        db.conn.executemany(
            f"UPDATE dream_procedures SET novelty_score = ? WHERE {key} = ? AND {_unscored(store)}", rows
        )
        db.conn.executemany(
            "INSERT OR REPLACE INTO dream_novelty (dream_id, digest, score)"
            f" SELECT {key}, athena_digest({code}), novelty_score FROM dream_procedures"
            f" WHERE novelty_score = ? AND {key} = ?",
            rows,
        )


def _unscored(store: Store) -> str:
    """The condition that a dream has no novelty score, or one that was measured of other code."""
    key, code = store.dream_procedures.key, store.dream_procedures.code
    return (
        "(novelty_score IS NULL OR EXISTS (SELECT 1 FROM dream_novelty measured"
        f" WHERE measured.dream_id = {key} AND measured.score = novelty_score"
        f" AND measured.digest <> athena_digest({code})))"
    )


def put_metrics(store: Store, row: Mapping[str, Any]) -> None:
    """Add a row to Athena's ``dream_metrics``."""
    with store.writing() as db:
        store.dream_metrics.insert(db, {"timestamp": int(time.time())} | dict(row))


def is_measured(store: Store, run_id: int) -> bool:
    """Whether the run has ended, and metrics have a row that is no older than its last result."""
    with store.reading() as db:
        return bool(
            db.execute(
                "SELECT EXISTS (SELECT 1 FROM dream_metrics WHERE timestamp >="
                " (SELECT max(tested_at) FROM dream_test_results WHERE run_id = t.id))"
                " FROM dream_test_runs t WHERE id = ? AND finished_at IS NOT NULL",
                [run_id],
            ).fetchone()
            == (1,)
        )


def put_repair(store: Store, row: Mapping[str, Any]) -> None:
    """Store the repair of a dream that passed, in place of an earlier one."""
    _put_proof(store, "dream_repairs", row)


def put_cause(store: Store, row: Mapping[str, Any]) -> None:
    """Store what makes a dream pass when it is put back, in place of what was stored before."""
    _put_proof(store, "dream_causes", row)


def _put_proof(store: Store, table: str, row: Mapping[str, Any]) -> None:
    with store.writing() as db:
        values = {name: storable(value) for name, value in row.items()}
        insert(db, table, values | {"verified_at": int(time.time())}, replace=True)


def _column(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list | tuple) else value
