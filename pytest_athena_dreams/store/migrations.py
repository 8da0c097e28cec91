"""The schema, and how a file of any age gets to it.

Invariants: a migration adds tables, columns, indexes and foreign keys; no value changes and no row goes, and
no table of Athena's is made anew, so an Athena file opens in place. A migration that was released is never
edited: what is new is a new function, and ``version.SCHEMA_VERSION`` is its number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from . import links, tables
from .columns import kinds
from .connection import Database as Connection
from .version import MIGRATION_SET
from .views import tested_code, views

if TYPE_CHECKING:
    import sqlite3

migrations = Migrations(MIGRATION_SET)


@migrations()
def m001_procedures_and_dreams(db: Database) -> None:
    """Athena's two tables: created if they are missing, otherwise completed with our columns."""
    _table(
        db,
        "procedures",
        tables.PROCEDURE_COLUMNS,
        not_null={"name", "code", "created_at"},
        defaults={"version": 1},
    )
    _table(
        db,
        "dream_procedures",
        tables.DREAM_COLUMNS,
        not_null={"dream_type", "code", "generated_at"},
        defaults={
            "base_procedure_name": "",
            "status": "pending_evaluation",
            "cross_project_matches": 0,
            "created_by": "dream_system",
        },
    )
    _index(db, "procedures", "name")
    _index(db, "dream_procedures", "label", unique=True)
    _index(db, "dream_procedures", "status", "tier")
    _index(db, "dream_procedures", "base_procedure_id")


@migrations()
def m002_runs_and_results(db: Database) -> None:
    """One row a session, and one row a dream and session: the primary key is the index that history reads."""
    db.table("dream_test_runs").create(tables.RUN_COLUMNS, pk="id", not_null={"started_at"})
    db.table("dream_test_results").create(
        tables.RESULT_COLUMNS, pk=("dream_id", "run_id"), not_null={"tested_at", "outcome"}
    )
    _index(db, "dream_test_results", "run_id")


@migrations()
def m003_learning(db: Database) -> None:
    """Tables for learning: failure patterns, their occurrences, repairs that passed, Athena's metrics.

    ``dream_metrics`` and ``dream_generation_runs`` are Athena's own, made where missing.
    """
    db.table("dream_test_results").add_column("diverged", float)
    db.table("dream_failure_patterns").create(tables.PATTERN_COLUMNS, pk="id", not_null={"category", "title"})
    db.table("dream_failure_sightings").create(
        tables.SIGHTING_COLUMNS, pk=("dream_id", "run_id", "pattern_id")
    )
    db.table("dream_repairs").create(
        tables.REPAIR_COLUMNS, pk="dream_id", not_null={"kind", "before", "code"}
    )
    _table(db, "dream_metrics", tables.METRIC_COLUMNS, not_null={"timestamp"}, defaults={})
    _table(
        db,
        "dream_generation_runs",
        tables.GENERATION_COLUMNS,
        not_null={"strategy", "timestamp"},
        defaults={},
    )
    _index(db, "dream_failure_sightings", "pattern_id")


@migrations()
def m004_evidence(db: Database) -> None:
    """What a pass rests on."""
    results = db.table("dream_test_results")
    results.add_column("evidence", float)
    results.add_column("lines_reached", int)
    results.add_column("lines_total", int)


@migrations()
def m005_digests(db: Database) -> None:
    """The digest of what a verdict depends on, and the source of a copied verdict."""
    table = db.table("dream_test_results")
    table.add_column("digest", str)
    table.add_column("taken_from_dream", int)
    table.add_column("taken_from_run", int)
    _index(db, "dream_test_results", "digest")


@migrations()
def m006_untestable(db: Database) -> None:
    """Why a dream could not be tested, and how many of a run could not."""
    db.table("dream_test_results").add_column("reason", str)
    db.table("dream_test_runs").add_column("untestable", int)


@migrations()
def m007_causes(db: Database) -> None:
    """Which lines of the procedure, put back, make a dream pass."""
    db.table("dream_causes").create(tables.CAUSE_COLUMNS, pk="dream_id", not_null={"code", "wrong", "right"})


@migrations()
def m008_selection(db: Database) -> None:
    """How a run was restricted to some dreams."""
    db.table("dream_test_runs").add_column("selection", str)


@migrations()
def m009_novelty(db: Database) -> None:
    """Which code a run measured a novelty score of, and what it was: it is measured again for other code."""
    db.table("dream_novelty").create(tables.NOVELTY_COLUMNS, pk="dream_id", not_null={"digest", "score"})


@migrations()
def m010_models(db: Database) -> None:
    """One row a request to a model, and one row a score of a dream."""
    db.table("dream_calls").create(
        tables.CALL_COLUMNS, pk="id", not_null={"purpose", "model", "outcome", "started_at"}
    )
    db.table("dream_evaluations").create(
        tables.EVALUATION_COLUMNS, pk="id", not_null={"dream_id", "evaluated_at", "judge", "tier"}
    )
    _index(db, "dream_evaluations", "dream_id")


@migrations()
def m011_generation(db: Database) -> None:
    """What a generation run wrote, from whom, what it dropped, and how far it came; private procedures."""
    _add(db, "procedures", {"private": int})
    _add(
        db,
        "dream_generation_runs",
        {
            "finished_at": int,
            "plan": str,
            "settings": str,
            "seed": int,
            "requests": int,
            "cost": float,
            "dropped": str,
        },
    )
    _add(db, "dream_calls", {"place": int, "withheld": str, "answer": str})
    db.table("dream_origins").create(tables.ORIGIN_COLUMNS, pk="dream_id", not_null={"run_id", "writer"})
    db.table("dream_generation_steps").create(
        tables.STEP_COLUMNS, pk=("run_id", "procedure_id"), not_null={"assigned", "dreams"}
    )
    db.table("dream_drops").create(
        tables.DROP_COLUMNS,
        pk=("run_id", "procedure_id", "dream_type", "writer", "reason"),
        not_null={"drafts"},
    )
    _index(db, "dream_calls", "run_id", "procedure_id")


@migrations()
def m012_sources(db: Database) -> None:
    """Which function of which file a procedure comes from."""
    _add(db, "procedures", {"source": str})


@migrations()
def m013_adoptions(db: Database) -> None:
    """One row a dream that became a version of its procedure, with what that rests on."""
    db.table("dream_adoptions").create(
        tables.ADOPTION_COLUMNS, pk="id", not_null={"dream_id", "procedure_id", "adopted_at", "previous_code"}
    )
    _index(db, "dream_adoptions", "dream_id")


@migrations()
def m014_nights(db: Database) -> None:
    """One row a night, with how its steps ended and what they did."""
    db.table("dream_nights").create(
        tables.NIGHT_COLUMNS, pk="id", not_null={"started_at", "settings", "steps"}
    )


@migrations()
def m015_reasons(db: Database) -> None:
    """Why a generation run wrote what it wrote."""
    _add(db, "dream_generation_runs", {"reasons": str})


@migrations()
def m016_views(db: Database) -> None:
    """What people read: joined rows, with times as text. A table or view of that name is left alone."""
    present = {*db.table_names(), *db.view_names()}
    for name, query in views(db.conn):
        if name not in present:
            db.create_view(name, query)


@migrations()
def m017_pruned(db: Database) -> None:
    """The digests of dreams that were pruned, so that none is written again."""
    db.table("dream_pruned").create(
        {"procedure_id": int, "procedure_name": str, "digest": str}, pk=("procedure_id", "digest")
    )


@migrations()
def m018_links(db: Database) -> None:
    """The code that was tested, each text once; and foreign keys, which only a table made anew can get."""
    db.table("dream_codes").create(tables.CODE_COLUMNS, pk="digest", not_null={"code"})
    _add(db, "dream_test_results", {"dream_code": str, "procedure_code": str})
    links.add_foreign_keys(Connection(db.conn))
    for table, column in links.INDEXED:
        db.execute(
            f"CREATE INDEX athena_dreams_{table}_{column} ON {table} ({column}) WHERE {column} IS NOT NULL"
        )
    if "results_with_code" not in {*db.table_names(), *db.view_names()}:
        db.create_view("results_with_code", tested_code(db.conn))


@migrations()
def m019_refusals(db: Database) -> None:
    """Which dreams were tested for their adoption and refused, so that none is tried until it has luck."""
    db.table("dream_refusals").create(
        tables.REFUSAL_COLUMNS, pk=("dream_id", "code"), not_null={"refused_at", "failed", "why"}
    )
    links.add_foreign_keys(Connection(db.conn))


def migrate(connection: sqlite3.Connection) -> None:
    """Apply missing migrations and add a column for each new figure, in an open transaction."""
    db = Database(connection, recursive_triggers=False, execute_plugins=False)
    migrations.apply(db)
    _add(db, "dream_test_results", kinds())


def _table(
    db: Database, name: str, columns: dict[str, type], *, not_null: set[str], defaults: dict[str, object]
) -> None:
    table = db.table(name)
    if not table.exists():
        table.create(columns, pk="id", not_null=not_null | set(defaults), defaults=defaults)
        return
    _add(db, name, columns)


def _add(db: Database, name: str, columns: dict[str, type]) -> None:
    """Add the ``columns`` that the table ``name`` lacks."""
    table = db.table(name)
    present = {column.name for column in table.columns}
    for column, kind in columns.items():
        if column not in present:
            table.add_column(column, kind)


def _index(db: Database, table: str, *columns: str, unique: bool = False) -> None:
    # A prefix of our own: Athena's indexes may already bear sqlite-utils' usual names.
    db.table(table).create_index(
        columns, index_name=f"athena_dreams_{table}_{'_'.join(columns)}", unique=unique
    )
