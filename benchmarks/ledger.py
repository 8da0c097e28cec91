"""A plugin for pytest that books this process's processor time to parts of this package, for ``budget.py``.

Each part is a function or a few, and gets the time in it without that in other parts. What no part gets is
pytest's own and the session's.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

PARTS = {
    "collecting and planning": ("session.control:control", "session.items:ProcedureNode.collect"),
    "key of its behaviour": ("session.sharing:SharedVerdicts.verdict", "session.sharing:SharedVerdicts.add"),
    "pools": ("inputs.pool:draw_pool",),
    "references, without their pools": ("trial.reference:References._make",),
    "fork and load": ("sandbox.client:Sandbox.spawn", "sandbox.runner:Runner.switch_to"),
    "case": ("trial.case:CaseMaker.case",),
    "calls: waiting, wire and decoding": ("sandbox.runner:Runner.run",),
    "comparing": ("judge.verdict:judge",),
    "confirming and shrinking": ("trial.trial:Trial.run", "trial.faults:smallest_faults"),
    "speed": ("trial.speed:effectiveness",),
    "widening": ("trial.widening:widened",),
    "evidence": ("trial.evidence:Evidence.of",),
    "lines": ("trial.coverage:lines_reached",),
    "the verdict, otherwise": ("trial.engine:Engine.test",),
    "reporting": ("session.items:DreamItem.runtest",),
    "recording": ("session.recorder:Recorder._receive",),
    "learning": ("learning:learn",),
}
"""Functions of this package by part."""
ROOT = "pytest_athena_dreams"

spent: Counter[str] = Counter()
_open: list[list[Any]] = []
_now = time.thread_time_ns


def booked(part: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """``function``, whose time is booked to ``part``."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        started = _now()
        if _open:
            spent[_open[-1][0]] += started - _open[-1][1]
        _open.append([part, started])
        try:
            return function(*args, **kwargs)
        finally:
            ended = _now()
            spent[part] += ended - _open.pop()[1]
            if _open:
                _open[-1][1] = ended

    return run


def _book(part: str, place: str) -> None:
    """Replace the function at ``place`` wherever the package's modules name it."""
    module_name, _, path = place.partition(":")
    owner: Any = importlib.import_module(f"{ROOT}.{module_name}")
    *outer, name = path.split(".")
    for one in outer:
        owner = getattr(owner, one)
    old = getattr(owner, name)
    new = booked(part, old)
    setattr(owner, name, new)
    if not outer:
        for other in [m for key, m in sys.modules.items() if key.startswith(ROOT)]:
            if getattr(other, name, None) is old:
                setattr(other, name, new)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    for module in ("session.items", "session.control", "session.setup", "trial.engine"):
        importlib.import_module(f"{ROOT}.{module}")
    for part, places in PARTS.items():
        for place in places:
            _book(part, place)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    spent["start-up"] = _now() - sum(spent.values())
    return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    whole = _now()
    found = {part: ns / 1e6 for part, ns in spent.items()}
    Path(os.environ["LEDGER"]).write_text(json.dumps({"whole": whole / 1e6, "parts": found}))
