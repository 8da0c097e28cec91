from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.errors import StoreError
from pytest_athena_dreams.models import Category, Figures, Outcome
from pytest_athena_dreams.store.codes import code_digest
from pytest_athena_dreams.store.columns import COLUMNS
from pytest_athena_dreams.store.connection import storable
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.records import Recorded, Result

from .kit import NOW, RUN, columns, line, passed, put, result, rows, untestable

VERDICT = "status, test_outcome, test_category, test_error, test_timestamp, effectiveness_metric"


def test_a_run_is_a_row(store: Store, path: Path) -> None:
    run = store.begin_run(RUN)
    assert rows(path, "SELECT * FROM dream_test_runs") == [
        {
            "id": run,
            "started_at": NOW,
            "finished_at": None,
            "exit_status": None,
            "settings": "{}",
            "seed": 7,
            "versions": '{"python": "3.11"}',
            "sandbox": "landlock",
            "commit": "abc",
            "tested": None,
            "passed": None,
            "failed": None,
            "untestable": None,
            "selection": None,
        }
    ]


def test_a_result_is_a_row_of_its_own_and_a_verdict_on_the_dream(
    store: Store, path: Path, tmp_path: Path
) -> None:
    put(store, tmp_path, line())
    run = store.begin_run(RUN)
    store.record(run, result(1))
    assert rows(path, "SELECT * FROM dream_test_results") == [
        {"run_id": run, "tested_at": NOW, **columns(result(1))}
    ]
    assert rows(path, f"SELECT {VERDICT} FROM dream_procedures") == [
        {
            "status": "tested",
            "test_outcome": "failure",
            "test_category": "logic",
            "test_error": "returned 3, not 4",
            "test_timestamp": NOW,
            "effectiveness_metric": 0.5,
        }
    ]


def test_a_second_result_in_a_run_replaces_the_first(store: Store, path: Path, tmp_path: Path) -> None:
    put(store, tmp_path, line())
    first, second = store.begin_run(RUN), store.begin_run(RUN)
    store.record(first, result(1))
    store.record(first, passed(1))
    store.record(second, result(1, category=Category.TYPE))
    assert store.details("1").history == (
        Recorded(run_id=first, tested_at=NOW, result=passed(1)),
        Recorded(run_id=second, tested_at=NOW, result=result(1, category=Category.TYPE)),
    )
    assert rows(path, "SELECT test_category FROM dream_procedures") == [{"test_category": "type"}]


@pytest.mark.parametrize("old", ["before", "other"])  # which come before and after "new"
def test_a_dream_whose_code_changed_meanwhile_gets_no_verdict_of_the_old_code(
    store: Store, path: Path, tmp_path: Path, old: str
) -> None:
    put(store, tmp_path, line(code="new"))
    run = store.begin_run(RUN)
    (dream,) = store.dreams(ids=[1])
    base = code_digest("def double(x): return x + x")
    assert not store.record(run, result(1), tested=replace(dream, code=old))
    [row] = rows(path, f"SELECT {VERDICT} FROM dream_procedures")
    assert row == {**dict.fromkeys(row), "status": "pending_test"}
    assert [one.result for one in store.details("1").history] == [
        result(1, dream_code=code_digest(old), procedure_code=base)
    ]
    assert store.record(run, result(1), tested=dream)
    [row] = rows(path, f"SELECT {VERDICT} FROM dream_procedures")
    assert (row["status"], row["test_category"]) == ("tested", "logic")


@pytest.mark.parametrize(
    "change",
    [
        {"contract": "equivalent"},
        {"entry_point": "other"},
        {"dream_type": "conditional_variant"},
        {"procedure": {"name": "double", "project": "p", "code": "def double(x): return x * 3"}},
    ],
)
def test_a_dream_that_changed_otherwise_while_it_was_tested_is_still_pending(
    store: Store, path: Path, tmp_path: Path, change: dict[str, Any]
) -> None:
    put(store, tmp_path, line())
    run = store.begin_run(RUN)
    (dream,) = store.dreams(ids=[1])
    put(store, tmp_path, line(**change))
    assert not store.record(run, passed(1), tested=dream)
    [row] = rows(path, f"SELECT {VERDICT} FROM dream_procedures")
    assert row == {**dict.fromkeys(row), "status": "pending_test"}


def test_a_pass_clears_what_a_failure_left(store: Store, path: Path, tmp_path: Path) -> None:
    put(store, tmp_path, line())
    store.record(store.begin_run(RUN), result(1))
    store.record(store.begin_run(RUN), passed(1))
    [row] = rows(path, f"SELECT {VERDICT} FROM dream_procedures")
    assert (row["test_outcome"], row["test_category"], row["test_error"]) == ("success", None, None)


def test_a_finished_run_has_counts(store: Store, path: Path, tmp_path: Path) -> None:
    put(store, tmp_path, *(line(label=f"{n}", code=f"{n}") for n in range(4)))
    other, run = store.begin_run(RUN), store.begin_run(RUN)
    store.record(other, passed(1))
    store.record(run, passed(1))
    store.record(run, passed(2))
    store.record(run, result(3))
    store.record(run, untestable(4))
    store.finish_run(run, exit_status=1)
    counts = "SELECT finished_at, exit_status, tested, passed, failed, untestable FROM dream_test_runs"
    unknown = dict.fromkeys(("finished_at", "exit_status", "tested", "passed", "failed", "untestable"))
    assert rows(path, counts) == [
        unknown,
        {"finished_at": NOW, "exit_status": 1, "tested": 3, "passed": 2, "failed": 1, "untestable": 1},
    ]


def test_an_untestable_dream_waits_without_an_outcome(store: Store, path: Path, tmp_path: Path) -> None:
    put(store, tmp_path, line())
    for before in (None, result(1), passed(1)):
        if before is not None:
            store.record(store.begin_run(RUN), before)
        run = store.begin_run(RUN)
        store.record(run, untestable(1))
        [row] = rows(path, f"SELECT {VERDICT} FROM dream_procedures")
        assert row == {**dict.fromkeys(row), "status": "pending_test"}
        [stored] = rows(path, f"SELECT * FROM dream_test_results WHERE run_id = {run}")
        assert stored == {"run_id": run, "tested_at": NOW, **columns(untestable(1))}
        assert [dream.id for dream in store.pending()] == [1]


def test_every_figure_has_a_column(store: Store, path: Path) -> None:
    query = "SELECT name, type FROM pragma_table_info('dream_test_results')"
    columns = {row["name"]: row["type"] for row in rows(path, query)}
    assert set(COLUMNS) == {field.name for field in fields(Figures)}
    assert all(columns[column] in ("INTEGER", "FLOAT", "REAL", "TEXT") for column in COLUMNS.values())


def test_opening_a_store_adds_the_column_of_a_new_figure(path: Path, tmp_path: Path) -> None:
    with Store.create(path) as store:
        put(store, tmp_path, line())
        run = store.begin_run(RUN)
        store.record(run, result(1))
    with sqlite3.connect(path) as db:
        for (view,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall():
            db.execute(f"DROP VIEW {view}")
        db.execute("ALTER TABLE dream_test_results DROP COLUMN evidence")
    db.close()
    measured = replace(result(1), figures=replace(result(1).figures, evidence=0.5))
    with Store.open(path) as store:
        store.record(store.begin_run(RUN), measured)
        assert [each.result for each in store.details("1").history] == [result(1), measured]


def test_a_result_of_a_dream_that_is_gone_is_an_error_and_leaves_no_row(store: Store, path: Path) -> None:
    run = store.begin_run(RUN)
    with pytest.raises(
        StoreError, match=r"dream 9 was tested, but store .* no longer has it.* delete no dreams"
    ):
        store.record(run, passed(9))
    assert rows(path, "SELECT * FROM dream_test_results") == []


def test_a_run_that_never_began_can_not_finish(memory: Store) -> None:
    with pytest.raises(StoreError, match=r"store memory has no run 5; begin a run"):
        memory.finish_run(5, exit_status=0)


_text = st.text(st.characters(codec=None), max_size=8)
_count = st.integers(0, 2**62)
_results = st.builds(
    Result,
    dream_id=st.just(1),
    outcome=st.sampled_from(Outcome),
    category=st.none() | st.sampled_from(Category),
    athena_outcome=_text,
    contract=_text,
    error=st.none() | _text,
    failing_input=st.none() | _text,
    procedure_result=st.none() | _text,
    dream_result=st.none() | _text,
    details=st.none() | _text,
    figures=st.builds(
        Figures,
        tried=_count,
        accepted=_count,
        rejected=_count,
        elapsed=st.floats(0, allow_nan=False, allow_infinity=False),
        cpu=st.floats(0, allow_nan=False, allow_infinity=False),
        peak_memory=_count,
        speed=st.none() | st.floats(allow_nan=False),
        evidence=st.none() | st.floats(0, 1),
        lines_reached=st.none() | _count,
        lines_total=st.none() | _count,
        guess=st.none() | _text,
    ),
    reason=st.none() | _text,
)


@given(first=_results)
def test_any_result_comes_back_with_its_lone_surrogates_escaped(shared: Store, first: Result) -> None:
    run = shared.begin_run(RUN)
    shared.record(run, first)
    [last] = [recorded for recorded in shared.details("1").history if recorded.run_id == run]
    assert asdict(last.result) == {name: storable(value) for name, value in asdict(first).items()}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store for all examples of a property."""
    folder = tmp_path_factory.mktemp("shared")
    with Store.create(folder / "athena.db") as store:
        put(store, folder, line())
        yield store


@given(_text)
def test_what_is_storable_is_utf8_and_keeps_all_else(text: str) -> None:
    stored = storable(text)
    stored.encode()
    surrogates = {character for character in text if "\ud800" <= character <= "\udfff"}
    for character in surrogates:
        text = text.replace(character, f"\\u{ord(character):04x}")
    assert stored == text
