"""What pytest says of a pass: how much its inputs would have shown, in the terminal, the store and junit."""

from __future__ import annotations

import re
import sqlite3
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from pytest_athena_dreams.cli import main
from tests.dreams import CLAMP, dream, make_store
from tests.session.conftest import Run

GOOD = "def clamp(x: int, low: int, high: int) -> int:\n    return sorted((low, x, high))[1]\n"
BAD = CLAMP.replace("max(low, min(x, high))", "min(low, max(x, high))")
VACUOUS = "def always(n: int) -> int:\n    m = n * 3 + 5 - 7\n    return 0\n"


@pytest.fixture
def store(pytester: pytest.Pytester) -> str:
    make_store(
        pytester.path / "t.db",
        dream("good", GOOD),
        dream("bad", BAD),
        dream("vacuous", VACUOUS, procedure=VACUOUS),
        dream("free", "def f(n: int) -> int:\n    return n\n", procedure=None),
    )
    return "t.db"


def measured(pytester: pytest.Pytester) -> list[tuple[float | None, int | None, int | None]]:
    db = sqlite3.connect(pytester.path / "t.db")
    rows = db.execute(
        "SELECT evidence, lines_reached, lines_total FROM dream_test_results ORDER BY run_id, dream_id"
    ).fetchall()
    db.close()
    return rows


def test_a_pass_has_its_evidence_in_the_terminal_and_in_the_store(
    run_dreams: Run, store: str, pytester: pytest.Pytester
) -> None:
    result = run_dreams("--athena-store", store, "-v", "-rA")
    result.assert_outcomes(passed=3, failed=1)
    clamp, always, free = (
        "t.db::clamp::constraint_relaxation-1",
        "t.db::always::constraint_relaxation-3",
        "t.db::no-procedure::constraint_relaxation-4",
    )
    lines = result.stdout.lines
    for node, word in (
        (clamp, "PASSED (evidence 83 %"),
        (always, "PASSED (evidence 25 %"),
        (free, "PASSED"),
    ):
        shown = [line for line in lines if node in line and "PASSED" in line]
        assert len(shown) >= 2  # as it ran, and in the short summary
        assert all(word in line for line in shown)
        assert word != "PASSED" or not any("evidence" in line for line in shown)
    result.stdout.fnmatch_lines(
        [
            "evidence: 54 % on average, 1 pass of 2 with less than 50 %",
            f"  {always} - passed with evidence of 25 %",
        ]
    )
    assert measured(pytester) == [(10 / 12, 1, 1), (None, None, None), (1 / 4, 2, 2), (None, 1, 1)]


def test_little_evidence_is_listed_and_can_be_refused(
    run_alone: Run, store: str, pytester: pytest.Pytester
) -> None:
    run_alone("--athena-store", store)
    shown = CliRunner().invoke(main, ["list", "--store", store, "--evidence-below", "60"]).output
    assert "vacuous" in shown
    assert not any(label in shown for label in ("good", "bad", "free"))
    options = ("--athena-min-evidence", "60", "--athena-select", "all", "-rs")
    result = run_alone("--athena-store", store, *options)
    result.assert_outcomes(passed=2, failed=1, skipped=1)
    result.stdout.fnmatch_lines(["*'always' (id 2) has too little evidence: its inputs detect 25 %*"])


def test_without_v_a_pass_is_a_dot(run_alone: Run, store: str) -> None:
    result = run_alone("--athena-store", store)
    assert "PASSED" not in result.stdout.str()
    result.stdout.fnmatch_lines(["t.db .*"])


def test_off_measures_nothing_and_on_measures_failures_too(
    run_alone: Run, store: str, pytester: pytest.Pytester
) -> None:
    result = run_alone("--athena-store", store, "--athena-evidence", "off", "-v")
    assert measured(pytester) == [(None, None, None)] * 4
    assert "(evidence" not in result.stdout.str()
    assert "evidence:" not in result.stdout.str()
    run_alone("--athena-store", store, "--athena-evidence", "on", "--athena-select", "all")
    assert measured(pytester)[5] == (10 / 12, 2, 3)


def test_show_and_junit_have_it(run_alone: Run, store: str, pytester: pytest.Pytester) -> None:
    run_alone("--athena-store", store, "--junitxml", "r.xml", "-k", "always")
    shown = CliRunner().invoke(main, ["show", "vacuous", "--store", store]).output
    assert re.search(r"(\d+) of \1 inputs accepted", shown)
    assert "    2 of 2 lines reached\n    evidence 25 %\n" in shown
    found = ElementTree.parse(pytester.path / "r.xml").iterfind(".//property")
    properties = {p.attrib["name"]: p.attrib["value"] for p in found}
    assert int(properties.pop("athena_accepted")) > 90
    assert properties == {
        "athena_category": "passed",
        "athena_label": "vacuous",
        "athena_evidence": "0.25",
        "athena_lines_reached": "2",
        "athena_lines_total": "2",
    }
