"""Strategies of the user's own: by the hook, by the ini key, and refused clearly where they can't be used."""

from __future__ import annotations

import pytest

from tests.dreams import dream, make_store, verdicts
from tests.session.conftest import Run

BASE = "def f(n: int) -> int:\n    return n\n"
WRONG = "def f(n: int) -> int:\n    return n + (n == 987654321987)\n"
HOOK = """
from hypothesis import strategies as st
def pytest_athena_dreams_strategy(procedure, parameter, annotation):
    assert (procedure, parameter, annotation) == ("f", "n", "int")
    return st.just(987654321987 + 0 * 1)
"""


@pytest.fixture(autouse=True)
def store(pytester: pytest.Pytester) -> None:
    wrong = WRONG.replace("987654321987", "10 ** 6 * 4321 + 1")  # so that no literal gives it away
    make_store(pytester.path / "athena.db", dream("wrong", wrong, procedure=BASE))
    pytester.makepyfile(
        mine="from hypothesis import strategies as st\nnumbers = st.just(4321000001)\nnone = 3\n"
    )
    pytester.syspathinsert()


def test_without_one_this_fault_stays_hidden(run_alone: Run, pytester: pytest.Pytester) -> None:
    run_alone()
    assert verdicts(pytester.path / "athena.db") == {"wrong": ("success", None)}


def test_the_hook_gives_one(run_dreams: Run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(HOOK.replace("987654321987 + 0 * 1", "4321000001"))
    run_dreams().assert_outcomes(failed=1)
    assert verdicts(pytester.path / "athena.db") == {"wrong": ("failure", "logic")}


@pytest.mark.parametrize("pattern", ["f.n", "*.n", "f.*", "type:int"])
def test_the_ini_key_gives_one(run_alone: Run, pytester: pytest.Pytester, pattern: str) -> None:
    pytester.makeini(f"[pytest]\npythonpath = .\nathena_strategies =\n    {pattern} = mine:numbers\n")
    run_alone().assert_outcomes(failed=1)
    assert verdicts(pytester.path / "athena.db") == {"wrong": ("failure", "logic")}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("f.n = mine", "StrategyError: invalid line 'f.n = mine' in athena_strategies: expected PATTERN = *"),
        ("f.n = mine:nothing", "StrategyError: invalid line 'f.n = mine:nothing' in athena_strategies: *"),
        (
            "f.n = mine:none",
            "StrategyError: invalid strategy for f.n: expected a SearchStrategy, got an object of type int",
        ),
    ],
)
def test_one_that_can_not_be_used_is_an_error_and_no_verdict(
    run_alone: Run, pytester: pytest.Pytester, line: str, says: str
) -> None:
    pytester.makeini(f"[pytest]\npythonpath = .\nathena_strategies =\n    {line}\n")
    result = run_alone()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([says])
    assert verdicts(pytester.path / "athena.db") == {"wrong": (None, None)}


def test_a_value_that_can_not_travel_is_an_error_and_no_verdict(
    run_alone: Run, pytester: pytest.Pytester
) -> None:
    pytester.makeconftest(
        "from hypothesis import strategies as st\n"
        "def pytest_athena_dreams_strategy():\n    return st.just(lambda: 1)\n"
    )
    result = run_alone()
    result.stdout.fnmatch_lines(["StrategyError: (*<function *lambda* can't travel into the jail: *"])
    assert verdicts(pytester.path / "athena.db") == {"wrong": (None, None)}


def test_a_hook_that_raises_is_an_error_and_no_verdict(run_alone: Run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest("def pytest_athena_dreams_strategy():\n    return 1 / 0\n")
    result = run_alone()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ZeroDivisionError: division by zero", "*1 error*"])
    assert verdicts(pytester.path / "athena.db") == {"wrong": (None, None)}
