"""The controller's part of a run: print what runs, record verdicts as they arrive, print a summary.

Only the controller has a ``Recorder``, so only one process writes to the store. Each verdict is one
transaction, so a killed run loses nothing that was reported.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, cast

import pytest

from ..learning import learn, sightings
from ..models import Dream, Outcome, Verdict
from ..naming import domain, labelled
from ..report.words import count
from ..store.database import Store
from ..store.known import take_over
from . import github
from .failure import FailureRepr
from .gate import Gate
from .plan import Plan
from .progress import Progress
from .remarks import verbose_note
from .retention import drop, slim
from .rows import result_row, run_row, verdict_of
from .selection import Unchanged
from .summary import Untestable, notes, tables
from .tally import Tally

CRASHED = "???"
"""What xdist names the phase of a test whose worker died."""
Status = tuple[str, str, str]
"""A report's category, its letter, and its word for ``-v``."""


class Recorder:
    """Reporter and recorder of one run."""

    def __init__(
        self,
        config: pytest.Config,
        plan: Plan,
        unchanged: Unchanged,
        store: Store,
        sandbox: str,
        gate: Gate,
        tally: Tally,
    ) -> None:
        self._config = config
        self._gate = gate
        self._tally = tally
        self._plan = plan
        self._unchanged = unchanged
        self._progress = Progress(config, len(plan.dreams))
        self._store = store
        self._sandbox = sandbox
        self._places = {plan.node_id(dream): place for place, dream in enumerate(plan.dreams)}
        self._run_id: int | None = None
        self._untestable = Untestable()
        self._modified: dict[str, None] = {}
        self._annotations = github.Annotations()

    def pytest_report_header(self) -> list[str]:
        plan, procedures = self._plan, {self._plan.family(node_id) for node_id in self._places}
        dreams = f"{count(len(plan.dreams), 'dream')} of {count(len(procedures), 'procedure')}"
        shard = f"shard {plan.settings.shard}, " if plan.settings.shard else ""
        unchanged = f"unchanged: {count(len(self._unchanged), 'dream')} with a verdict, not run again"
        return [
            f"athena-dreams: {plan.store_id}, {shard}{dreams}, seed {plan.settings.seed}",
            *([unchanged] if self._unchanged else []),
            f"sandbox: {self._sandbox}",
        ]

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        if self._unchanged and not session.config.option.collectonly:
            taken = {dream_id: known for dream_id, (_, known) in self._unchanged.items()}
            take_over(self._store, self._begun(), taken)
            for dream_id, known in taken.items():
                self._gate.take(dream_id, known.outcome, known.patterns)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None]:
        # A wrapper, so that plugins which count failures see the outcome that the gate has set.
        place = self._places.get(report.nodeid)
        if place is not None:
            self._receive(report, place)
        yield
        if place is not None:
            if not report.passed:
                vars(report).pop("athena_note", None)  # the summary folds skips; tools read FAILED
            slim(report)
            drop(report, self._config, uncounted=True)
            if report.when == "teardown" and not getattr(report, "rerun", 0):  # the first of several attempts
                self._progress.count()

    def _receive(self, report: pytest.TestReport, place: int) -> None:
        dream = self._plan.dreams[place]
        verdict = verdict_of(report)
        if str(report.when) == CRASHED:
            report.when = "setup"  # pytest and junit then report an error, not a failure of the dream
            report.athena_error = "WorkerLost"  # type: ignore[attr-defined]
        if verdict is not None:
            self._judge(report, place, dream, verdict)
        elif hasattr(report, "athena_error"):
            report.athena_note = verbose_note(None, dream.label)  # type: ignore[attr-defined]
            self._tally.take_error(place, dream.dream_type)
            self._gate.forget(dream.id)

    def _judge(self, report: pytest.TestReport, place: int, dream: Dream, verdict: Verdict) -> None:
        seen = self._record(dream, verdict, getattr(report, "athena_digest", None))
        self._tally.take(place, dream.dream_type, verdict)
        self._untestable.take(place, verdict)
        report.athena_note = verbose_note(verdict, dream.label)  # type: ignore[attr-defined]
        excused = self._gate.judge(report, dream.id, verdict.outcome, seen)
        if github.active():
            self._annotations.take(place, dream, verdict, excused=excused)
        if verdict.outcome is Outcome.FAILURE and isinstance(report.longrepr, str):  # from a worker
            report.longrepr = cast("Any", FailureRepr(self._plan, place, verdict, self._config))
            report.location = (self._plan.store_id, None, labelled(domain(dream), dream.label))

    def _record(self, dream: Dream, verdict: Verdict, digest: str | None) -> frozenset[str]:
        """Store a verdict; returns the ids of its failure patterns."""
        run_id, node_id = self._begun(), self._plan.node_id(dream)
        seen = sightings(dream, verdict.faults)
        self._modified.pop(node_id, None)
        if not self._store.record(run_id, result_row(verdict, digest, run_id), seen, tested=dream):
            self._modified[node_id] = None
        return frozenset(sighting.pattern_id for sighting in seen)

    def _begun(self) -> int:
        if self._run_id is None:
            self._run_id = self._store.begin_run(run_row(self._config, self._plan, self._sandbox))
        return self._run_id

    @pytest.hookimpl(wrapper=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> Generator[None, Status, Status]:
        category, letter, word = yield
        behind = getattr(report, "athena_note", "")
        return category, letter, f"{word} ({behind})" if behind and isinstance(word, str) else word

    @pytest.hookimpl(tryfirst=True)  # xdist waits in it until its workers are gone, which takes them a while
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int | pytest.ExitCode) -> None:
        tested = self._plan.alone or self._unchanged
        if tested and not self._plan.dreams and session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            session.exitstatus = pytest.ExitCode.OK
        if self._run_id is not None:
            self._store.finish_run(self._run_id, exit_status=int(session.exitstatus))
            learn(self._store, self._run_id)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self._plan.dreams and not self._unchanged:
            terminalreporter.write_line(
                f"athena-dreams: no pending Tier 1 dreams in {self._plan.store_id}, nothing to test"
            )
        if self._run_id is None and not self._tally.by_heading():
            return
        terminalreporter.section("athena dreams")
        for line in self._summary():
            terminalreporter.write_line(line)

    def _summary(self) -> Generator[str]:
        yield from tables(self._tally)
        yield from notes(self._tally, self._unchanged, list(self._places))
        yield from self._untestable.lines()
        for node_id in self._modified:
            yield f"{node_id} was changed while it was tested: it is still pending"
        if self._run_id is not None:
            yield f"run {self._run_id} in {self._plan.store_id}"
        yield from self._gate.lines()
        if github.active():
            yield from self._annotations.lines()
            if problem := github.write_summary(self._store):
                yield problem

    def pytest_unconfigure(self) -> None:
        self._store.close()
