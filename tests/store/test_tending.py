"""``retest``, ``archive`` and ``delete``: which dreams they choose, and what they change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pytest_athena_dreams.cli import main
from pytest_athena_dreams.models import Category, Outcome
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.records import Sighting

from .kit import RUN, line, put, result, rows

KEY = "a1b2c3"
SIGHTING = Sighting(
    pattern_id=KEY, place=0, category=Category.LOGIC, exception=None, message="", context="", title="wrong"
)


@pytest.fixture
def dreams(path: Path, tmp_path: Path) -> Path:
    """Four dreams: one failed, one passed, one waits, one is archived."""
    with Store.create(path) as store:
        put(
            store,
            tmp_path,
            line(label="set/failed"),
            line(label="set/passed", code="def double(x): return x << 1"),
            line(label="waits", code="def double(x): return x + x + 0"),
            line(label="old", code="def double(x): return 2", status="archived"),
        )
        run_id = store.begin_run(RUN)
        store.record(run_id, result(1), [SIGHTING])
        store.record(
            run_id, result(2, outcome=Outcome.SUCCESS, category=None, error=None, failing_input=None)
        )
    return path


def run(path: Path, *arguments: str, status: int = 0, **more: Any) -> Any:
    command, *others = arguments
    done = CliRunner().invoke(main, [command, "--store", str(path), *others], **more)
    assert done.exit_code == status, done.output
    return done


def statuses(path: Path) -> dict[int, str]:
    return {row["id"]: row["status"] for row in rows(path, "SELECT id, status FROM dream_procedures")}


CHOSEN = {
    "an id": (("1",), {1}),
    "a label": (("waits",), {3}),
    "a pattern of labels": (("set/*",), {1, 2}),
    "several": (("set/passed", "3"), {2, 3}),
    "a status": (("--status", "tested"), {1, 2}),
    "an outcome": (("--outcome", "failure"), {1}),
    "a category": (("--category", "logic"), {1}),
    "a failure pattern": (("--pattern", "a1b2"), {1}),
    "a procedure": (
        ("--procedure", "double", "--tier", "1", "--type", "constraint_relaxation"),
        {1, 2, 3, 4},
    ),
    "all conditions": (("set/*", "--outcome", "success"), {2}),
    "nothing": (("--outcome", "failure", "--status", "archived"), set()),
}


@pytest.mark.parametrize(("arguments", "ids"), CHOSEN.values(), ids=CHOSEN.keys())
def test_dreams_are_chosen_by_what_they_are(dreams: Path, arguments: tuple[str, ...], ids: set[int]) -> None:
    before = statuses(dreams)
    run(dreams, "archive", "--yes", *arguments)
    assert statuses(dreams) == before | dict.fromkeys(ids, "archived")


def test_a_dream_that_is_tested_again_waits_without_a_verdict(dreams: Path) -> None:
    assert (
        run(dreams, "retest", "-y", "--status", "tested").stdout == f"{dreams}: 2 dreams waiting for a test\n"
    )
    query = "SELECT status, test_outcome, test_category, test_error, test_timestamp FROM dream_procedures"
    assert [tuple(row.values()) for row in rows(dreams, query)] == [
        *[("pending_test", None, None, None, None)] * 3,
        ("archived", None, None, None, None),
    ]
    assert len(rows(dreams, "SELECT * FROM dream_test_results")) == 2


def test_with_a_deleted_dream_goes_what_is_stored_about_it(dreams: Path) -> None:
    assert run(dreams, "delete", "--yes", "1").stdout == f"{dreams}: 1 dream deleted\n"
    assert sorted(statuses(dreams)) == [2, 3, 4]
    for table in ("dream_test_results", "dream_failure_sightings"):
        assert [row for row in rows(dreams, f"SELECT * FROM {table}") if row["dream_id"] == 1] == []
    assert len(rows(dreams, "SELECT * FROM dream_failure_patterns")) == 1
    assert len(rows(dreams, "SELECT * FROM dream_test_runs")) == 1


@pytest.mark.parametrize("command", ["retest", "archive", "delete"])
def test_without_a_terminal_it_needs_a_yes(dreams: Path, command: str) -> None:
    before = statuses(dreams)
    assert "give --yes: there is no terminal to ask on" in run(dreams, command, "1", status=2).stderr
    assert statuses(dreams) == before


@pytest.mark.parametrize(("answer", "status", "left"), [("y\n", 0, 2), ("n\n", 1, 4), ("\n", 1, 4)])
def test_a_terminal_is_asked(
    dreams: Path, monkeypatch: pytest.MonkeyPatch, answer: str, status: int, left: int
) -> None:
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda self: True, raising=False)
    done = run(dreams, "delete", "set/*", status=status, input=answer)
    assert "  1  set/failed\n  2  set/passed\nDelete 2 dreams with all results? [y/N]: " in done.stdout
    assert len(statuses(dreams)) == left


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "choose dreams by id or label, or by an option such as --status"),
        (("99",), "no dream with the id or label '99'"),
        (("nope*",), "no dream with the id or label 'nope*'"),
        (("--pattern", "zz"), "no failure pattern whose key begins with 'zz'"),
    ],
)
def test_what_chooses_nothing_by_mistake_is_refused(
    dreams: Path, arguments: tuple[str, ...], why: str
) -> None:
    assert why in run(dreams, "delete", "--yes", *arguments, status=2).stderr
    assert len(statuses(dreams)) == 4
