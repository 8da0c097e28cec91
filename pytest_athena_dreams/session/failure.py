"""What a person reads of a failed dream: at most about 25 lines, no text of the dream's unescaped."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Iterator
from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import pytest

from ..config import SETTINGS, Settings
from ..models import Dream, Fault, Verdict
from ..text import printable
from .plan import Plan

VALUE = 300
"""Characters of a value that are shown."""
OF_THE_RUN = ("store", "select", "baseline", "fail_under", "evidence")
"""Settings that say nothing of how one dream is tested."""
CONTEXT = 3
"""Lines of code that are shown on each side of a marked one."""


Lines = Iterator[tuple[str, dict[str, bool]]]


class DreamFailed(Exception):
    """A dream's verdict is failure; reports tell it in words, not as a traceback."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.category)
        self.verdict = verdict


class FailureRepr:
    """A failed dream as what pytest keeps in ``report.longrepr``.

    ``--tb=short`` leaves the code around the marked line out; with ``--tb=line`` pytest shows
    ``reprcrash`` alone, and with ``--tb=no`` nothing.
    """

    def __init__(self, plan: Plan, dream: Dream, verdict: Verdict, config: pytest.Config) -> None:
        first = verdict.faults[0]
        self.reprcrash = _Crash(
            path=plan.node_id(dream),
            lineno=first.line or 0,
            message=printable(f"{first.category}: {first.summary}", limit=VALUE),
        )
        self._style = config.getoption("tbstyle")
        self._told = plan, dream, verdict

    def toterminal(self, tw: Any) -> None:
        """Write to pytest's terminal writer: what failed in red, the marked code in bold."""
        for text, markup in self._lines() if self._style != "line" else ():
            tw.line(text, **markup)

    def __str__(self) -> str:
        return "\n".join(text for text, _ in self._lines())

    def _lines(self) -> Lines:
        return _lines(*self._told, 0 if self._style == "short" else CONTEXT)


class _Crash(SimpleNamespace):
    """The one-line form, for ``--tb=line``, junit and the short summary."""

    path: str
    lineno: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.lineno}: {self.message}"


def _lines(plan: Plan, dream: Dream, verdict: Verdict, context: int) -> Lines:
    first, *others = verdict.faults
    yield f"{first.category}: {printable(first.summary, limit=VALUE)}", {"red": True, "bold": True}
    if first.call is not None:
        yield f"  call       {printable(first.call, limit=VALUE)}", {}
    if first.expected:
        yield f"  procedure  {printable(first.expected, limit=VALUE)}", {}
    if first.got:
        yield f"  dream      {printable(first.got, limit=VALUE)}", {}
    yield "", {}
    yield from _code(dream, first, context)
    yield "", {}
    yield f"  {_counts(verdict, first)}", {}
    for fault in others:
        told = f" on {fault.call}" if fault.call else ""
        yield f"  also {fault.category}: {printable(fault.summary + told, limit=VALUE)}", {}
    if verdict.taken_from is not None:
        yield f"  the verdict of dream {verdict.taken_from}, whose code is the same but for its form", {}
    yield f"  repeat: {repeat_command(plan, dream)}", {}


def _counts(verdict: Verdict, first: Fault) -> str:
    if not verdict.tried:
        return f"contract {verdict.contract}, not run on any input"
    text = f"contract {verdict.contract}, {verdict.accepted} of {verdict.tried} inputs accepted"
    return f"{text}, {first.inputs} of them show this" if first.call else text


def _code(dream: Dream, fault: Fault, context: int) -> Lines:
    """The dream's code around the line that raised or, where none did, that is not the procedure's."""
    lines = dream.code.splitlines()
    marked = fault.line or _first_own_line(dream)
    if marked is None or not 1 <= marked <= len(lines):
        marked = 1
    for number in range(max(1, marked - context), min(len(lines), marked + context) + 1):
        mark = ">" if number == marked else " "
        yield f"  {mark} {number:4} | {printable(lines[number - 1], limit=100)}", {"bold": number == marked}


def _first_own_line(dream: Dream) -> int | None:
    base = dream.procedure.code.splitlines() if dream.procedure else []
    matcher = difflib.SequenceMatcher(None, base, dream.code.splitlines(), autojunk=False)
    for tag, _, _, start, _ in matcher.get_opcodes():
        if tag != "equal":
            return start + 1
    return None


def repeat_command(plan: Plan, dream: Dream) -> str:
    """The command that tests this dream again on the same inputs."""
    words = ["pytest", "--athena-dreams", "--athena-store", plan.settings.store]
    defaults = {f.name: f.default for f in fields(Settings)}
    for setting in SETTINGS:
        value = getattr(plan.settings, setting.name)
        if setting.name == "seed" or (setting.name not in OF_THE_RUN and value != defaults[setting.name]):
            words += [setting.option, setting.written(value)]
    return shlex.join([*words, plan.node_id(dream)])
