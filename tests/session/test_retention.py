"""Memory after a dream has run: little in the controller, next to nothing in a worker."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_athena_dreams.session.retention import slim
from tests.dreams import CLAMP, dream, make_store
from tests.session.conftest import Run, runner

TELLS = """
import gc, json
from pathlib import Path
from pytest_athena_dreams.models import Dream, Verdict

def pytest_terminal_summary(terminalreporter, config):
    reports = [r for kept in terminalreporter.stats.values() for r in kept if hasattr(r, "when")]
    name = getattr(config, "workerinput", {}).get("workerid", "controller")
    gc.collect()
    Path(config.rootpath, name + ".json").write_text(json.dumps({
        "reports": {f"{r.nodeid} {r.when}": sorted(vars(r)) for r in reports},
        "verdicts": sum(isinstance(o, Verdict) for o in gc.get_objects()),
        "dreams": sum(isinstance(o, Dream) for o in gc.get_objects()),
    }))
"""
BAD = CLAMP.replace("min(", "max(")


@pytest.fixture
def store(pytester: pytest.Pytester) -> None:
    good = [dream(f"good{n}", f"{CLAMP}X = {n}\n") for n in range(3)]
    bad = [dream(f"bad{n}", f"{BAD}X = {n}\n") for n in range(3)]
    make_store(pytester.path / "athena.db", *good, *bad)
    pytester.makeconftest(TELLS)
    pytester.makepyfile(test_mine="def test_mine(): pass")


def held(pytester: pytest.Pytester, name: str) -> Any:
    return json.loads((pytester.path / f"{name}.json").read_text())


ARGUMENTS = ("--athena-max-examples", "20", "athena.db", "test_mine.py")


@pytest.mark.usefixtures("store")
def test_a_worker_keeps_no_report_dream_or_verdict(pytester: pytest.Pytester) -> None:
    # pytest-rerunfailures, where it is installed, holds the exceptions of the dreams that failed.
    runner(pytester, "-n2", "-p", "no:rerunfailures")(*ARGUMENTS).assert_outcomes(passed=4, failed=3)
    workers = [held(pytester, name) for name in ("gw0", "gw1")]
    kept = [report for worker in workers for report in worker["reports"]]
    assert sorted(kept) == [f"test_mine.py::test_mine {when}" for when in ("call", "setup", "teardown")]
    # Python itself remembers the last exception, and with it one verdict.
    assert all(worker["dreams"] == 0 and worker["verdicts"] <= 1 for worker in workers)


@pytest.mark.usefixtures("store")
def test_the_controller_keeps_what_it_prints_without_verdicts(
    pytester: pytest.Pytester, run_dreams: Run
) -> None:
    run_dreams(*ARGUMENTS).assert_outcomes(passed=4, failed=3)
    controller = held(pytester, "controller")
    dreams = {name: kept for name, kept in controller["reports"].items() if name.startswith("athena.db")}
    assert len(dreams) == 6
    assert all(name.endswith(" call") for name in dreams)
    assert all(not {"athena_verdict", "athena_digest"} & set(kept) for kept in dreams.values())


def test_a_slim_report_still_has_all_that_a_summary_needs() -> None:
    report = pytest.TestReport(
        nodeid="athena.db::clamp::free-1",
        location=("athena.db", None, "clamp::free-1"),
        keywords={"clamp": 1},
        outcome="failed",
        longrepr="logic: wrong",
        when="call",
        sections=[("Captured stdout call", "text")],
        duration=0.5,
        user_properties=[("athena_category", "logic")],
        athena_verdict="{}",
        athena_digest="0",
        worker_id="gw0",
    )
    before = {name: value for name, value in vars(report).items() if not name.startswith("athena_")}
    slim(report)
    assert vars(report) == before | {"keywords": {}}
    assert (report.nodeid, report.failed, report.worker_id) == ("athena.db::clamp::free-1", True, "gw0")
