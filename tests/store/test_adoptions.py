"""A dream becomes its procedure's next version, and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_athena_dreams.errors import StoreError
from pytest_athena_dreams.models import Figures, Outcome
from pytest_athena_dreams.source.normalise import digest
from pytest_athena_dreams.store.adoptions import (
    Adopted,
    Evidence,
    Version,
    adopt,
    adoptions,
    candidate_rows,
    failed_before,
    passed_dreams,
    refuse,
    seeds,
    undo,
)
from pytest_athena_dreams.store.connection import insert
from pytest_athena_dreams.store.database import Store

from .kit import ATHENA_PROCEDURES, AUTOINCREMENT, NOW, RUN, athena_file, line, put, result, rows

FOUND = Evidence(seed=9, inputs=1000, evidence=0.8, widened=None, speed=2.0, size=None)
CODE = "def double(x): return 2 * x"
NEXT = Version(tested=CODE, code=CODE, entry_point="double")


def has_run(store: Store, dream_id: int, outcome: Outcome = Outcome.SUCCESS, **more: Any) -> int:
    run_id = store.begin_run(RUN)
    values = {"outcome": outcome} | more
    if outcome is Outcome.SUCCESS:
        values |= {"category": None, "error": None, "failing_input": None}
    store.record(run_id, result(dream_id, **values))
    return run_id


def go(store: Store, dream_id: int = 1, version: Version = NEXT) -> Adopted:
    return adopt(store, dream_id, version, by="me", found=FOUND, digest=digest)


@pytest.fixture
def dreams(store: Store, tmp_path: Path) -> Store:
    """A dream that passed, and three that wait: another one, a copy of the first, and an archived one."""
    put(
        store,
        tmp_path,
        line(),
        line(label="d2", code="def double(x): return x << 1"),
        line(label="d3", code="def double(x): return 2 * x  # copy"),
        line(label="d4", code="def double(x): return 3", status="archived"),
    )
    has_run(store, 1)
    return store


def test_the_next_version_is_a_row_of_its_own(dreams: Store, path: Path) -> None:
    assert go(dreams) == Adopted(id=1, version=2, moved=1, archived=1)
    assert rows(path, "SELECT id, name, project, version, code, entry_point FROM procedures") == [
        {
            "id": 1,
            "name": "double",
            "project": "p",
            "version": 1,
            "code": "def double(x): return x + x",
            "entry_point": None,
        },
        {"id": 2, "name": "double", "project": "p", "version": 2, "code": CODE, "entry_point": "double"},
    ]
    assert rows(path, "SELECT id, base_procedure_id AS base, status FROM dream_procedures") == [
        {"id": 1, "base": 1, "status": "tested"},
        {"id": 2, "base": 2, "status": "pending_test"},
        {"id": 3, "base": 1, "status": "archived"},
        {"id": 4, "base": 1, "status": "archived"},
    ]
    (row,) = adoptions(dreams)
    assert {name: row[name] for name in ("dream_id", "procedure_id", "adopted_procedure_id", "version")} == {
        "dream_id": 1,
        "procedure_id": 1,
        "adopted_procedure_id": 2,
        "version": 2,
    }
    assert (
        row["adopted_at"],
        row["adopted_by"],
        row["seed"],
        row["inputs"],
        row["evidence"],
        row["speed"],
    ) == (
        NOW,
        "me",
        9,
        1000,
        0.8,
        2.0,
    )
    assert (row["name"], row["label"], json.loads(row["archived"])) == ("double", "d1", [3])


def test_undo_makes_the_old_code_the_next_version(dreams: Store, path: Path) -> None:
    go(dreams)
    assert undo(dreams, 1, by="you", digest=digest).version == 3
    assert rows(path, "SELECT code, entry_point FROM procedures WHERE version = 3") == [
        {"code": "def double(x): return x + x", "entry_point": None}
    ]
    assert rows(path, "SELECT id, base_procedure_id AS base, status FROM dream_procedures WHERE id < 4") == [
        {"id": 1, "base": 1, "status": "tested"},
        {"id": 2, "base": 3, "status": "pending_test"},
        {"id": 3, "base": 1, "status": "pending_test"},
    ]
    assert adoptions(dreams)[0]["undone_by"] == "you"
    with pytest.raises(StoreError, match="dream 1 is not adopted"):
        undo(dreams, 1, by="you", digest=digest)


def test_a_dream_that_changed_or_an_old_version_is_not_adopted(dreams: Store) -> None:
    with pytest.raises(StoreError, match="dream 1 was changed or deleted while it was tested"):
        go(dreams, version=Version(tested="other", code="other", entry_point=None))
    go(dreams)
    with pytest.raises(StoreError, match="procedure 1 is not the newest version of 'double', which is 2"):
        go(dreams)
    assert len(adoptions(dreams)) == 1


def test_where_names_are_unique_the_row_is_updated_and_the_old_code_kept(tmp_path: Path) -> None:
    path = athena_file(tmp_path / "athena.db")
    with Store.open(path) as store:
        code = "def f(x): ..."
        assert (
            go(store, version=Version(tested=code, code="def double(x): ...2", entry_point="double")).version
            == 2
        )
        assert rows(path, "SELECT id, template, code, version FROM procedures WHERE name = 'double'") == [
            {"id": 1, "template": "def double(x): ...2", "code": "def double(x): ...2", "version": 2}
        ]
        undo(store, 1, by="me", digest=digest)
        assert rows(path, "SELECT template, version FROM procedures WHERE name = 'double'") == [
            {"template": "def double(x): ...", "version": 3}
        ]
    assert "UNIQUE" in ATHENA_PROCEDURES.format(id=AUTOINCREMENT)


def test_what_a_decision_needs(dreams: Store) -> None:
    last, versions, shown = candidate_rows(dreams, 1)
    assert last is not None
    assert (last["outcome"], [row["id"] for row in versions], shown) == ("success", [1], [])
    assert candidate_rows(dreams, 2)[0] is None
    with pytest.raises(StoreError, match="has no dream 99"):
        candidate_rows(dreams, 99)
    assert seeds(dreams) == {7}


def test_the_dreams_that_passed(dreams: Store) -> None:
    def found(others: int = 9) -> tuple[list[tuple[Any, ...]], list[int]]:
        measured, rest = passed_dreams(dreams, faster=1.25, others=others)
        return [tuple(row.values()) for row in measured], rest

    assert found() == ([], [1])  # half as fast
    has_run(dreams, 2, figures=Figures(speed=2.0))
    has_run(dreams, 3, figures=Figures(widened=0.5))
    assert found() == ([(2, 0, 2.0), (3, 0.5, 0)], [1])
    has_run(dreams, 2, figures=Figures(speed=1.0))  # the last one counts
    has_run(dreams, 3, figures=Figures(widened=0.5, diverged=0.1))
    assert found() == ([], [1, 2])
    assert found(others=1) == ([], [2])
    has_run(dreams, 2, contract="free")
    has_run(dreams, 1, Outcome.FAILURE)
    assert found() == ([], [])


def test_failing_calls_count_as_shown_from_when_the_writer_was_asked(dreams: Store) -> None:
    has_run(dreams, 2, Outcome.FAILURE, failing_input="double(77)")
    with dreams.writing() as db:
        for number, started in ((1, NOW - 5), (2, NOW + 5)):
            call = {
                "purpose": "write",
                "model": "m",
                "outcome": "answered",
                "started_at": started,
                "rules": "[]",
            }
            insert(db, "dream_calls", call)
            insert(
                db, "dream_origins", {"dream_id": number, "run_id": 1, "writer": "model:m", "call_id": number}
            )
    assert candidate_rows(dreams, 1)[2] == []
    assert candidate_rows(dreams, 2)[2] == ["double(77)"]


def test_a_failing_call_counts_as_shown_where_the_clock_was_set_back_since(dreams: Store) -> None:
    has_run(dreams, 2, Outcome.FAILURE, failing_input="double(77)")
    with dreams.writing() as db:
        call = {"purpose": "write", "model": "m", "outcome": "answered", "started_at": NOW - 5, "rules": "[]"}
        insert(db, "dream_calls", call)
        insert(db, "dream_origins", {"dream_id": 3, "run_id": 1, "writer": "model:m", "call_id": 1})
    has_run(dreams, 3)
    assert candidate_rows(dreams, 3)[2] == ["double(77)"]


def test_a_dream_that_was_refused_is_no_candidate_until_its_code_changes(
    dreams: Store, tmp_path: Path
) -> None:
    code = line()["code"]
    refuse(dreams, 1, code, seed=5, failed=False, why="not better")
    assert passed_dreams(dreams, faster=1.25, others=9) == ([], [])
    assert failed_before(dreams, 1, code) == ""
    refuse(dreams, 1, code, seed=6, failed=True, why="it fails on a new seed: double(7)")
    assert failed_before(dreams, 1, code) == "it fails on a new seed: double(7) (seed 6)"
    put(dreams, tmp_path, line(code="def double(x): return x + x + 0"))
    has_run(dreams, 1)
    assert passed_dreams(dreams, faster=1.25, others=9) == ([], [1])
    assert failed_before(dreams, 1, "def double(x): return x + x + 0") == ""
    refuse(dreams, 99, code, seed=5, failed=True, why="it is gone")
    with dreams.reading() as db:
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
