"""A store with failed dreams, for tests of what they teach."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_athena_dreams.dreaming.briefing import Briefing
from pytest_athena_dreams.learning import learn, sightings
from pytest_athena_dreams.models import Category, Fault
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.lessons import read_lessons
from pytest_athena_dreams.store.records import Run
from tests.dreams import CLAMP, dream, make_store
from tests.report.conftest import WRONG, result

HALF = "def half(x: int) -> float:\n    return x / 2\n"
MISSING = Fault(
    category=Category.DEPENDENCY, summary="ModuleNotFoundError: No module named 'x'",
    exception="ModuleNotFoundError", call=None,
)  # fmt: skip
ZERO = Fault(
    category=Category.RUNTIME, summary="ZeroDivisionError: division by zero", expected="returned 0.0",
    got="raised ZeroDivisionError", call="half(0)", line=2, exception="ZeroDivisionError",
)  # fmt: skip


@pytest.fixture
def failing(tmp_path: Path) -> Path:
    """Two procedures with failed dreams: three of ``clamp``, and one of ``half`` with another pattern."""
    boundary = CLAMP.replace("low > high", "low >= high")
    path = make_store(
        tmp_path / "athena.db",
        dream("boundary/1", boundary),
        dream("boundary/2", boundary + "\n# again\n", dream_type="conditional_variant"),
        dream("missing", "import x\n" + CLAMP),
        dream("zero", "def half(x: int) -> float:\n    return x / x * x / 2\n", procedure=HALF),
    )
    record(path, {1: [WRONG], 2: [WRONG], 3: [MISSING], 4: [ZERO]})
    return path


def record(path: Path, verdicts: dict[int, list[Fault]]) -> None:
    """Record a run with these faults."""
    with Store.open(path) as store:
        run = store.begin_run(
            Run(started_at=1_800_000_000, settings="{}", seed=0, versions="{}", sandbox="none")
        )
        for one in store.dreams(ids=list(verdicts)):
            faults = verdicts[one.id]
            store.record(run, result(one.id, *faults), sightings(one, faults))
        store.finish_run(run, exit_status=0)
        learn(store, run)


def briefing(path: Path, *private: int) -> Briefing:
    with Store.open(path) as store:
        return Briefing(read_lessons(store), private)


def written(
    path: Path, calls: dict[tuple[str, ...], int], outcome: Callable[[int], str], *, control: bool
) -> None:
    """Dreams that prompts with these rules brought, each with an outcome, past the command."""
    db = sqlite3.connect(path)
    with db:
        for rules, number in calls.items():
            for place in range(number):
                column = "withheld" if control else "rules"
                call = db.execute(
                    f"INSERT INTO dream_calls (purpose, model, outcome, started_at, {column})"
                    " VALUES ('write', 'm', 'answered', 1, ?)",
                    [json.dumps(rules)],
                ).lastrowid
                key = db.execute(
                    "INSERT INTO dream_procedures (dream_type, code, generated_at, status, test_outcome)"
                    " VALUES ('conditional_variant', '', 1, 'tested', ?)",
                    [outcome(place)],
                ).lastrowid
                db.execute(
                    "INSERT INTO dream_origins (dream_id, run_id, writer, call_id)"
                    " VALUES (?, 1, 'model:m', ?)",
                    [key, call],
                )
    db.close()
