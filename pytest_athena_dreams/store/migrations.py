"""The schema, and how a file of any age gets to it.

Invariants: a migration adds tables, columns and indexes; it never drops, renames or rewrites anything, so
an Athena file opens in place. A migration that was released is never edited: what is new is a new function.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlite_utils.migrations import Migrations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

migrations = Migrations("athena_dreams")

_NUMBERED = re.compile(r"m(\d+)_")
"""How the name of a migration begins."""

_PROCEDURES = {
    "id": int,
    "name": str,
    "project": str,
    "version": int,
    "code": str,
    "entry_point": str,
    "created_at": int,
}
_DREAMS = {
    "id": int,
    "label": str,
    "base_procedure_id": int,
    "base_procedure_name": str,
    "dream_type": str,
    "code": str,
    "entry_point": str,
    "contract": str,
    "model_used": str,
    "reasoning": str,
    "generated_description": str,
    "status": str,
    "tier": int,
    "viability_score": float,
    "claude_reasoning": str,
    "test_outcome": str,
    "test_category": str,
    "test_error": str,
    "test_timestamp": int,
    "novelty_score": float,
    "cross_project_matches": int,
    "effectiveness_metric": float,
    "generated_at": int,
    "evaluated_at": int,
    "created_by": str,
}
_RUNS = {
    "id": int,
    "started_at": int,
    "finished_at": int,
    "exit_status": int,
    "settings": str,
    "seed": int,
    "versions": str,
    "sandbox": str,
    "commit": str,
    "tested": int,
    "passed": int,
    "failed": int,
}
_RESULTS = {
    "dream_id": int,
    "run_id": int,
    "tested_at": int,
    "outcome": str,
    "category": str,
    "athena_outcome": str,
    "contract": str,
    "error": str,
    "failing_input": str,
    "procedure_result": str,
    "dream_result": str,
    "inputs_tried": int,
    "inputs_accepted": int,
    "inputs_rejected": int,
    "elapsed": float,
    "cpu": float,
    "peak_memory": int,
    "effectiveness": float,
    "details": str,
}
_PATTERNS = {
    "id": str,
    "category": str,
    "exception": str,
    "message": str,
    "context": str,
    "title": str,
    "status": str,
    "frequency": int,
    "dreams": int,
    "open_dreams": int,
    "first_run_id": int,
    "first_seen": int,
    "last_run_id": int,
    "last_seen": int,
    "dream_types": str,
    "models": str,
    "procedures": str,
    "sample_dream_id": int,
    "sample_input": str,
    "sample_expected": str,
    "sample_got": str,
    "suggestion": str,
}
_SIGHTINGS = {"dream_id": int, "run_id": int, "pattern_id": str, "place": int}
_REPAIR_COLUMNS = {
    "dream_id": int,
    "kind": str,
    "why": str,
    "before": str,
    "code": str,
    "inputs_accepted": int,
    "verified_at": int,
    "seed": int,
}
_CAUSES = {
    "dream_id": int,
    "code": str,
    "wrong": str,
    "right": str,
    "verified_at": int,
    "seed": int,
}
_NOVELTY = {"dream_id": int, "digest": str, "score": float}
_METRICS = {
    "id": int,
    "timestamp": int,
    "average_viability_score": float,
    "tier1_count": int,
    "tier2_count": int,
    "tier3_count": int,
    "tier1_test_success_rate": float,
    "tier1_test_count": int,
    "average_novelty_score": float,
    "high_novelty_count": int,
    "cross_project_adoption_rate": float,
    "dreams_adopted_count": int,
    "average_generation_time_seconds": float,
    "api_requests_per_dream": float,
    "novelty_score_weighted": float,
    "quality_evolution_weighted": float,
    "cross_project_leverage_weighted": float,
    "efficiency_weighted": float,
    "compound_health_score": float,
}
_GENERATION_RUNS = {
    "id": int,
    "strategy": str,
    "timestamp": int,
    "total_dreams_generated": int,
    "constraint_relaxation_count": int,
    "cross_project_synthesis_count": int,
    "parameter_exploration_count": int,
    "conditional_variant_count": int,
    "duration_seconds": float,
    "model_usage": str,
}


_MODEL_CALLS = {
    "id": int,
    "run_id": int,
    "purpose": str,
    "procedure_id": int,
    "dream_type": str,
    "asked": str,
    "model": str,
    "prompt": str,
    "rules": str,
    "outcome": str,
    "problem": str,
    "input_tokens": int,
    "output_tokens": int,
    "cost": float,
    "started_at": int,
    "seconds": float,
}
_EVALUATIONS = {
    "id": int,
    "dream_id": int,
    "call_id": int,
    "evaluated_at": int,
    "judge": str,
    "raw": float,
    "calibrated": float,
    "tier": int,
    "reasoning": str,
    "code_digest": str,
}


@migrations()
def m001_procedures_and_dreams(db: Database) -> None:
    """Athena's two tables: made where missing, else completed with the columns of ours that they lack."""
    _table(db, "procedures", _PROCEDURES, not_null={"name", "code", "created_at"}, defaults={"version": 1})
    _table(
        db,
        "dream_procedures",
        _DREAMS,
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
    db.table("dream_test_runs").create(_RUNS, pk="id", not_null={"started_at"})
    db.table("dream_test_results").create(
        _RESULTS, pk=("dream_id", "run_id"), not_null={"tested_at", "outcome"}
    )
    _index(db, "dream_test_results", "run_id")


@migrations()
def m003_learning(db: Database) -> None:
    """Tables for learning: failure patterns, their occurrences, repairs that passed, Athena's metrics.

    ``dream_metrics`` and ``dream_generation_runs`` are Athena's own, made where missing.
    """
    db.table("dream_test_results").add_column("diverged", float)
    db.table("dream_failure_patterns").create(_PATTERNS, pk="id", not_null={"category", "title"})
    db.table("dream_failure_sightings").create(_SIGHTINGS, pk=("dream_id", "run_id", "pattern_id"))
    db.table("dream_repairs").create(_REPAIR_COLUMNS, pk="dream_id", not_null={"kind", "before", "code"})
    _table(db, "dream_metrics", _METRICS, not_null={"timestamp"}, defaults={})
    _table(db, "dream_generation_runs", _GENERATION_RUNS, not_null={"strategy", "timestamp"}, defaults={})
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
    db.table("dream_causes").create(_CAUSES, pk="dream_id", not_null={"code", "wrong", "right"})


@migrations()
def m008_selection(db: Database) -> None:
    """How a run was restricted to some dreams."""
    db.table("dream_test_runs").add_column("selection", str)


@migrations()
def m009_novelty(db: Database) -> None:
    """Which code a run measured a novelty score of, and what it was: it is measured again for other code."""
    db.table("dream_novelty").create(_NOVELTY, pk="dream_id", not_null={"digest", "score"})


@migrations()
def m010_models(db: Database) -> None:
    """One row a request to a model, and one row a score of a dream."""
    db.table("dream_calls").create(
        _MODEL_CALLS, pk="id", not_null={"purpose", "model", "outcome", "started_at"}
    )
    db.table("dream_evaluations").create(
        _EVALUATIONS, pk="id", not_null={"dream_id", "evaluated_at", "judge", "tier"}
    )
    _index(db, "dream_evaluations", "dream_id")


def schema_version(db: Database) -> int:
    """The number of the last migration applied to ``db``, by any version of this package; 0 if none was."""
    return _highest(migration.name for migration in migrations.applied(db))


def _highest(names: Iterable[str]) -> int:
    return max((int(found[1]) for name in names if (found := _NUMBERED.match(name))), default=0)


def _table(
    db: Database, name: str, columns: dict[str, type], *, not_null: set[str], defaults: dict[str, object]
) -> None:
    table = db.table(name)
    if not table.exists():
        table.create(columns, pk="id", not_null=not_null | set(defaults), defaults=defaults)
        return
    present = {column.name for column in table.columns}
    for column, kind in columns.items():
        if column not in present:
            table.add_column(column, kind)


def _index(db: Database, table: str, *columns: str, unique: bool = False) -> None:
    # A prefix of our own: Athena's indexes may already bear sqlite-utils' usual names.
    db.table(table).create_index(
        columns, index_name=f"athena_dreams_{table}_{'_'.join(columns)}", unique=unique
    )


SCHEMA_VERSION = _highest(globals())
"""The number of the last migration above: the newest schema that this version of the package knows."""
