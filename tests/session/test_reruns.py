"""Dreams that other plugins run again: each counts once, by its last verdict."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pytest_athena_dreams.models import Category, Outcome, Verdict
from pytest_athena_dreams.session.tally import HEADINGS, Tally, column, heading
from tests.dreams import CLAMP, dream, make_store, verdicts

from .conftest import Run

WRONG = CLAMP.replace("max(low, min(x, high))", "x")
ALSO_RIGHT = CLAMP.replace("max(low, min(x, high))", "min(high, max(low, x))")
RERUNS = "--reruns=3"


@pytest.fixture(autouse=True)
def a_store(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two dreams that pass and one that fails."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    lines = [dream("good", CLAMP), dream("also good", ALSO_RIGHT), dream("wrong", WRONG)]
    make_store(pytester.path / "athena.db", *lines)


def test_a_dream_that_is_run_again_counts_once(
    run_dreams: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    result = run_dreams(RERUNS, "--athena-fail-under=66", "--junitxml=junit.xml")
    result.stdout.fnmatch_lines(
        [
            "passed  * 2",
            "logic  * 1",
            "constraint_relaxation  * 2  * 1",
            "fail-under: 66.7 % of 3 dreams pass, *",
        ]
    )
    result.stdout.no_fnmatch_line("same code as another dream*")
    assert sum(line.startswith("::error") for line in result.outlines) == 1
    assert result.ret == 0
    assert verdicts(pytester.path / "athena.db")["wrong"] == ("failure", "logic")
    db = sqlite3.connect(pytester.path / "athena.db")
    assert db.execute("select tested, passed, failed from dream_test_runs").fetchall() == [(3, 2, 1)]
    assert db.execute("select count(*) from dream_test_results").fetchone() == (3,)
    assert db.execute("select count(*) from dream_test_results where taken_from_dream").fetchone() == (0,)
    db.close()
    for case in ElementTree.parse(Path("junit.xml")).iter("testcase"):
        names = [each.get("name") for each in case.iter("property")]
        assert len(names) == len(set(names))


def test_a_threshold_above_the_rate_fails_the_run(run_alone: Run) -> None:
    assert run_alone(RERUNS, "--athena-fail-under=67").ret == 1


def test_a_known_failure_that_is_run_again_is_expected(run_alone: Run) -> None:
    run_alone()
    again = run_alone(RERUNS, "--athena-select=all", "--athena-baseline=store")
    assert again.ret == 0
    again.stdout.fnmatch_lines(["baseline: 1 known failure, 0 new", "*2 passed, *1 xfailed*"])


def verdict(outcome: Outcome, category: Category | None = None) -> Verdict:
    from pytest_athena_dreams.models import Contract

    return Verdict(dream_id=1, outcome=outcome, contract=Contract.FREE, category=category)


VERDICTS = [
    verdict(Outcome.SUCCESS),
    verdict(Outcome.UNTESTABLE),
    *(verdict(Outcome.FAILURE, category) for category in Category),
]


@pytest.mark.parametrize("before", VERDICTS, ids=heading)
@pytest.mark.parametrize("after", VERDICTS, ids=heading)
def test_the_last_verdict_wins(before: Verdict, after: Verdict) -> None:
    tally, once = Tally(2), Tally(2)
    for each in (before, after):
        tally.take(1, "a type", each)
    once.take(1, "a type", after)
    for counts in (tally, once):
        assert counts.by_heading() == {heading(after): 1}
        assert counts.by_type() == {("a type", column(heading(after))): 1}
        assert counts.tested == (after.outcome is not Outcome.UNTESTABLE)


def test_every_verdict_has_a_heading() -> None:
    assert {heading(each) for each in VERDICTS} | {"", "error"} == set(HEADINGS)
