"""Dreams that can't be tested here: skipped with the reason, recorded, counted in nothing, tried again."""

from __future__ import annotations

import sqlite3
from xml.etree import ElementTree

import pytest

from tests.dreams import CLAMP, dream, make_store, verdicts

from .conftest import Run

WRONG = CLAMP.replace("max(low, min(x, high))", "x")
ORPHAN = f"import no_such_module\n\n\n{CLAMP}"
TEXT = "procedure 'clamp' (id *) can't be run: ModuleNotFoundError: *"


@pytest.fixture(autouse=True)
def a_store(pytester: pytest.Pytester) -> None:
    """One dream that passes, and two whose procedure can't be run."""
    make_store(
        pytester.path / "athena.db",
        dream("good", CLAMP),
        dream("orphan", CLAMP, procedure=ORPHAN),
        dream("other orphan", WRONG, procedure=ORPHAN),
    )


def test_an_untestable_dream_is_skipped_with_its_reason(run_dreams: Run, pytester: pytest.Pytester) -> None:
    result = run_dreams("-rs")
    result.assert_outcomes(passed=1, skipped=2)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["untestable * 2", f"SKIPPED [[]2] athena.db: not_loaded: {TEXT}"])
    assert verdicts(pytester.path / "athena.db") == {
        "good": ("success", None),
        "orphan": (None, None),
        "other orphan": (None, None),
    }
    db = sqlite3.connect(pytester.path / "athena.db")
    assert db.execute("select tested, passed, failed, untestable from dream_test_runs").fetchall() == [
        (1, 1, 0, 2)
    ]
    results = "select outcome, category, reason, athena_outcome, digest from dream_test_results"
    [row] = set(db.execute(f"{results} where dream_id > 1"))
    assert row == ("untestable", None, "not_loaded", None, None)
    assert db.execute("select distinct status from dream_procedures where id > 1").fetchall() == [
        ("pending_test",)
    ]
    db.close()


def test_it_is_an_error_for_those_who_want_none(run_dreams: Run, pytester: pytest.Pytester) -> None:
    result = run_dreams("--athena-untestable=fail", "--junitxml=junit.xml")
    result.assert_outcomes(passed=1, errors=2)
    assert result.ret == 1
    result.stdout.fnmatch_lines([f"UntestableError: not_loaded: {TEXT}"])
    assert verdicts(pytester.path / "athena.db")["orphan"] == (None, None)
    [suite] = ElementTree.parse(pytester.path / "junit.xml").getroot()
    assert (suite.get("errors"), suite.get("failures"), suite.get("skipped")) == ("2", "0", "0")


def test_it_waits_and_is_tested_again_until_the_remedy_comes(
    run_alone: Run, pytester: pytest.Pytester
) -> None:
    run_alone().assert_outcomes(passed=1, skipped=2)
    run_alone().assert_outcomes(skipped=2)
    pytester.makepyfile(no_such_module="")
    run_alone(f"--athena-allow-read={pytester.path}").assert_outcomes(passed=1, failed=1)
