"""Turns a run and its verdicts into rows of the store.

Invariant: the texts of a row are bounded, whatever a dream raised or returned.
"""

from __future__ import annotations

import json
import platform
import subprocess
import time
from dataclasses import replace
from importlib.metadata import version

import msgspec
import pytest

from ..config import SETTINGS
from ..judge.categories import ATHENA_OUTCOMES
from ..models import Fault, Outcome, Verdict
from ..store.records import Result, Run
from .failure import reason_of
from .plan import Plan

STORED_TEXT = 2000
"""Maximum characters of a stored message or value: more than a person reads."""
STORED_CALL = 20_000
"""Maximum characters of a stored call: enough for a whole large input, so that the call can be repeated."""
STORED_CONTRAST = 40
"""Maximum lines of a stored contrast: as many as ``-v`` shows."""
VERSIONS = ("pytest-athena-dreams", "pytest", "hypothesis", "pytest-xdist")
"""Packages whose versions a run records."""


def run_row(config: pytest.Config, plan: Plan, sandbox: str) -> Run:
    """The row of the run that begins now."""
    versions = {name: version(name) for name in VERSIONS} | {"python": platform.python_version()}
    return Run(
        started_at=int(time.time()),
        settings=msgspec.json.encode(plan.settings).decode(),
        seed=plan.settings.seed,
        versions=json.dumps(versions),
        sandbox=sandbox,
        commit=_commit(config),
        selection=_selection(config, plan),
    )


def _selection(config: pytest.Config, plan: Plan) -> str | None:
    """The arguments that restrict the run to some of its dreams; ``None`` without any."""
    parts = [argument for argument in plan.arguments if "::" in argument]
    for option, name in (("-k", "keyword"), ("-m", "markexpr"), ("--deselect", "deselect")):
        if value := config.getoption(name, None):
            parts.append(f"{option} {value if isinstance(value, str) else ' '.join(value)}")
    if config.getoption("lf", False):
        parts.append("--lf")
    for setting in SETTINGS:
        if setting.name in ("shard", "limit") and (chosen := getattr(plan.settings, setting.name)):
            parts.append(f"{setting.option} {chosen}")
    return cut(" ".join(parts)) or None


def _commit(config: pytest.Config) -> str | None:
    """The git commit of the root folder; ``None`` without git or a repository."""
    try:
        git = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=config.rootpath, capture_output=True, text=True, timeout=5
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return git.stdout.strip() if git.returncode == 0 else None


def verdict_of(report: pytest.TestReport) -> Verdict | None:
    """The verdict that the worker attached to a report; ``None`` if there is none."""
    text = getattr(report, "athena_verdict", None)
    return None if text is None else msgspec.json.decode(text, type=Verdict)


def result_row(verdict: Verdict, digest: str | None, run_id: int) -> Result:
    """The row of a verdict in run ``run_id``; ``digest`` covers everything that the verdict depends on."""
    faults = tuple(map(_capped, verdict.faults))
    first = faults[0] if faults else None
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
        details=msgspec.json.encode(faults).decode() if faults else None,
        figures=verdict.figures,
        reason=verdict.reason,
        digest=None if untestable else digest,  # the next run tests it again: the cause may be gone
        taken_from_dream=verdict.taken_from,
        taken_from_run=run_id if verdict.taken_from is not None else None,
    )


def _capped(fault: Fault) -> Fault:
    return replace(
        fault,
        summary=cut(fault.summary),
        expected=cut(fault.expected),
        got=cut(fault.got),
        call=cut(fault.call, STORED_CALL) if fault.call else None,
        contrast=tuple(map(cut, fault.contrast[:STORED_CONTRAST])),
        world=tuple(map(cut, fault.world)),
    )


def cut(text: str, limit: int = STORED_TEXT) -> str:
    """``text``, or the start of it with an ellipsis at its end."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
