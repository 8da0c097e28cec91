"""A dream's report in the controller is what it was in the worker, and so is everybody else's."""

from __future__ import annotations

import json

import pytest

from tests.dreams import CLAMP, dream, make_store

TELLS = """
import json
from pathlib import Path
import pytest

NAMES = ("nodeid", "location", "keywords", "outcome", "when", "user_properties", "sections", "mine")

@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    report.mine = {"a": (1, 2.5, None, b"x")}
    return report

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report):
    line = repr([getattr(report, name) for name in NAMES])
    with open(Path(__file__).with_name("worker" if WORKER else "controller"), "a") as file:
        print(json.dumps([report.nodeid, report.when, line]), file=file)

def pytest_configure(config):
    global WORKER
    WORKER = hasattr(config, "workerinput")

def pytest_report_to_serializable(report):
    assert WORKER
"""


def test_a_report_arrives_as_it_was(pytester: pytest.Pytester) -> None:
    bad = CLAMP.replace("min(", "max(")
    make_store(pytester.path / "athena.db", dream("good", f"# good\n{CLAMP}"), dream("bad", bad))
    pytester.makeconftest(TELLS)
    pytester.makepyfile(test_mine="def test_mine(record_property): record_property('a', 1)")
    arguments = ("--athena-dreams", "--athena-max-examples", "20", "-n1", "athena.db", "test_mine.py")
    pytester.runpytest_subprocess(*arguments).assert_outcomes(passed=2, failed=1)
    worker, controller = (
        sorted(map(json.loads, (pytester.path / name).read_text().splitlines()))
        for name in ("worker", "controller")
    )
    assert len(worker) == 9
    assert [line for _, _, line in worker] == [line for _, _, line in controller]
