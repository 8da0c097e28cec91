"""What fails the run: known failures, a threshold, and what neither excuses."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from pytest_athena_dreams.cli import main
from tests.dreams import CLAMP, dream, make_store, verdicts
from tests.session.conftest import Run

GOOD = "def clamp(x: int, low: int, high: int) -> int:\n    return sorted((low, x, high))[1]\n"
BAD = CLAMP.replace("max(low, min(x, high))", "min(low, max(x, high))")
OTHER = CLAMP.replace("return max", "return None and max")
OK, FAILED, USAGE = pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.USAGE_ERROR


@pytest.fixture(autouse=True)
def store(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three good dreams and a bad one."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    lines = [dream(f"good-{n}", GOOD + f"# {n}\n") for n in range(3)]
    return make_store(pytester.path / "athena.db", *lines, dream("bad", BAD))


def bring(pytester: pytest.Pytester, *lines: dict[str, object]) -> None:
    make_store(pytester.path / "athena.db", *lines)


def test_a_known_failure_does_not_fail_the_run(run_dreams: Run, pytester: pytest.Pytester) -> None:
    assert run_dreams().ret == FAILED
    again = run_dreams("--athena-select", "all", "--athena-baseline", "store")
    again.assert_outcomes(passed=3, xfailed=1)
    again.stdout.fnmatch_lines(["baseline: 1 known failure, 0 new"])
    assert again.ret == OK
    assert verdicts(pytester.path / "athena.db")["bad"] == ("failure", "logic")


def test_another_failure_of_a_known_dream_is_new(run_alone: Run, pytester: pytest.Pytester) -> None:
    run_alone()
    bring(pytester, dream("bad", OTHER))
    again = run_alone("--athena-baseline", "store")
    assert again.ret == FAILED
    again.stdout.fnmatch_lines(["baseline: 0 known failures, 1 new"])


def test_a_report_is_a_baseline_for_another_store(run_alone: Run, pytester: pytest.Pytester) -> None:
    run_alone()
    done = CliRunner().invoke(main, ["report", "--store", "athena.db", "--output", "known.json"])
    assert done.exit_code == 0, done.output
    make_store(pytester.path / "new.db", dream("bad", BAD), dream("worse", OTHER))
    fresh = run_alone("--athena-store", "new.db", "--athena-baseline", "known.json")
    fresh.assert_outcomes(xfailed=1, failed=1)
    assert fresh.ret == FAILED
    fresh.stdout.fnmatch_lines(["FAILED new.db::*-2 - logic: *"])


@pytest.mark.parametrize(
    ("text", "part"),
    [(None, "No such file"), ("{", "is not JSON"), ("{}", "is not an athena-dreams-report of version 1")],
)
def test_a_baseline_that_is_none_is_refused(
    run_alone: Run, pytester: pytest.Pytester, text: str | None, part: str
) -> None:
    if text is not None:
        (pytester.path / "known.json").write_text(text)
    result = run_alone("--athena-baseline", "known.json")
    assert result.ret == USAGE
    result.stderr.fnmatch_lines(
        [f"ERROR: baseline *known.json*{part}*; make one with: * (this baseline is from --athena-baseline)"]
    )


def test_a_baseline_of_the_ini_file_is_beside_it_and_named_as_such(
    run_alone: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeini("[pytest]\nathena_store = athena.db\nathena_baseline = known.json\n")
    monkeypatch.chdir(pytester.mkdir("elsewhere"))
    result = run_alone()
    assert result.ret == USAGE
    named = "(this baseline is from athena_baseline in tox.ini)"
    result.stderr.fnmatch_lines([f"ERROR: baseline {pytester.path}*known.json: No such file * {named}"])


@pytest.mark.parametrize(("asked", "status"), [("75", OK), ("75.1", FAILED), ("0", OK), ("100", FAILED)])
def test_a_threshold_decides_instead_of_single_failures(
    run_alone: Run, asked: str, status: pytest.ExitCode
) -> None:
    result = run_alone("--athena-fail-under", asked)
    result.assert_outcomes(passed=3, failed=1)
    assert result.ret == status
    word = "ok" if status == OK else "failed"
    result.stdout.fnmatch_lines([f"fail-under: 75.0 % of 4 dreams pass, required: {asked} %, {word}"])


def test_a_threshold_works_on_workers_and_is_stored(run_dreams: Run, pytester: pytest.Pytester) -> None:
    import sqlite3

    assert run_dreams("--athena-fail-under", "50").ret == OK
    db = sqlite3.connect(pytester.path / "athena.db")
    assert db.execute("SELECT exit_status, failed FROM dream_test_runs").fetchone() == (0, 1)
    db.close()


def test_a_threshold_counts_known_failures(run_alone: Run) -> None:
    run_alone()
    result = run_alone("--athena-select", "all", "--athena-baseline", "store", "--athena-fail-under", "90")
    assert result.ret == FAILED


def test_a_threshold_excuses_no_ordinary_test(run_alone: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_mine="def test_mine(): assert False")
    result = run_alone("--athena-fail-under", "50", "test_mine.py", "athena.db")
    result.assert_outcomes(passed=3, failed=2)
    assert result.ret == FAILED


def test_a_threshold_excuses_no_run_that_was_cut_short(run_alone: Run) -> None:
    assert run_alone("--athena-fail-under", "0", "-x").ret == FAILED


def test_the_repeat_command_leaves_the_gate_out(run_alone: Run) -> None:
    result = run_alone("--athena-fail-under", "50", "--athena-baseline", "store")
    assert "--athena-fail-under" not in next(line for line in result.outlines if "repeat:" in line)


def test_github_gets_a_summary_and_annotations(
    run_dreams: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = "def clamp(x, low, high):\n    raise KeyError('\\n::error::a%0Ab \\x1b[2J')\n"
    bring(pytester, dream("x::y, 100 %", hostile))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(pytester.path / "summary.md"))
    result = run_dreams()
    commands = [line for line in result.outlines if line.startswith("::")]
    assert len(commands) == 2
    assert all(re.match(r"::error title=Dream [^:,]+ of clamp::\w+: ", line) for line in commands)
    assert any("x%3A%3Ay%2C 100 %25" in line and "a%250Ab" in line for line in commands)
    summary = (pytester.path / "summary.md").read_text()
    assert summary.startswith("# Athena dreams\n")
    assert "**3 of 5 tested dreams pass (60 %).**" in summary


def test_a_summary_that_can_not_be_written_is_told(
    run_alone: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", os.path.join("no", "such", "folder"))
    run_alone().stdout.fnmatch_lines(["athena-dreams: no step summary: no/such/folder: No such file*"])


def test_outside_of_github_nothing_is_written(run_alone: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not [line for line in run_alone().outlines if line.startswith("::")]
