"""A stored verdict stands while nothing that it depends on changes."""

from __future__ import annotations

import pytest

from tests.dreams import CLAMP, dream, make_store, verdicts
from tests.session.conftest import Run, rows

GOOD = "def clamp(x: int, low: int, high: int) -> int:\n    return sorted((low, x, high))[1]\n"
BAD = CLAMP.replace("max(low, min(x, high))", "[x, low, high]")
RUNS = ("--athena-max-examples", "20", "--athena-shrink-time", "0.2")


def wait_again(pytester: pytest.Pytester) -> None:
    rows(pytester, "UPDATE dream_procedures SET status = 'pending_test', test_outcome = NULL")


@pytest.fixture
def tested(run_alone: Run, pytester: pytest.Pytester) -> None:
    """A store in which all dreams were tested, and wait again."""
    make_store(pytester.path / "athena.db", dream("good", GOOD), dream("bad", BAD))
    run_alone(*RUNS).assert_outcomes(passed=1, failed=1)
    wait_again(pytester)


@pytest.mark.usefixtures("tested")
def test_a_stored_verdict_stands(run_dreams: Run, pytester: pytest.Pytester) -> None:
    result = run_dreams(*RUNS)
    result.assert_outcomes()
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "unchanged: 2 dreams with a verdict, not run again",
            "unchanged, not run again: 1 passed, 1 failed",
            "  athena.db::clamp::constraint_relaxation-2 (bad) - logic: returned another value",
            "run 2 in athena.db",
        ]
    )
    assert verdicts(pytester.path / "athena.db") == {"good": ("success", None), "bad": ("failure", "logic")}
    first, second = (
        rows(pytester, "SELECT * FROM dream_test_results WHERE run_id = ? ORDER BY dream_id", run)
        for run in (1, 2)
    )
    own = {"run_id", "tested_at", "elapsed", "cpu", "taken_from_dream", "taken_from_run"}
    for before, after in zip(first, second, strict=True):
        assert {k: v for k, v in after.items() if k not in own} == {
            k: v for k, v in before.items() if k not in own
        }
        assert (after["taken_from_dream"], after["taken_from_run"]) == (before["dream_id"], 1)
        assert before["taken_from_run"] is None
    sightings = rows(pytester, "SELECT run_id, pattern_id FROM dream_failure_sightings ORDER BY run_id")
    assert [row["run_id"] for row in sightings] == [1, 2]
    assert len({row["pattern_id"] for row in sightings}) == 1
    [run] = rows(pytester, "SELECT tested, passed, failed, exit_status FROM dream_test_runs WHERE id = 2")
    assert run == {"tested": 2, "passed": 1, "failed": 1, "exit_status": 1}


@pytest.mark.usefixtures("tested")
@pytest.mark.parametrize(
    ("more", "run_again"),
    [
        pytest.param(["--athena-seed", "1"], 2, id="another-seed"),
        pytest.param(["--athena-max-examples", "21"], 2, id="more-inputs"),
        pytest.param(["--athena-select", "all"], 2, id="all"),
        pytest.param(["-k", "good"], 1, id="picked-by-k"),
        pytest.param(["-m", "athena_dream(label='bad')"], 1, id="picked-by-m"),
        pytest.param(["athena.db::clamp::constraint_relaxation-1"], 1, id="picked-by-node-id"),
        pytest.param(["--athena-allow-read", "."], 2, id="files-have-a-say"),
        pytest.param(["--athena-fail-under", "1"], 0, id="nothing-that-bears-on-verdicts"),
        pytest.param(["--co"], 0, id="collected-only"),
    ],
)
def test_what_it_hangs_on(run_alone: Run, pytester: pytest.Pytester, more: list[str], run_again: int) -> None:
    run_alone(*RUNS, *more)
    query = "SELECT count(*) AS n FROM dream_test_results WHERE run_id = 2 AND taken_from_run IS NULL"
    assert rows(pytester, query) == [{"n": run_again}]


@pytest.mark.usefixtures("tested")
def test_collecting_changes_nothing(run_alone: Run, pytester: pytest.Pytester) -> None:
    run_alone(*RUNS, "--co", "-q").stdout.fnmatch_lines(["no tests collected*"])
    assert set(verdicts(pytester.path / "athena.db").values()) == {(None, "logic"), (None, None)}


@pytest.mark.usefixtures("tested")
def test_other_code_is_run_and_the_old_code_has_its_verdict_still(
    run_alone: Run, pytester: pytest.Pytester
) -> None:
    make_store(pytester.path / "athena.db", dream("good", GOOD), dream("bad", CLAMP))
    run_alone(*RUNS).assert_outcomes(passed=1)
    make_store(pytester.path / "athena.db", dream("bad", BAD), dream("same", GOOD))
    result = run_alone(*RUNS)
    result.assert_outcomes()
    result.stdout.fnmatch_lines(["unchanged, not run again: 1 passed, 1 failed"])
    query = "SELECT dream_id, taken_from_dream, taken_from_run FROM dream_test_results WHERE run_id = 3"
    assert rows(pytester, query + " ORDER BY 1") == [
        {"dream_id": 2, "taken_from_dream": 2, "taken_from_run": 1},
        {"dream_id": 3, "taken_from_dream": 1, "taken_from_run": 1},
    ]


@pytest.mark.usefixtures("tested")
def test_strategies_of_the_users_own_have_a_say(run_alone: Run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest("def pytest_athena_dreams_strategy(procedure, parameter, annotation): pass")
    run_alone(*RUNS).assert_outcomes(passed=1, failed=1)
    query = "SELECT digest FROM dream_test_results WHERE run_id = 2"
    assert rows(pytester, query) == [{"digest": None}] * 2


@pytest.mark.usefixtures("tested")
@pytest.mark.parametrize(
    ("more", "status"),
    [(["--athena-fail-under", "50"], 0), (["--athena-fail-under", "51"], 1), (["--athena-baseline"], 0)],
)
def test_the_gate_counts_them(
    run_alone: Run, pytester: pytest.Pytester, more: list[str], status: int
) -> None:
    if more == ["--athena-baseline"]:
        rows(pytester, "UPDATE dream_procedures SET test_outcome = 'failure' WHERE label = 'bad'")
        more = ["--athena-baseline", "store"]
    assert run_alone(*RUNS, *more).ret == status


def test_code_that_changes_during_the_run_gets_no_verdict_of_its_old_self(
    run_dreams: Run, pytester: pytest.Pytester
) -> None:
    make_store(pytester.path / "athena.db", dream("good", GOOD), dream("moved", BAD))
    pytester.makeconftest(
        "import sqlite3\n"
        "def pytest_runtest_call(item):\n"
        "    if item.name.endswith('-2'):\n"
        f"        db = sqlite3.connect({str(pytester.path / 'athena.db')!r}, isolation_level=None)\n"
        "        db.execute('UPDATE dream_procedures SET code = code || char(10) WHERE id = 2')\n"
        "        db.close()\n"
    )
    result = run_dreams(*RUNS)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["athena.db::clamp::constraint_relaxation-2 was changed while it was tested: it is still pending"]
    )
    assert verdicts(pytester.path / "athena.db") == {"good": ("success", None), "moved": (None, None)}
    assert rows(pytester, "SELECT outcome FROM dream_test_results WHERE dream_id = 2") == [
        {"outcome": "failure"}
    ]


def test_a_row_that_can_not_be_understood_stops_no_other(run_dreams: Run, pytester: pytest.Pytester) -> None:
    make_store(pytester.path / "athena.db", dream("good", GOOD), dream("odd", GOOD + "\n"))
    rows(pytester, "UPDATE dream_procedures SET contract = 'same' WHERE label = 'odd'")
    result = run_dreams(*RUNS)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["PlanError: dream 2: its contract 'same' is none of equivalent, *"])
    assert verdicts(pytester.path / "athena.db") == {"good": ("success", None), "odd": (None, None)}
