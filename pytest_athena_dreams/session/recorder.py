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
from ..repeating import domain
from ..store.database import Store
from ..store.records import Result, Run
from . import github
from .failure import FailureRepr
from .gate import Gate
from .passed import footing, word
from .plan import Plan

VERSIONS = ("pytest-athena-dreams", "pytest", "hypothesis", "pytest-xdist")


class Recorder:
    """Reporter and recorder of one run."""

    def __init__(self, config: pytest.Config, plan: Plan, store: Store, sandbox: str, gate: Gate) -> None:
        self._config = config
        self._gate = gate
        self._plan = plan
        self._store = store
        self._sandbox = sandbox
        self._dreams = {plan.node_id(dream): dream for dream in plan.dreams}
        self._verdicts: dict[int, Verdict] = {}
        self._run_id: int | None = None

    def pytest_report_header(self) -> list[str]:
        plan, procedures = self._plan, {d.procedure_name for d in self._plan.dreams}
        dreams = f"{_count(len(plan.dreams), 'dream')} of {_count(len(procedures), 'procedure')}"
        return [
            f"athena-dreams: {plan.store_id}, {dreams}, seed {plan.settings.seed}",
            f"sandbox: {self._sandbox}",
        ]

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["athena_plan"] = self._plan.to_json()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None]:
        # A wrapper, so that whoever counts failures sees what the gate made of the report.
        dream = self._dreams.get(report.nodeid)
        verdict = _verdict_of(report, dream) if dream else None
        if dream is not None and verdict is not None:
            self._receive(report, dream, verdict)
        yield

    def _receive(self, report: pytest.TestReport, dream: Dream, verdict: Verdict) -> None:
        seen = self._record(dream, verdict)
        self._gate.judge(report, dream, verdict.outcome, seen)
        if verdict.outcome is Outcome.FAILURE and isinstance(report.longrepr, str):  # it came by wire
            report.longrepr = cast("Any", FailureRepr(self._plan, dream, verdict, self._config))
            report.location = (self._plan.store_id, None, domain(dream))

    def _record(self, dream: Dream, verdict: Verdict) -> frozenset[str]:
        """Store a verdict, and give the patterns that it shows."""
        if self._run_id is None:
            self._run_id = self._store.begin_run(_run(self._config, self._plan, self._sandbox))
        self._verdicts[dream.id] = verdict
        seen = sightings(dream, verdict.faults)
        self._store.record(self._run_id, _result(verdict), seen)
        return frozenset(sighting.pattern_id for sighting in seen)

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        dream = self._dreams.get(report.nodeid)
        verdict = self._verdicts.get(dream.id) if dream and report.when == "call" else None
        told = word(verdict) if verdict and report.passed else None
        return ("passed", ".", told) if told else None

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int | pytest.ExitCode) -> None:
        if not self._plan.dreams and exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            session.exitstatus = pytest.ExitCode.OK
        if self._run_id is not None:
            self._store.finish_run(self._run_id, exit_status=int(session.exitstatus))
            learn(self._store, self._run_id)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self._plan.dreams:
            terminalreporter.write_line(
                f"athena-dreams: no pending Tier 1 dreams in {self._plan.store_id}, nothing to test"
            )
        if not self._verdicts:
            return
        terminalreporter.section("athena dreams")
        for line in _summary(self._plan, self._verdicts, self._run_id):
            terminalreporter.write_line(line)
        for line in self._gate.lines():
            terminalreporter.write_line(line)
        if github.active():
            for line in self._github():
                terminalreporter.write_line(line)

    def _github(self) -> list[str]:
        problem = github.write_summary(self._store)
        return [
            *github.marks("error", self._gate.new, self._verdicts),
            *github.marks("warning", self._gate.excused, self._verdicts),
            *([problem] if problem else []),
        ]

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


def _result(verdict: Verdict) -> Result:
    first = verdict.faults[0] if verdict.faults else None
    return Result(
        dream_id=verdict.dream_id,
        outcome=verdict.outcome,
        category=verdict.category,
        athena_outcome=ATHENA_OUTCOMES[verdict.category],
        contract=verdict.contract,
        error=f"{first.category}: {first.summary}" if first else None,
        failing_input=first.call if first else None,
        procedure_result=first.expected or None if first else None,
        dream_result=first.got or None if first else None,
        inputs_tried=verdict.tried,
        inputs_accepted=verdict.accepted,
        inputs_rejected=verdict.rejected,
        elapsed=verdict.elapsed,
        cpu=verdict.cpu,
        peak_memory=verdict.peak_memory,
        effectiveness=verdict.effectiveness,
        details=msgspec.json.encode(verdict.faults).decode() if verdict.faults else None,
        diverged=verdict.diverged,
        evidence=verdict.evidence,
        lines_reached=verdict.lines_reached,
        lines_total=verdict.lines_total,
    )


def _summary(plan: Plan, verdicts: dict[int, Verdict], run_id: int | None) -> list[str]:
    """The closing tables: by category, and by dream type."""
    by_category = Counter(v.category or "passed" for v in verdicts.values())
    types = {dream.id: dream.dream_type for dream in plan.dreams}
    by_type = {name: Counter[Outcome]() for name in sorted(set(types.values()))}
    for dream_id, verdict in verdicts.items():
        by_type[types[dream_id]][verdict.outcome] += 1
    lines = [f"{'category':24}{'dreams':>8}"]
    lines += [f"{name:24}{count:8}" for name, count in by_category.most_common()]
    lines += ["", f"{'dream type':24}{'passed':>8}{'failed':>8}"]
    lines += [
        f"{name:24}{counts[Outcome.SUCCESS]:8}{counts[Outcome.FAILURE]:8}"
        for name, counts in by_type.items()
        if counts
    ]
    return [*lines, "", *footing(verdicts.values()), f"run {run_id} in {plan.store_id}"]


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"
