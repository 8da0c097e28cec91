"""What the tests of the store share: lines to import, results, Athena's own schema, dumps."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pytest_athena_dreams.models import Category, Figures, Outcome, Reason
from pytest_athena_dreams.store.columns import to_columns
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.importer import import_lines
from pytest_athena_dreams.store.jsonl import read_lines
from pytest_athena_dreams.store.records import Imported, Result, Run

NOW = 1_800_000_000
RUN = Run(
    started_at=NOW, settings="{}", seed=7, versions='{"python": "3.11"}', sandbox="landlock", commit="abc"
)

ATHENA_PROCEDURES = """
    CREATE TABLE procedures (
        id {id},
        name TEXT NOT NULL UNIQUE,
        category TEXT NOT NULL,
        description TEXT,
        trigger_pattern TEXT,
        applicable_contexts TEXT,
        template TEXT NOT NULL,
        steps TEXT,
        examples TEXT,
        success_rate REAL DEFAULT 0.0,
        usage_count INTEGER DEFAULT 0,
        avg_completion_time_ms INTEGER,
        created_at INTEGER NOT NULL,
        last_used INTEGER,
        created_by TEXT DEFAULT 'user'
    )"""
ATHENA_DREAMS = """
    CREATE TABLE dream_procedures (
        id {id},
        base_procedure_id INTEGER NOT NULL,
        base_procedure_name TEXT NOT NULL,
        dream_type TEXT NOT NULL,
        code TEXT NOT NULL,
        model_used TEXT NOT NULL,
        reasoning TEXT NOT NULL,
        generated_description TEXT,
        status TEXT DEFAULT 'pending_evaluation',
        tier INTEGER,
        viability_score REAL,
        claude_reasoning TEXT,
        test_outcome TEXT,
        test_error TEXT,
        test_timestamp INTEGER,
        novelty_score REAL,
        cross_project_matches INTEGER DEFAULT 0,
        effectiveness_metric REAL,
        generated_at INTEGER NOT NULL,
        evaluated_at INTEGER,
        created_by TEXT DEFAULT 'dream_system',
        FOREIGN KEY(base_procedure_id) REFERENCES procedures(id)
    )"""
AUTOINCREMENT = "INTEGER PRIMARY KEY AUTOINCREMENT"
SERIAL = "SERIAL PRIMARY KEY"


def athena_file(path: Path, *, id_type: str = AUTOINCREMENT) -> Path:
    """Make a small file as Athena writes it: two procedures, three dreams, metrics of Athena's own."""
    db = sqlite3.connect(path)
    db.execute(ATHENA_PROCEDURES.format(id=id_type))
    db.execute(ATHENA_DREAMS.format(id=id_type))
    db.execute("CREATE TABLE dream_metrics (id INTEGER PRIMARY KEY, compound_health_score REAL)")
    db.execute("CREATE INDEX idx_dream_procedures_status ON dream_procedures(status)")
    db.execute("INSERT INTO dream_metrics VALUES (1, 0.5)")
    for name in ("double", "half"):
        db.execute(
            "INSERT INTO procedures (name, category, template, created_at) VALUES (?, 'math', ?, 1700000000)",
            [name, f"def {name}(x): ..."],
        )
    for base, kind, status in (
        (1, "constraint_relaxation", "evaluated"),
        (2, "time_travel", "pending_test"),
        (2, "conditional_variant", "archived"),
    ):
        db.execute(
            "INSERT INTO dream_procedures (base_procedure_id, base_procedure_name, dream_type, code,"
            " model_used, reasoning, status, tier, generated_at)"
            " VALUES (?, ?, ?, 'def f(x): ...', 'some-model', 'why not', ?, 1, 1700000001)",
            [base, ("double", "half")[base - 1], kind, status],
        )
    db.commit()
    db.close()
    return path


def rows(path: Path | str, sql: str) -> list[dict[str, Any]]:
    """Read rows past the store, as another program would."""
    db = sqlite3.connect(path)
    try:
        cursor = db.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]
    finally:
        db.close()


def line(**keys: Any) -> dict[str, Any]:
    """Give a dream to import; a key that is ``...`` is left out."""
    whole: dict[str, Any] = {
        "label": "d1",
        "procedure": {"name": "double", "project": "p", "code": "def double(x): return x + x"},
        "code": "def double(x): return 2 * x",
        "dream_type": "constraint_relaxation",
    } | keys
    return {key: value for key, value in whole.items() if value is not ...}


def write(path: Path, *lines: Any) -> Path:
    """Write a JSONL file."""
    path.write_text("".join(json.dumps(each) + "\n" for each in lines), encoding="utf-8")
    return path


def put(store: Store, path: Path, *lines: Any) -> Imported:
    """Write ``lines`` to a file in the folder of ``path``, and import it."""
    return import_lines(store, read_lines([write(path / "dreams.jsonl", *lines)]))


def result(dream_id: int, **fields: Any) -> Result:
    """Give a failed result of ``dream_id``."""
    values: dict[str, Any] = {
        "dream_id": dream_id,
        "outcome": Outcome.FAILURE,
        "category": Category.LOGIC,
        "athena_outcome": "output_validation_failed",
        "contract": "superset",
        "error": "returned 3, not 4",
        "failing_input": "double(2)",
        "procedure_result": "4",
        "dream_result": "3",
        "figures": Figures(
            tried=100, accepted=90, rejected=10, elapsed=0.25, cpu=0.125, peak_memory=1 << 20, speed=0.5
        ),
        "details": "{}",
    }
    return Result(**values | fields)


def columns(result: Result) -> dict[str, Any]:
    """``result`` under the names of the table's columns."""
    values = asdict(result) | to_columns(result.figures)
    del values["figures"]
    return values


def untestable(dream_id: int) -> Result:
    """Give an untestable result of ``dream_id``."""
    return Result(
        dream_id=dream_id,
        outcome=Outcome.UNTESTABLE,
        category=None,
        athena_outcome=None,
        contract="superset",
        error="missing_package: double imports numpy",
        failing_input=None,
        procedure_result=None,
        dream_result=None,
        details=None,
        reason=Reason.MISSING_PACKAGE,
    )


def passed(dream_id: int, **fields: Any) -> Result:
    """Give a passed result of ``dream_id``."""
    return result(
        dream_id,
        outcome=Outcome.SUCCESS,
        category=None,
        athena_outcome="success",
        error=None,
        failing_input=None,
        procedure_result=None,
        dream_result=None,
        **fields,
    )
