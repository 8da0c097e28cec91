"""Nothing that was reported is lost, and a death costs what died: one dream."""

from __future__ import annotations

import json
import signal
import sqlite3

import pytest

from tests.dreams import CLAMP, dream, make_store, verdicts
from tests.session.conftest import Run, runner

KILL_WORKER = """
import os, signal
def pytest_runtest_call(item):
    if item.name.endswith("-2"):
        os.kill(os.getpid(), signal.SIGKILL)
"""
KILL_RUN = """
import os, signal, pytest
def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Killer())
class Killer:
    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report):
        if report.when == "call" and report.nodeid.endswith("-3"):
            os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_worker_that_dies_costs_one_dream(pytester: pytest.Pytester) -> None:
    make_store(pytester.path / "athena.db", *(dream(f"d{n}", CLAMP) for n in range(1, 7)))
    pytester.makeconftest(KILL_WORKER)
    result = runner(pytester, "-n2")()
    result.assert_outcomes(passed=5, errors=1)
    result.stdout.fnmatch_lines(["*worker 'gw*' crashed while running *-2'*", "ERROR *-2*"])
    expected = {f"d{n}": ("success", None) for n in range(1, 7)} | {"d2": (None, None)}
    assert verdicts(pytester.path / "athena.db") == expected
    assert result.ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize("variant", [("-p", "no:xdist"), ("-n1",)], ids=["no-xdist", "n1"])
def test_a_run_that_is_killed_keeps_what_was_reported(
    pytester: pytest.Pytester, variant: tuple[str, ...]
) -> None:
    make_store(pytester.path / "athena.db", *(dream(f"d{n}", f"# {n}\n{CLAMP}") for n in range(1, 7)))
    pytester.makeconftest(KILL_RUN)
    result = runner(pytester, *variant)()
    assert result.ret == -signal.SIGKILL
    kept = {label for label, (outcome, _) in verdicts(pytester.path / "athena.db").items() if outcome}
    assert kept == {"d1", "d2", "d3"}
    pytester.makeconftest("")
    runner(pytester, *variant)().assert_outcomes(passed=3)


def test_the_run_and_its_results_are_stored(run_dreams: Run, pytester: pytest.Pytester) -> None:
    make_store(pytester.path / "athena.db", dream("good", CLAMP), dream("bad", CLAMP.replace("min(", "max(")))
    run_dreams("--athena-seed", "3")
    db = sqlite3.connect(pytester.path / "athena.db")
    db.row_factory = sqlite3.Row
    (run,) = map(dict, db.execute("select * from dream_test_runs"))
    good, bad = map(dict, db.execute("select * from dream_test_results order by dream_id"))
    db.close()
    assert (run["seed"], run["tested"], run["passed"], run["failed"], run["exit_status"]) == (3, 2, 1, 1, 1)
    assert run["started_at"] <= run["finished_at"]
    assert "seccomp" in run["sandbox"]
    assert json.loads(run["settings"])["max_examples"] == 100
    assert json.loads(run["versions"])["pytest-athena-dreams"]
    assert (good["outcome"], good["category"], good["athena_outcome"]) == ("success", None, "success")
    assert good["failing_input"] is None
    assert good["inputs_tried"] == good["inputs_accepted"] + good["inputs_rejected"] == 100
    assert (bad["outcome"], bad["category"], bad["athena_outcome"]) == (
        "failure",
        "logic",
        "output_validation_failed",
    )
    assert bad["failing_input"].startswith("clamp(")
    assert bad["procedure_result"].startswith("returned ")
    assert bad["dream_result"].startswith("returned ")
    assert bad["elapsed"] > 0


def test_an_annotation_without_a_strategy_is_untestable(run_alone: Run, pytester: pytest.Pytester) -> None:
    odd = "def f(x: 'NoSuchType') -> int:\n    return 1\n"
    make_store(pytester.path / "athena.db", dream("odd", odd, procedure=odd))
    result = run_alone("-rs")
    result.assert_outcomes(skipped=1)
    assert verdicts(pytester.path / "athena.db") == {"odd": (None, None)}
    result.stdout.fnmatch_lines(["*no strategy for parameter 'x': NoSuchType (NameError: *"])


def test_a_pass_needs_an_accepted_input(run_alone: Run, pytester: pytest.Pytester) -> None:
    never = "def f(x: int) -> int:\n    raise ValueError(x)\n"
    make_store(pytester.path / "athena.db", dream("never", never, procedure=never))
    result = run_alone("-rs")
    result.assert_outcomes(skipped=1)
    assert verdicts(pytester.path / "athena.db") == {"never": (None, None)}
    result.stdout.fnmatch_lines(["*returned on none of * inputs: it raised ValueError on *"])
