"""The controller's part: tell what runs, hand the plan to the workers, record verdicts as they arrive.

Only the controller has a ``Recorder``, so only one process ever writes to the store. Each verdict is a
transaction of its own: a run that is killed keeps what was reported.
"""

from __future__ import annotations

import json
import platform
import subprocess
import time
from collections import Counter
from collections.abc import Generator
from importlib.metadata import version
from typing import Any, cast

import msgspec
import pytest

from ..judge.categories import ATHENA_OUTCOMES
from ..learning import learn, sightings
from ..models import Category, Contract, Dream, Fault, Outcome, Verdict
from ..naming import domain
from ..store.database import Store
from ..store.known import take_over
from ..store.records import Result, Run
from ..text import printable
from . import github
from .failure import FailureRepr, heading, reason_of
from .gate import Gate
from .kept import drop, slim
from .passed import footing, word
from .plan import Plan
from .progress import Progress
from .selection import Unchanged

LISTED = 10
"""Failures that stand without a run which the closing summary names."""
TOLD = 100
"""Characters of each that are shown."""
VERSIONS = ("pytest-athena-dreams", "pytest", "hypothesis", "pytest-xdist")


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
    ) -> None:
        self._config = config
        self._gate = gate
        self._plan = plan
        self._unchanged = unchanged
        self._progress = Progress(config, len(plan.dreams))
        self._store = store
        self._sandbox = sandbox
        self._places = {plan.node_id(dream): place for place, dream in enumerate(plan.dreams)}
        self._run_id: int | None = None
        self._by_category = Counter[str]()
        self._by_type = Counter[tuple[str, Outcome]]()
        self._evidence: list[float] = []
        self._shared = 0
        self._changed: list[str] = []
        self._marks: dict[str, list[str]] = {"error": [], "warning": []}

    def pytest_report_header(self) -> list[str]:
        plan, procedures = self._plan, {self._plan.family(node_id) for node_id in self._places}
        dreams = f"{_count(len(plan.dreams), 'dream')} of {_count(len(procedures), 'procedure')}"
        unchanged = f"unchanged: {_count(len(self._unchanged), 'dream')} with a verdict, not run again"
        return [
            f"athena-dreams: {plan.store_id}, {dreams}, seed {plan.settings.seed}",
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
        # A wrapper, so that whoever counts failures sees what the gate made of the report.
        place = self._places.get(report.nodeid)
        if place is not None:
            self._receive(report, place)
        yield
        if place is not None:
            slim(report)
            drop(report, self._config, uncounted=True)
            if report.when == "teardown":
                self._progress.count()

    def _receive(self, report: pytest.TestReport, place: int) -> None:
        dream = self._plan.dreams[place]
        verdict = _verdict_of(report, dream)
        if verdict is None:
            return
        seen = self._record(dream, verdict, getattr(report, "athena_digest", None))
        if told := word(verdict):
            report.athena_word = told  # type: ignore[attr-defined]
        excused = self._gate.judge(report, dream.id, verdict.outcome, seen)
        if verdict.faults and github.active():
            kind = "warning" if excused else "error"
            if len(self._marks[kind]) < github.ANNOTATIONS:
                self._marks[kind].append(github.mark(kind, dream, verdict.faults[0]))
        if verdict.outcome is Outcome.FAILURE and isinstance(report.longrepr, str):  # it came by wire
            report.longrepr = cast("Any", FailureRepr(self._plan, place, verdict, self._config))
            report.location = (self._plan.store_id, None, domain(dream))

    def _record(self, dream: Dream, verdict: Verdict, digest: str | None) -> frozenset[str]:
        """Store a verdict, and give the patterns that it shows."""
        run_id = self._begun()
        self._tally(dream, verdict)
        seen = sightings(dream, verdict.faults)
        if not self._store.record(run_id, _result(verdict, digest, run_id), seen, code=dream.code):
            self._changed.append(self._plan.node_id(dream))
        return frozenset(sighting.pattern_id for sighting in seen)

    def _begun(self) -> int:
        if self._run_id is None:
            self._run_id = self._store.begin_run(_run(self._config, self._plan, self._sandbox))
        return self._run_id

    def _tally(self, dream: Dream, verdict: Verdict) -> None:
        self._by_category[heading(verdict)] += 1
        self._by_type[dream.dream_type, verdict.outcome] += 1
        self._shared += verdict.taken_from is not None
        if verdict.outcome is Outcome.SUCCESS and verdict.figures.evidence is not None:
            self._evidence.append(verdict.figures.evidence)

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        told = getattr(report, "athena_word", None) if report.when == "call" and report.passed else None
        return ("passed", ".", told) if told else None

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
        if self._run_id is None:
            return
        terminalreporter.section("athena dreams")
        for line in (*self._tables(), *self._notes(), f"run {self._run_id} in {self._plan.store_id}"):
            terminalreporter.write_line(line)
        for line in self._gate.lines():
            terminalreporter.write_line(line)
        if github.active():
            for line in self._github():
                terminalreporter.write_line(line)

    def _tables(self) -> list[str]:
        """By category, and by dream type."""
        if not self._by_category:
            return []
        types = sorted({name for name, _ in self._by_type})
        return [
            f"{'category':24}{'dreams':>8}",
            *(f"{name:24}{count:8}" for name, count in self._by_category.most_common()),
            "",
            f"{'dream type':24}{'passed':>8}{'failed':>8}",
            *(
                f"{name:24}{self._by_type[name, Outcome.SUCCESS]:8}{self._by_type[name, Outcome.FAILURE]:8}"
                for name in types
            ),
            "",
        ]

    def _notes(self) -> list[str]:
        """What is otherwise than one dream, one test, one verdict."""
        told = footing(self._evidence)
        if self._shared:
            told.append(f"same code as another dream of this run, and its verdict: {self._shared}")
        if self._unchanged:
            failed = [one for one in self._unchanged.values() if one[1].outcome is Outcome.FAILURE]
            passed = len(self._unchanged) - len(failed)
            told.append(f"unchanged, not run again: {passed} passed, {len(failed)} failed")
            told += [
                f"  {node_id} - {printable(known.error or '', limit=TOLD)}"
                for node_id, known in failed[:LISTED]
            ]
            told += [f"  and {len(failed) - LISTED} more"] if len(failed) > LISTED else []
        told += [
            f"{node_id} was changed while it was tested: it waits for another test"
            for node_id in self._changed
        ]
        return told

    def _github(self) -> list[str]:
        problem = github.write_summary(self._store)
        return [*self._marks["error"], *self._marks["warning"], *([problem] if problem else [])]

    def pytest_unconfigure(self) -> None:
        self._store.close()


def _verdict_of(report: pytest.TestReport, dream: Dream) -> Verdict | None:
    """The verdict that a report brings: attached by the worker, or that of a worker that died."""
    text = getattr(report, "athena_verdict", None)
    if text is not None:
        return msgspec.json.decode(text, type=Verdict)
    if str(report.when) != "???":  # xdist's mark of a crashed worker
        return None
    fault = Fault(category=Category.RESOURCE, summary="the worker that ran this dream died")
    return Verdict(
        dream_id=dream.id,
        outcome=Outcome.FAILURE,
        category=fault.category,
        contract=dream.contract or Contract.FREE,
        faults=(fault,),
    )


def _run(config: pytest.Config, plan: Plan, sandbox: str) -> Run:
    versions = {name: version(name) for name in VERSIONS} | {"python": platform.python_version()}
    return Run(
        started_at=int(time.time()),
        settings=msgspec.json.encode(plan.settings).decode(),
        seed=plan.settings.seed,
        versions=json.dumps(versions),
        sandbox=sandbox,
        commit=_commit(config),
    )


def _commit(config: pytest.Config) -> str | None:
    """The git commit that the run stands on, where there is one and git to ask."""
    try:
        asked = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=config.rootpath, capture_output=True, text=True, timeout=5
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return asked.stdout.strip() if asked.returncode == 0 else None


def _result(verdict: Verdict, digest: str | None, run_id: int) -> Result:
    first = verdict.faults[0] if verdict.faults else None
    untestable = verdict.outcome is Outcome.UNTESTABLE
    error = f"{first.category}: {first.summary}" if first else None
    return Result(
        dream_id=verdict.dream_id,
        outcome=verdict.outcome,
        category=verdict.category,
        athena_outcome=None if untestable else ATHENA_OUTCOMES[verdict.category],
        contract=verdict.contract,
        error=reason_of(verdict) if untestable else error,
        failing_input=first.call if first else None,
        procedure_result=first.expected or None if first else None,
        dream_result=first.got or None if first else None,
        details=msgspec.json.encode(verdict.faults).decode() if verdict.faults else None,
        figures=verdict.figures,
        reason=verdict.reason,
        digest=None if untestable else digest,  # the remedy may come: it is tested again
        taken_from_dream=verdict.taken_from,
        taken_from_run=run_id if verdict.taken_from is not None else None,
    )


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"
