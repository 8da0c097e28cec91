"""The recorder by itself: reports in, rows and texts out, without a run."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Category, Contract, Fault, Figures, Outcome, Reason, Verdict
from pytest_athena_dreams.session.failure import FailureRepr
from pytest_athena_dreams.session.gate import Gate
from pytest_athena_dreams.session.plan import Plan
from pytest_athena_dreams.session.progress import PAUSE
from pytest_athena_dreams.session.recorder import Recorder
from pytest_athena_dreams.session.tally import Tally
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.records import Known
from tests.dreams import CLAMP, dream, make_store

FAULT = Fault(category=Category.LOGIC, summary="returned 1, not 2", call="clamp(1, 2, 3)")


@dataclass
class Desk:
    """A recorder among pytest's own plugins, its store, and what the terminal shows."""

    config: pytest.Config
    recorder: Recorder
    plan: Plan
    store: Store
    terminal: Any

    def receive(self, place: int, when: Any = "call", **more: Any) -> pytest.TestReport:
        """A report about the dream at ``place``, after all hooks have seen it."""
        verdict = more.pop("verdict", None)
        values: dict[str, Any] = {"outcome": "passed", "longrepr": None} | more
        if verdict is not None:
            values["athena_verdict"] = msgspec.json.encode(verdict).decode()
        node_id = self.plan.node_id(self.plan.dreams[place]) if place >= 0 else "test_mine.py::test_mine"
        report = pytest.TestReport(
            nodeid=node_id,
            location=("a", None, "b"),
            keywords={"x": 1},
            when=when,
            **values,
        )
        self.config.hook.pytest_runtest_logreport(report=report)
        return report

    def again(self, known: dict[int, tuple[str, Known]]) -> Desk:
        """A second run on the store, in which dreams have ``known`` verdicts."""
        left = [dream for dream in self.plan.dreams if dream.id not in known]
        plan, tally = replace(self.plan, dreams=left), Tally(len(left))
        gate = Gate(plan, None, tally)
        recorder = Recorder(self.config, plan, known, self.store, "landlock", gate, tally)
        return replace(self, recorder=recorder, plan=plan)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.store.reading() as db:
            return list(db.execute(query))

    def finish(self, status: int = 1) -> pytest.Session:
        """End the session with ``status``; the session has the exit status afterwards."""
        session: pytest.Session = self.terminal._session
        session.exitstatus = status
        self.recorder.pytest_sessionfinish(session, status)
        return session

    def summary(self) -> str:
        self.recorder.pytest_terminal_summary(self.terminal)
        return str(self.terminal._tw._file.getvalue())


def verdict(place: int, outcome: Outcome, **more: Any) -> Verdict:
    faults = (FAULT,) if outcome is Outcome.FAILURE else ()
    category = Category.LOGIC if faults else None
    values = {"contract": Contract.SUPERSET, "category": category, "faults": faults} | more
    return Verdict(dream_id=place + 1, outcome=outcome, **values)


class Builds:
    """Builds one desk for a test."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self._pytester = pytester
        self.desk: Desk | None = None

    def __call__(
        self,
        *arguments: str,
        unchanged: bool = False,
        alone: bool = False,
        only: int | None = None,
        **settings: Any,
    ) -> Desk:
        path = make_store(
            self._pytester.path / "a.db",
            *(dream(f"d{n}", f"{CLAMP}X = {n}\n") for n in range(2)),
            dream("other", "def f(x): return x", procedure="def f(x): return x"),
        )
        config = self._pytester.parseconfigure("-p", "no:cacheprovider", *arguments)
        store = Store.open(path)
        dreams = store.dreams()[:only]
        plan = Plan(
            path=str(path), store_id="a.db", dreams=dreams, settings=Settings(**settings), alone=alone
        )
        known = (
            {
                9: (
                    "a.db::gone",
                    Known(dream_id=1, run_id=1, outcome=Outcome.FAILURE, error="bad", patterns=frozenset()),
                )
            }
            if unchanged
            else {}
        )
        tally = Tally(len(dreams))
        gate = Gate(plan, None, tally)
        recorder = Recorder(config, plan, known, store, "landlock", gate, tally)
        config.pluginmanager.register(recorder)
        terminal = config.pluginmanager.getplugin("terminalreporter")
        terminal._tw._file = io.StringIO()
        terminal._session = pytest.Session.from_config(config)
        self.desk = Desk(config, recorder, plan, store, terminal)
        return self.desk


@pytest.fixture
def desk(pytester: pytest.Pytester) -> Iterator[Builds]:
    builds = Builds(pytester)
    yield builds
    if builds.desk is not None:
        builds.desk.store.close()


def test_the_header_counts_dreams_and_procedures(desk: Builds) -> None:
    assert desk(seed=7).recorder.pytest_report_header() == [
        "athena-dreams: a.db, 3 dreams of 2 procedures, seed 7",
        "sandbox: landlock",
    ]


def test_the_header_counts_dreams_that_are_not_run_again(desk: Builds) -> None:
    assert desk(unchanged=True).recorder.pytest_report_header()[1] == (
        "unchanged: 1 dream with a verdict, not run again"
    )


def test_a_run_begins_with_its_first_verdict_and_has_one_row(desk: Builds) -> None:
    one = desk()
    one.receive(-1)
    one.receive(0, "setup")
    assert one.rows("SELECT * FROM dream_test_runs") == []
    one.receive(0, verdict=verdict(0, Outcome.SUCCESS))
    one.receive(1, verdict=verdict(1, Outcome.FAILURE), outcome="failed", longrepr="logic")
    one.finish()
    assert one.rows("SELECT tested, passed, failed, exit_status FROM dream_test_runs") == [(2, 1, 1, 1)]
    assert one.rows("SELECT dream_id, outcome FROM dream_test_results") == [(1, "success"), (2, "failure")]
    assert len(one.rows("SELECT * FROM dream_failure_patterns")) == 1


def test_a_run_without_a_verdict_has_no_row_and_no_summary(desk: Builds) -> None:
    one = desk()
    one.receive(-1)
    one.finish()
    assert one.rows("SELECT * FROM dream_test_runs") == []
    assert "athena" not in one.summary()


def test_the_digest_of_a_report_is_stored(desk: Builds) -> None:
    one = desk()
    one.receive(0, verdict=verdict(0, Outcome.SUCCESS), athena_digest="abc")
    assert one.rows("SELECT digest FROM dream_test_results") == [("abc",)]


def test_a_report_of_a_dream_is_slim_and_one_of_a_test_is_whole(desk: Builds) -> None:
    one = desk()
    report = one.receive(0, verdict=verdict(0, Outcome.SUCCESS))
    assert not hasattr(report, "athena_verdict")
    assert dict(report.keywords) == {}
    assert dict(one.receive(-1).keywords) == {"x": 1}


def test_setup_and_teardown_of_a_dream_are_not_kept(desk: Builds) -> None:
    one = desk()
    for place in (0, -1):
        for when in ("setup", "call", "teardown"):
            one.receive(place, when)
    reports = [report for reports in one.terminal.stats.values() for report in reports]
    kept = [(report.nodeid[:4], report.when) for report in reports if isinstance(report, pytest.TestReport)]
    assert sorted(kept) == sorted(
        [("a.db", "call"), *(("test", when) for when in ("setup", "call", "teardown"))]
    )


def test_a_pass_keeps_its_note_and_a_failure_does_not(desk: Builds) -> None:
    one = desk()
    figures = Figures(evidence=0.25)
    passed = one.receive(0, verdict=verdict(0, Outcome.SUCCESS, figures=figures))
    assert vars(passed)["athena_note"] == "evidence 25 %; d0"
    failed = one.receive(1, verdict=verdict(1, Outcome.FAILURE), outcome="failed", longrepr="logic")
    assert not hasattr(failed, "athena_note")
    assert one.config.hook.pytest_report_teststatus(report=passed, config=one.config) == (
        "passed",
        ".",
        "PASSED (evidence 25 %; d0)",
    )


def test_a_note_stands_behind_a_word_alone(desk: Builds) -> None:
    one = desk()
    report = one.receive(0, verdict=verdict(0, Outcome.SUCCESS))
    plain = one.receive(-1)
    hook = one.config.hook.pytest_report_teststatus
    assert hook(report=plain, config=one.config)[2] == "PASSED"
    marked = one.recorder.pytest_report_teststatus(report)
    next(marked)
    with pytest.raises(StopIteration) as stop:
        marked.send(("passed", ".", ("PASSED", {"green": True})))  # type: ignore[arg-type]
    assert stop.value.value[2] == ("PASSED", {"green": True})


def test_an_error_of_the_tool_counts_as_one_and_drops_the_verdict(desk: Builds) -> None:
    one = desk(fail_under=50.0)
    one.receive(0, verdict=verdict(0, Outcome.FAILURE), outcome="failed", longrepr="logic")
    one.receive(0, outcome="failed", longrepr="no jail", athena_error="no jail")
    one.receive(1, verdict=verdict(1, Outcome.SUCCESS))
    shown = one.summary()
    assert [line.split() for line in shown.splitlines() if line.startswith("error")] == [["error", "1"]]
    assert "fail-under: 100.0 % of 1 dream pass" in shown


def test_a_failure_from_a_worker_gets_its_text_here(desk: Builds) -> None:
    one = desk()
    failed: dict[str, Any] = {"verdict": verdict(0, Outcome.FAILURE), "outcome": "failed"}
    report = one.receive(0, longrepr="logic: bad", **failed)
    assert isinstance(report.longrepr, FailureRepr)
    assert report.location == ("a.db", None, "clamp::constraint_relaxation-1 (d0)")
    own = FailureRepr(one.plan, 0, failed["verdict"], one.config)
    assert one.receive(0, longrepr=own, **failed).longrepr is own
    assert one.receive(0, longrepr=own, **failed).location == ("a", None, "b")


def test_an_untestable_dream_that_a_worker_fails_keeps_its_own_text(desk: Builds) -> None:
    untestable = verdict(0, Outcome.UNTESTABLE, reason=Reason.REFUSED, text="the jail")
    report = desk().receive(0, verdict=untestable, outcome="failed", longrepr="untestable: the jail")
    assert report.longrepr == "untestable: the jail"


def test_the_run_ends_before_other_plugins_end_theirs(desk: Builds) -> None:
    """xdist waits for its workers there, and a run that is killed meanwhile has ended all the same."""
    one = desk()

    class Later:
        def pytest_sessionfinish(self) -> None: ...

    one.config.pluginmanager.register(Later())
    hooks = one.config.hook.pytest_sessionfinish.get_hookimpls()
    assert [hook.plugin for hook in hooks if not hook.wrapper][-1] is one.recorder  # the last is called first


def test_a_skip_from_a_worker_stays_one(desk: Builds) -> None:
    skipped = verdict(0, Outcome.UNTESTABLE, reason=Reason.REFUSED, text="the jail")
    report = desk().receive(0, verdict=skipped, outcome="skipped", longrepr=("a.db", 1, "Skipped: refused"))
    assert report.longrepr == ("a.db", 1, "Skipped: refused")


def test_a_worker_that_died_says_nothing_about_its_dream(desk: Builds) -> None:
    """The machine may have killed it, or a network lost it."""
    one = desk()
    report = one.receive(0, "???", outcome="failed", longrepr="worker 'gw0' crashed")
    assert (report.when, report.longrepr) == ("setup", "worker 'gw0' crashed")  # pytest then shows an error
    assert one.rows("SELECT outcome, category FROM dream_test_results") == []


def test_a_dream_that_changed_meanwhile_is_named(desk: Builds) -> None:
    one = desk()
    with one.store.writing() as db:
        db.execute("UPDATE dream_procedures SET code = 'other' WHERE id = 1")
    one.receive(0, verdict=verdict(0, Outcome.SUCCESS))
    one.receive(1, verdict=verdict(1, Outcome.SUCCESS))
    (line,) = [line for line in one.summary().splitlines() if "changed" in line]
    assert line == (
        "a.db::clamp::constraint_relaxation-1 was changed while it was tested: it is still pending"
    )


def test_a_rerun_of_the_code_as_it_is_takes_the_remark_back(desk: Builds) -> None:
    one = desk()
    code = one.plan.dreams[0].code
    for now in ("other", code):
        with one.store.writing() as db:
            db.execute("UPDATE dream_procedures SET code = ? WHERE id = 1", [now])
        one.receive(0, verdict=verdict(0, Outcome.SUCCESS))
    assert "was changed" not in one.summary()


def test_the_summary_has_the_tables_the_run_and_what_could_not_be_tested(desk: Builds) -> None:
    one = desk()
    one.receive(0, verdict=verdict(0, Outcome.SUCCESS))
    untestable = verdict(1, Outcome.UNTESTABLE, reason=Reason.REFUSED, text="procedure 'p' needs a file")
    one.receive(1, verdict=untestable, outcome="skipped", longrepr=("a.db", 1, "Skipped: refused"))
    shown = one.summary()
    assert "athena dreams" in shown
    assert "procedure 'p' needs a file" in shown
    assert "run 1 in a.db" in shown


@pytest.mark.parametrize(
    ("settings", "before", "after"),
    [
        ({"alone": True, "only": 0}, pytest.ExitCode.NO_TESTS_COLLECTED, pytest.ExitCode.OK),
        ({"unchanged": True, "only": 0}, pytest.ExitCode.NO_TESTS_COLLECTED, pytest.ExitCode.OK),
        ({"alone": True, "only": 0}, 5, pytest.ExitCode.OK),
        ({"only": 0}, pytest.ExitCode.NO_TESTS_COLLECTED, pytest.ExitCode.NO_TESTS_COLLECTED),
        ({"alone": True}, pytest.ExitCode.NO_TESTS_COLLECTED, pytest.ExitCode.NO_TESTS_COLLECTED),
        ({"alone": True, "only": 0}, pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERRUPTED),
    ],
)
def test_nothing_to_test_is_no_error_where_dreams_were_all_that_was_asked_for(
    desk: Builds, settings: dict[str, Any], before: int, after: pytest.ExitCode
) -> None:
    assert desk(**settings).finish(before).exitstatus == after


def test_a_run_without_dreams_says_so(desk: Builds) -> None:
    assert desk(only=0).summary() == "athena-dreams: no pending Tier 1 dreams in a.db, nothing to test\n"


def test_a_run_of_unchanged_dreams_alone_does_not_say_that_there_are_none(desk: Builds) -> None:
    assert desk(only=0, unchanged=True).summary() == ""


def test_a_known_verdict_is_taken_over_when_the_session_starts(desk: Builds) -> None:
    one = desk(fail_under=50.0)
    one.receive(0, verdict=verdict(0, Outcome.SUCCESS))
    one.finish(0)
    known = Known(dream_id=1, run_id=1, outcome=Outcome.SUCCESS, error=None, patterns=frozenset())
    again = one.again({2: ("a.db::two", known)})
    again.recorder.pytest_sessionstart(again.terminal._session)
    query = "SELECT dream_id, outcome, taken_from_dream FROM dream_test_results WHERE run_id = 2"
    assert again.rows(query) == [(2, "success", 1)]
    assert "fail-under: 100.0 % of 1 dream pass" in again.summary()


def test_collecting_takes_nothing_over(desk: Builds) -> None:
    known = Known(dream_id=1, run_id=1, outcome=Outcome.SUCCESS, error=None, patterns=frozenset())
    one = desk("--collect-only").again({2: ("a.db::two", known)})
    one.recorder.pytest_sessionstart(one.terminal._session)
    assert one.rows("SELECT * FROM dream_test_runs") == []


@pytest.mark.parametrize("runner", [False, True])
def test_annotations_are_for_github_alone(
    desk: Builds, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, runner: bool
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    if runner:
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    one = desk()
    one.receive(0, verdict=verdict(0, Outcome.FAILURE), outcome="failed", longrepr="logic")
    assert ("::error" in one.summary()) is runner
    assert summary.exists() is runner


class TestProgress:
    """A dream is done at its first teardown that is not repeated."""

    @pytest.fixture
    def _clock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        clock = iter(range(0, 10_000, int(PAUSE)))
        monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))

    def lines(self, one: Desk, *reports: tuple[int, str, int]) -> list[str]:
        one.terminal.isatty = lambda: True
        for place, when, rerun in reports:
            one.receive(place, when, **({"rerun": rerun} if rerun else {}))
        return [line for line in one.terminal._tw._file.getvalue().splitlines() if " dreams, " in line]

    @pytest.mark.usefixtures("_clock")
    def test_a_teardown_counts(self, desk: Builds) -> None:
        reports = [(0, when, 0) for when in ("setup", "call", "teardown")]
        assert len(self.lines(desk(), *reports)) == 1

    @pytest.mark.usefixtures("_clock")
    def test_a_test_of_the_user_s_own_does_not_count(self, desk: Builds) -> None:
        assert self.lines(desk(), (-1, "teardown", 0)) == []

    @pytest.mark.usefixtures("_clock")
    def test_an_attempt_that_is_repeated_does_not_count(self, desk: Builds) -> None:
        assert len(self.lines(desk(), (0, "teardown", 0), (0, "teardown", 1))) == 1
