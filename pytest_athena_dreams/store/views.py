"""The views of a store: readable tables for people, as in Datasette or ``sqlite-utils``.

Invariants: the package itself reads no view; each time is ISO 8601 text in UTC; ids keep the names that they
have in the tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .connection import Database
from .shape import Shape

if TYPE_CHECKING:
    import sqlite3

_READ_COLUMNS = (
    "outcome",
    "category",
    "reason",
    "contract",
    "error",
    "failing_input",
    "procedure_result",
    "dream_result",
    "inputs_accepted",
    "evidence",
    "effectiveness",
    "widened",
)
"""The columns of a result that people read."""


def views(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """The names of all views and their queries, in an order in which they can be made."""
    db = Database(connection)
    dream, base = Shape.read(db, "dream_procedures"), Shape.read(db, "procedures")
    return [
        ("latest_results", _latest()),
        ("dreams_with_results", _dreams(dream, base)),
        ("open_failures", _failures(dream)),
        ("nights", _nights()),
    ]


def _time(column: str, name: str) -> str:
    """A time of Unix as text under ``name``; null stays null."""
    return f"strftime('%Y-%m-%dT%H:%M:%SZ', {column}, 'unixepoch') AS {name}"


def _latest() -> str:
    """The last result of each dream."""
    columns = ", ".join(f"r.{name}" for name in _READ_COLUMNS)
    return (
        f"SELECT r.dream_id, r.run_id, {_time('r.tested_at', 'tested_at')}, {columns}, r.digest"
        " FROM dream_test_results r WHERE r.run_id ="
        " (SELECT max(run_id) FROM dream_test_results l WHERE l.dream_id = r.dream_id)"
    )


def tested_code(connection: sqlite3.Connection) -> str:
    """The query of ``results_with_code``: each result with the code that it is for."""
    key = Shape.read(Database(connection), "dream_procedures").key
    return (
        "SELECT r.dream_id, r.run_id, label, base_procedure_name AS procedure,"
        f" {_time('r.tested_at', 'tested_at')},"
        " r.outcome, r.category, r.error, d.code AS tested_code, b.code AS tested_procedure_code"
        f" FROM dream_test_results r LEFT JOIN dream_procedures ON {key} = r.dream_id"
        " LEFT JOIN dream_codes d ON d.digest = r.dream_code"
        " LEFT JOIN dream_codes b ON b.digest = r.procedure_code"
    )


def _dreams(dream: Shape, base: Shape) -> str:
    """Each dream with its procedure, its writer and its last result."""
    columns = ", ".join(f"r.{name}" for name in _READ_COLUMNS)
    return (
        f"SELECT {dream.key} AS dream_id, label, base_procedure_id AS procedure_id,"
        f" procedures.name AS procedure, procedures.project AS project, dream_type, o.writer,"
        " dream_procedures.status, tier,"
        f" viability_score, r.run_id, r.tested_at, {columns},"
        f" {_time('dream_procedures.generated_at', 'generated_at')}, {dream.joined_code} AS code,"
        f" {base.joined_code} AS procedure_code"
        f" FROM dream_procedures LEFT JOIN procedures ON {base.key} = base_procedure_id"
        f" LEFT JOIN dream_origins o ON o.dream_id = {dream.key}"
        f" LEFT JOIN latest_results r ON r.dream_id = {dream.key}"
    )


def _failures(dream: Shape) -> str:
    """Each dream whose last result is a failure, with the failure pattern that decided it."""
    return (
        f"SELECT r.dream_id, label, base_procedure_name AS procedure, dream_type, r.run_id, r.tested_at,"
        " r.category, p.title AS pattern, p.id AS pattern_id, p.dreams AS dreams_with_it, r.error,"
        " r.failing_input, r.procedure_result, r.dream_result, p.suggestion"
        f" FROM latest_results r JOIN dream_procedures ON {dream.key} = r.dream_id"
        " LEFT JOIN dream_failure_sightings s"
        " ON s.dream_id = r.dream_id AND s.run_id = r.run_id AND s.place = 0"
        " LEFT JOIN dream_failure_patterns p ON p.id = s.pattern_id"
        " WHERE r.outcome = 'failure' AND dream_procedures.status = 'tested'"
    )


def _nights() -> str:
    """Each night with what it dreamt, tested and adopted."""
    times = ", ".join(_time(f"n.{name}", name) for name in ("started_at", "finished_at", "deadline"))
    return (
        f"SELECT n.id AS night_id, {times}, n.exit_status, n.generation_run_id,"
        " g.total_dreams_generated AS dreams, n.test_run_id AS run_id, t.tested, t.passed, t.failed,"
        " t.untestable, (SELECT count(*) FROM dream_adoptions a"
        " WHERE a.id > json_extract(n.before, '$.adoption_id') AND a.id <= n.adoption_id) AS adopted,"
        " m.compound_health_score, n.store_bytes, n.steps"
        " FROM dream_nights n LEFT JOIN dream_generation_runs g ON g.rowid = n.generation_run_id"
        " LEFT JOIN dream_test_runs t ON t.id = n.test_run_id"
        " LEFT JOIN dream_metrics m ON m.rowid = n.metrics_id"
    )
