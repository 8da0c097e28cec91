"""The plugin in a pytest of its own, under three ways of handing out work."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

# pytester drops modules that a run in this process imports. These stay, so that a second run draws as the
# first and does not import them again.
import pytest_athena_dreams.report.assembly
import pytest_athena_dreams.session.control
import pytest_athena_dreams.session.custom
import pytest_athena_dreams.session.items
import pytest_athena_dreams.session.setup
import pytest_athena_dreams.trial.engine  # noqa: F401

XDIST = {"no-xdist": ("-p", "no:xdist"), "n0": ("-n0",), "n2": ("-n2",)}

Run = Callable[..., pytest.RunResult]


@pytest.fixture(autouse=True)
def bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Python keep bytecode: pytest would compile its plugins, Hypothesis too, anew at each start."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)


@pytest.fixture(params=list(XDIST))
def run_dreams(request: pytest.FixtureRequest, pytester: pytest.Pytester) -> Run:
    """Run ``pytest --athena-dreams`` with more arguments, without xdist, with -n0 and with -n2.

    With -n2 in a process of its own, and else in this one: ``run_apart`` shows what such a process adds.
    """
    return runner(pytester, *XDIST[request.param], inside=request.param != "n2")


@pytest.fixture
def run_apart(pytester: pytest.Pytester) -> Run:
    """Run ``pytest --athena-dreams`` without xdist, in a process of its own."""
    return runner(pytester, *XDIST["no-xdist"])


@pytest.fixture
def run_alone(pytester: pytest.Pytester) -> Run:
    """Run ``pytest --athena-dreams`` without xdist and in this process, which is quicker."""
    return runner(pytester, *XDIST["no-xdist"], inside=True)


def runner(pytester: pytest.Pytester, *fixed: str, inside: bool = False) -> Run:
    run_pytest = pytester.runpytest_inprocess if inside else pytester.runpytest_subprocess

    def run(*args: str, ask: bool = True) -> pytest.RunResult:
        asked = ("--athena-dreams",) if ask else ()
        return run_pytest(*fixed, *asked, *args)

    return run


def rows(pytester: pytest.Pytester, query: str, *parameters: object) -> list[dict[str, Any]]:
    """The rows that ``query`` finds in the store of a test, or what it changes there."""
    db = sqlite3.connect(pytester.path / "athena.db", isolation_level=None)
    db.row_factory = sqlite3.Row
    found = [dict(row) for row in db.execute(query, parameters)]
    db.close()
    return found
