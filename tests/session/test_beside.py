"""Dreams beside a user's own tests: which of them a run includes, and where the request may come from."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.dreams import CLAMP, dream, make_store, verdicts
from tests.session.conftest import XDIST, Run

GOOD = "def clamp(x: int, low: int, high: int) -> int:\n    return sorted((low, x, high))[1]\n"
BAD = CLAMP.replace("max(low, min(x, high))", "[x, low, high]")
ASKING = "[pytest]\nathena_dreams = true\n"

GOOD_ID, BAD_ID = "athena.db::clamp::constraint_relaxation-1", "athena.db::clamp::constraint_relaxation-2"


@pytest.fixture(autouse=True)
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tests of the user's, in two folders, and two dreams."""
    monkeypatch.setenv("ATHENA_MAX_EXAMPLES", "25")
    monkeypatch.setenv("ATHENA_EVIDENCE", "off")
    for name in ("ATHENA_DREAMS", "ATHENA_STORE", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    for folder, test in (("unit", "test_ok"), ("slow", "test_other")):
        pytester.mkdir(folder).joinpath(f"{test}.py").write_text(f"def {test}(): pass\n")
    make_store(pytester.path / "athena.db", dream("good", GOOD), dream("bad", BAD))


def ran(result: pytest.RunResult) -> set[str]:
    """The last parts of the node ids that ``-v`` shows."""
    lines = [line for line in result.stdout.lines if "::" in line and ("PASSED" in line or "FAILED" in line)]
    words = [word for line in lines if " - " not in line for word in line.split() if "::" in word]
    return {word.rpartition("::")[2] for word in words}


OWN, DREAMS = {"test_ok", "test_other"}, {"constraint_relaxation-1", "constraint_relaxation-2"}


@pytest.mark.parametrize("source", ["ini", "variable", "addopts"])
def test_a_standing_request_tests_dreams_beside_everything_else(
    run_dreams: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    if source == "variable":
        monkeypatch.setenv("ATHENA_DREAMS", "1")
    else:
        key = "athena_dreams = true" if source == "ini" else "addopts = --athena-dreams"
        pytester.makeini(f"[pytest]\n{key}\n")
    result = run_dreams("-v", ask=False)
    assert ran(result) == OWN | DREAMS
    result.assert_outcomes(passed=3, failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    if source != "ini":
        return
    again = run_dreams("-v", ask=False)
    assert ran(again) == OWN
    again.stdout.fnmatch_lines(["athena-dreams: no pending Tier 1 dreams in athena.db, nothing to test"])
    assert again.ret == pytest.ExitCode.OK


def test_the_option_alone_tests_dreams_alone(run_alone: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nathena_dreams = true\ntestpaths = unit\n")
    assert ran(run_alone("-v")) == DREAMS


def test_the_option_in_a_file_of_arguments_tests_dreams_alone(
    run_alone: Run, pytester: pytest.Pytester
) -> None:
    pytester.path.joinpath("more.txt").write_text("--athena-dreams\n")
    pytester.path.joinpath("arguments.txt").write_text("-v\n@more.txt\n")
    assert ran(run_alone("@arguments.txt", ask=False)) == DREAMS
    pytester.path.joinpath("athena.db").unlink()
    assert run_alone("@arguments.txt", ask=False).ret == pytest.ExitCode.USAGE_ERROR


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_without_a_jail_the_users_tests_run_and_each_dream_is_an_error(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, workers: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")  # where srt is not
    pytester.makeini(ASKING + "athena_sandbox = srt\n")
    result = pytester.runpytest_subprocess("-v", *workers)
    result.assert_outcomes(passed=2, errors=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*SandboxError: no isolation here, *no srt here*"])
    assert verdicts(pytester.path / "athena.db") == {"good": (None, None), "bad": (None, None)}
    asked = pytester.runpytest_subprocess("--athena-dreams")
    assert asked.ret == pytest.ExitCode.USAGE_ERROR
    asked.stderr.fnmatch_lines(["ERROR: no isolation here, *no srt here*"])


@pytest.mark.parametrize("folder", [".", "unit"])
def test_the_line_that_repeats_a_failure_names_the_store_from_here(
    run_alone: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    pytester.makeini(ASKING + "athena_store = athena.db\n")
    monkeypatch.chdir(pytester.path / folder)
    shown = "athena.db" if folder == "." else "../athena.db"
    run_alone().stdout.fnmatch_lines([f"*repeat: pytest --athena-dreams --athena-store {shown} *"])


def test_the_option_with_a_path_tests_both(run_alone: Run) -> None:
    assert ran(run_alone("-v", "unit")) == {"test_ok"} | DREAMS


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param([], {"test_ok"} | DREAMS, id="testpaths"),
        pytest.param(["slow"], {"test_other"} | DREAMS, id="a-path"),
        pytest.param(["slow/test_other.py::test_other"], {"test_other"} | DREAMS, id="a-node-id"),
        pytest.param([GOOD_ID], {"constraint_relaxation-1"}, id="a-dream"),
        pytest.param(["athena.db"], DREAMS, id="the-store"),
        pytest.param(
            [BAD_ID, "slow/test_other.py::test_other"],
            {"test_other", "constraint_relaxation-2"},
            id="a-dream-and-a-test",
        ),
        pytest.param(["slow", GOOD_ID, "unit"], OWN | {"constraint_relaxation-1"}, id="between-two-paths"),
        pytest.param(["-k", "test_ok"], {"test_ok"}, id="k-a-test"),
        pytest.param(["-k", "bad"], {"constraint_relaxation-2"}, id="k-a-dream"),
        pytest.param(["-k", "bad or ok"], {"test_ok", "constraint_relaxation-2"}, id="k-both"),
        pytest.param(["-m", "not athena_dream"], {"test_ok"}, id="m-no-dreams"),
        pytest.param(["--deselect=unit/test_ok.py"], DREAMS, id="deselect"),
    ],
)
def test_what_arguments_and_testpaths_select(
    run_alone: Run, pytester: pytest.Pytester, arguments: list[str], expected: set[str]
) -> None:
    pytester.makeini("[pytest]\nathena_dreams = true\ntestpaths = unit\n")
    assert ran(run_alone("-v", *arguments, ask=False)) == expected


def test_node_ids_of_a_dream_and_of_a_test(run_dreams: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\ntestpaths = unit\n")
    result = run_dreams("-v", BAD_ID, "slow/test_other.py::test_other")
    assert ran(result) == {"test_other", "constraint_relaxation-2"}


def test_a_keyword_of_the_users_own_tests(run_dreams: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """``ATHENA_DREAMS=1 pytest -k test_ok``."""
    monkeypatch.setenv("ATHENA_DREAMS", "1")
    result = run_dreams("-k", "test_ok", ask=False)
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.OK


def test_lf_runs_the_failed_of_both(run_alone: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini(ASKING)
    own = pytester.path / "unit" / "test_ok.py"
    own.write_text("def test_ok(): assert 0\ndef test_fine(): pass\n")
    run_alone(ask=False).assert_outcomes(passed=3, failed=2)
    assert ran(run_alone("-v", "--lf", ask=False)) == {"test_ok", "constraint_relaxation-2"}
    own.write_text("def test_ok(): pass\n")
    assert ran(run_alone("-v", "--lf", ask=False)) == {"test_ok", "constraint_relaxation-2"}
    assert ran(run_alone("-v", "--lf", ask=False)) == {"constraint_relaxation-2"}


def test_collect_only_shows_both_and_runs_neither(run_alone: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini(ASKING)
    result = run_alone("--co", "-q", ask=False)
    result.stdout.fnmatch_lines_random(["unit/test_ok.py::test_ok", "slow/test_other.py::test_other"])
    result.stdout.fnmatch_lines_random([GOOD_ID, BAD_ID, "4 tests collected in *"])
    assert verdicts(pytester.path / "athena.db")["good"] == (None, None)


def test_an_empty_store_leaves_the_users_tests(run_alone: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini(ASKING)
    pytester.path.joinpath("athena.db").unlink()
    make_store(pytester.path / "athena.db")
    result = run_alone("-v", ask=False)
    assert ran(result) == OWN
    result.stdout.fnmatch_lines(["athena-dreams: no pending Tier 1 dreams in athena.db, nothing to test"])
    assert result.ret == pytest.ExitCode.OK


@pytest.mark.parametrize("source", ["ini", "variable", "addopts"])
def test_without_a_store_the_users_tests_run_and_a_line_says_why_no_dream_did(
    run_dreams: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    if source == "variable":
        monkeypatch.setenv("ATHENA_DREAMS", "1")
    else:
        key = "athena_dreams = true" if source == "ini" else "addopts = --athena-dreams"
        pytester.makeini(f"[pytest]\n{key}\n")
    pytester.path.joinpath("athena.db").unlink()
    result = run_dreams(ask=False)
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(
        ["athena-dreams: no store at athena.db, so no dream was tested; make one with: *"]
    )
    assert not pytester.path.joinpath("athena.db").exists()


@pytest.mark.parametrize(
    ("arguments", "source"),
    [
        (["--athena-dreams"], "this is the default path"),
        (["--athena-store=none.db"], "this path is from --athena-store"),
        (["--athena-dreams", "unit"], "this is the default path"),
    ],
)
def test_without_a_store_a_command_line_that_asks_for_it_is_an_error(
    run_alone: Run, pytester: pytest.Pytester, arguments: list[str], source: str
) -> None:
    pytester.makeini(ASKING)
    pytester.path.joinpath("athena.db").unlink()
    result = run_alone(*arguments, ask=False)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [f"ERROR: no store at *.db; make one with: * ({source}; for another store: --athena-store PATH)"]
    )


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("option", "--athena-store"),
        ("variable", "the environment variable ATHENA_STORE"),
        ("ini", "athena_store in tox.ini"),
    ],
)
def test_a_directory_as_store_is_named_as_one_with_its_source(
    run_alone: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, source: str, named: str
) -> None:
    if source == "variable":
        monkeypatch.setenv("ATHENA_STORE", "unit")
    pytester.makeini(ASKING + ("athena_store = unit\n" if source == "ini" else ""))
    result = run_alone(*(["--athena-store", "unit"] if source == "option" else []), ask=False)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [f"ERROR: *unit is a directory, but a store is a file (this path is from {named}; *--athena-store*"]
    )


def test_no_tests_at_all_are_pytests_status_5_beside_and_0_alone(
    run_alone: Run, pytester: pytest.Pytester
) -> None:
    pytester.makeini(ASKING + "testpaths = empty\n")
    pytester.mkdir("empty")
    run_alone("-q", "--tb=no").assert_outcomes(passed=1, failed=1)
    assert run_alone("-q").ret == pytest.ExitCode.OK
    assert run_alone("-q", ask=False).ret == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.parametrize("off", ["0", "false", "no", "OFF"])
def test_the_variable_wins_over_the_ini_key_and_the_option_over_both(
    run_alone: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, off: str
) -> None:
    pytester.makeini(ASKING)
    monkeypatch.setenv("ATHENA_DREAMS", off)
    assert ran(run_alone("-v", ask=False)) == OWN
    assert ran(run_alone("-v")) == DREAMS


def test_an_empty_variable_leaves_the_ini_key(
    run_alone: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeini(ASKING)
    monkeypatch.setenv("ATHENA_DREAMS", "")
    assert ran(run_alone("-v", ask=False)) == OWN | DREAMS


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("variable", "the environment variable ATHENA_DREAMS"),
        ("ini", "athena_dreams in tox.ini"),
        ("toml", "athena_dreams in pyproject.toml"),
    ],
)
def test_a_switch_that_is_neither_on_nor_off_is_a_usage_error(
    run_alone: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, source: str, named: str
) -> None:
    if source == "variable":
        monkeypatch.setenv("ATHENA_DREAMS", "maybe")
    elif source == "ini":
        pytester.makeini("[pytest]\nathena_dreams = maybe\n")
    else:
        pytester.makepyprojecttoml('[tool.pytest]\nathena_dreams = "maybe"\n')
    result = run_alone(ask=False)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [f"ERROR: invalid value 'maybe' for {named}: expected one of 1, true, yes, on, 0, false, no, off"]
    )


@pytest.mark.parametrize("option", ["--help", "--version", "--markers", "--fixtures"])
def test_what_only_shows_something_needs_no_store(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    pytester.makeini(ASKING + "athena_store = unit\n")
    monkeypatch.setenv("ATHENA_TIMEOUT", "soon")
    assert pytester.runpytest_inprocess(option).ret == pytest.ExitCode.OK


NATIVE = """
athena_dreams = true
athena_max_examples = 30
athena_seed = 5
athena_timeout = 0.5
athena_tolerance = 0
athena_fail_under = 40.5
athena_exceptions = "message"
athena_signed_zero = true
athena_edge_cases = ["empty", "none"]
athena_allow_read = ["unit", "slow"]
"""


@pytest.mark.parametrize("file", ["pyproject.toml", "pytest.toml", ".pytest.toml", "ini_options"])
def test_toml_values_have_their_own_types(
    run_alone: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    monkeypatch.delenv("ATHENA_MAX_EXAMPLES")
    head, values = "[pytest]", NATIVE
    if file in ("pyproject.toml", "ini_options"):
        head = "[tool.pytest]"
    if file == "ini_options":  # where pytest makes text of all but lists
        head, file = "[tool.pytest.ini_options]", "pyproject.toml"
        values = "\n".join(line for line in NATIVE.splitlines() if "[" not in line and "zero" not in line)
    pytester.path.joinpath(file).write_text(f"{head}\n{values}\n")
    result = run_alone(ask=False)
    result.assert_outcomes(passed=3, failed=1)
    assert result.ret == pytest.ExitCode.OK  # by the threshold
    result.stdout.fnmatch_lines(["athena-dreams: athena.db, 2 dreams of 1 procedure, seed 5"])
    result.stdout.fnmatch_lines(["* of 30 inputs *", "*--athena-timeout 0.5 *"])
    result.stdout.fnmatch_lines(["fail-under: 50.0 % of 2 dreams pass, required: 40.5 %, ok"])
    if values == NATIVE:
        result.stdout.fnmatch_lines(["*--athena-edge-cases empty,none * --athena-allow-read unit:slow *"])


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            "athena_timeout = 0",
            "invalid value '0' for athena_timeout in pyproject.toml: expected a number of",
        ),
        ("athena_timeout = nan", "invalid value 'nan' for athena_timeout in pyproject.toml: expected"),
        ("athena_timeout = [1, 2]", "invalid value '1,2' for athena_timeout in pyproject.toml: expected"),
        ("athena_seed = 1.5", "invalid value '1.5' for athena_seed in pyproject.toml: expected a whole"),
        ("athena_seed = true", "invalid value 'on' for athena_seed in pyproject.toml: expected a whole"),
        ("athena_strategies = 5", "invalid value 5 for athena_strategies in pyproject.toml: expected lines"),
        ("athena_strategies = [5]", "invalid value [[]5] for athena_strategies in pyproject.toml: expected"),
    ],
)
def test_a_toml_value_of_a_wrong_type_or_size_is_a_usage_error(
    run_alone: Run, pytester: pytest.Pytester, line: str, problem: str
) -> None:
    pytester.makepyprojecttoml(f"[tool.pytest]\nathena_dreams = true\n{line}\n")
    result = run_alone(ask=False)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {problem}*"])


@pytest.mark.parametrize("mode", XDIST)
@pytest.mark.parametrize("ini", ["tox.ini", "pyproject.toml"])
def test_strategies_beside_the_ini_file_are_found_by_a_plain_pytest(
    pytester: pytest.Pytester, mode: str, ini: str
) -> None:
    """Not by ``python -m pytest``, which puts the current folder on the path; and from another folder."""
    line = "clamp.x = plan_b:NUMBERS"
    text = {
        "tox.ini": f"[pytest]\nathena_strategies = {line}\n",
        "pyproject.toml": f'[tool.pytest]\nathena_strategies = ["{line}"]\n',
    }[ini]
    pytester.path.joinpath(ini).write_text(text)
    pytester.makepyfile(plan_b="from hypothesis.strategies import just\nNUMBERS = just(77)\n")
    command = str(Path(sys.executable).with_name("pytest"))
    store = str(pytester.path / "athena.db")
    result = pytester.run(
        command, *XDIST[mode], "--athena-dreams", "--athena-store", store, "--rootdir", ".", "-c", ini
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*call * clamp(77, *"])


def test_the_path_to_strategies_lasts_as_long_as_the_session(
    run_alone: Run, pytester: pytest.Pytester
) -> None:
    pytester.makeini("[pytest]\nathena_strategies = clamp.x = plan_c:NUMBERS\n")
    pytester.makepyfile(plan_c="from hypothesis.strategies import just\nNUMBERS = just(77)\n")
    before = list(sys.path)
    run_alone().assert_outcomes(passed=1, failed=1)
    assert sys.path == before
