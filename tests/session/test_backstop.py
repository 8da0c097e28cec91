"""pytest-timeout ends a dream that keeps the parent busy: a verdict, so that the next run does not wait."""

from __future__ import annotations

import pytest

from tests.dreams import CLAMP, dream, make_store, verdicts

from .conftest import Run

CONFTEST = """
import time

import pytest
from hypothesis import strategies as st


def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.timeout(2))


def pytest_athena_dreams_strategy(procedure):
    return st.integers().map(lambda n: time.sleep(600)) if procedure == "endless" else None
"""
ENDLESS = "def endless(n: int) -> int:\n    return n\n"


def test_a_dream_that_pytest_timeout_ends_has_a_verdict(run_dreams: Run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST)
    make_store(
        pytester.path / "athena.db",
        dream("endless", ENDLESS, procedure=ENDLESS),
        dream("endless too", ENDLESS, procedure=ENDLESS),
        dream("good", CLAMP),
    )
    result = run_dreams()
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        ["timeout: no verdict in time: Timeout (>2*s) from pytest-timeout.", "timeout * 2"]
    )
    assert verdicts(pytester.path / "athena.db") == {
        "endless": ("failure", "timeout"),
        "endless too": ("failure", "timeout"),
        "good": ("success", None),
    }
    run_dreams().stdout.fnmatch_lines(["athena-dreams: no pending Tier 1 dreams in *"])
