"""A dream is selected as any test is: by -k, -m, node id, --lf, -x, --co, and reported to junit."""

from __future__ import annotations

import re
import sqlite3
import xml.etree.ElementTree as ET

import pytest

from tests.dreams import CLAMP, dream, make_store, verdicts
from tests.session.conftest import Run

GOOD = "def clamp(x: int, low: int, high: int) -> int:\n    return sorted((low, x, high))[1]\n"
BAD = CLAMP.replace("max(low, min(x, high))", "[x, low, high]")


@pytest.fixture(autouse=True)
def store(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATHENA_MAX_EXAMPLES", "25")  # quick, and these dreams differ on any input
    make_store(
        pytester.path / "athena.db",
        dream("good", GOOD),
        dream("bad", BAD, dream_type="conditional_variant"),
        dream("worse", BAD),
        dream("later", BAD, tier=2),
    )


def labels_tested(pytester: pytest.Pytester) -> set[str]:
    return {label for label, (outcome, _) in verdicts(pytester.path / "athena.db").items() if outcome}


@pytest.mark.parametrize(
    ("arguments", "chosen"),
    [
        pytest.param(["-k", "conditional_variant"], {"bad"}, id="k-dream-type"),
        pytest.param(["-k", "worse"], {"worse"}, id="k-label"),
        pytest.param(["-m", "athena_dream(dream_type='conditional_variant')"], {"bad"}, id="m-dream-type"),
        pytest.param(["-m", "athena_dream(label='good')"], {"good"}, id="m-label"),
        pytest.param(["athena.db::clamp::constraint_relaxation-3"], {"worse"}, id="node-id"),
        pytest.param(["athena.db::clamp"], {"good", "bad", "worse", "later"}, id="node-id-of-procedure"),
        pytest.param(["athena.db"], {"good", "bad", "worse"}, id="the-store-itself"),
        pytest.param(
            ["athena.db::clamp::constraint_relaxation-1", "athena.db::clamp::constraint_relaxation-4"],
            {"good", "later"},
            id="two-node-ids",
        ),
    ],
)
def test_chosen(run_alone: Run, pytester: pytest.Pytester, arguments: list[str], chosen: set[str]) -> None:
    run_alone(*arguments)
    assert labels_tested(pytester) == chosen


def test_a_node_id_reaches_the_workers(run_dreams: Run, pytester: pytest.Pytester) -> None:
    run_dreams("athena.db::clamp::constraint_relaxation-3").assert_outcomes(failed=1)
    assert labels_tested(pytester) == {"worse"}


def test_an_unknown_node_id_is_a_usage_error(run_alone: Run) -> None:
    result = run_alone("athena.db::clamp::constraint_relaxation-99")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: not found: athena.db::clamp::constraint_relaxation-99 (no dream*"])


def test_collect_only_tests_nothing(run_alone: Run, pytester: pytest.Pytester) -> None:
    result = run_alone("--co", "-q")
    result.stdout.fnmatch_lines(["athena.db::clamp::constraint_relaxation-1", "3 tests collected in *"])
    assert labels_tested(pytester) == set()


def test_lf_runs_the_failed_dreams_again_though_they_are_tested(run_dreams: Run) -> None:
    run_dreams().assert_outcomes(passed=1, failed=2)
    run_dreams().assert_outcomes()
    run_dreams("--lf").assert_outcomes(failed=2)


def test_select_all_runs_what_is_tested(run_alone: Run) -> None:
    run_alone().assert_outcomes(passed=1, failed=2)
    run_alone("--athena-select", "all").assert_outcomes(passed=1, failed=2)


def test_x_stops_at_the_first_failure_and_keeps_it(run_alone: Run, pytester: pytest.Pytester) -> None:
    run_alone("-x").assert_outcomes(passed=1, failed=1)
    assert labels_tested(pytester) == {"good", "bad"}


def test_k_that_matches_nothing_is_no_tests_collected(run_dreams: Run) -> None:
    assert run_dreams("-k", "nothing_of_that_name").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_verbose_shows_node_ids(run_dreams: Run) -> None:
    lines = run_dreams("-v").stdout.lines
    assert any("PASSED" in line and "athena.db::clamp::constraint_relaxation-1" in line for line in lines)


def test_a_label_is_wherever_a_person_looks_for_a_dream(
    run_dreams: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = run_dreams("-v", "-k", "worse or good")
    shown = result.stdout.str()
    for status, node_id in (
        (r"PASSED \(evidence [0-9]+ %; good\)", "athena.db::clamp::constraint_relaxation-1"),
        (r"FAILED \(worse\)", "athena.db::clamp::constraint_relaxation-3"),
    ):
        assert re.search(rf"^{node_id} {status} |^\[gw\d\] .* {status} {node_id} *$", shown, re.MULTILINE)
    result.stdout.fnmatch_lines(
        [
            "____* clamp::constraint_relaxation-3 (worse) *____",
            "FAILED athena.db::clamp::constraint_relaxation-3 - logic: worse: returned *",
        ]
    )


def test_a_label_is_in_the_tree_of_what_is_collected_and_a_node_id_stays_one(run_alone: Run) -> None:
    result = run_alone("--co")
    result.stdout.fnmatch_lines(["*<DreamItem constraint_relaxation-1 (good)>", "*<DreamItem *-2 (bad)>"])
    assert "good" not in run_alone("--co", "-q").stdout.str()


def test_a_label_is_harmless_and_not_too_long(run_alone: Run, pytester: pytest.Pytester) -> None:
    db = sqlite3.connect(pytester.path / "athena.db")  # an import refuses such a label
    db.execute("UPDATE dream_procedures SET label = ? WHERE id = 2", ["red\x1b[31m\n" + "long" * 50])
    db.commit()
    db.close()
    shown = run_alone("-v", "--athena-select=all").stdout.str()
    assert "\x1b" not in shown
    assert r"red\x1b[31m\nlonglong" in shown
    assert "long" * 15 not in shown


def test_junit_has_category_and_message(run_dreams: Run, pytester: pytest.Pytester) -> None:
    run_dreams("--junitxml", "out.xml")
    cases = {case.get("name"): case for case in ET.parse(pytester.path / "out.xml").iter("testcase")}
    case = cases["conditional_variant-2"]
    failure = case.find("failure")
    assert failure is not None
    assert str(failure.get("message")).startswith("logic: bad: returned another value")
    properties = {p.get("name"): p.get("value") for p in case.iter("property")}
    assert properties.items() >= {"athena_category": "logic", "athena_label": "bad"}.items()


@pytest.mark.parametrize("style", ["no", "line", "short", "long", "native"])
def test_tb_styles(run_alone: Run, style: str) -> None:
    result = run_alone("--tb", style)
    result.assert_outcomes(passed=1, failed=2)
    shown = any("repeat: pytest" in line for line in result.stdout.lines)
    assert shown == (style not in ("no", "line"))
    if style == "line":
        result.stdout.fnmatch_lines(
            ["athena.db::clamp::conditional_variant-2:0: logic: bad: returned another value"]
        )


@pytest.mark.parametrize(
    ("where", "source"),
    [
        ("option", "--athena-timeout"),
        ("environment", "the environment variable ATHENA_TIMEOUT"),
        ("ini", "athena_timeout in pytest.ini"),
    ],
)
def test_a_bad_setting_names_its_source(
    run_alone: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, where: str, source: str
) -> None:
    if where == "environment":
        monkeypatch.setenv("ATHENA_TIMEOUT", "soon")
    if where == "ini":
        pytester.makefile(".ini", pytest="[pytest]\nathena_timeout = soon\n")
    result = run_alone(*(["--athena-timeout", "soon"] if where == "option" else []))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [f"ERROR: invalid value 'soon' for {source}: expected a number of seconds from 0.01 to 3600"]
    )


def test_settings_from_ini_and_environment(
    run_alone: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATHENA_MAX_EXAMPLES", "30")
    pytester.makeini("[pytest]\nathena_dreams = true\nathena_max_examples = 40\nathena_seed = 5\n")
    result = run_alone(ask=False)
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        ["athena-dreams: athena.db, 3 dreams of 1 procedure, seed 5", "* of 30 inputs *"]
    )
