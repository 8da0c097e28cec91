"""What a person reads of a failed dream: at most about 25 lines, no text of the dream's unescaped."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from ..models import Contract, Dream, Fault, Verdict
from ..naming import LABEL, repeat_command
from ..report.words import guess
from ..source.changes import likeliest, list_changes
from ..source.syntax import split_lines
from ..text import inert, printable, visible
from .packed import pack, unpack
from .plan import Plan

ONE_LINE = 300
"""Characters of the one-line form."""
SKIP_REASON = 1000
"""The same of why a dream was skipped, which ends in the remedy."""
ROWS = 2
"""Rows of the terminal that one value may fill."""
FILE_WIDTH = 100
"""Columns of a report that no terminal shows, as in junit's file."""
CONTEXT = {"short": 0, "long": 12}
"""Lines of code on each side of the marked one, by ``--tb``."""
USUAL, BESIDE_A_CONTRAST = 3, 1
"""The same with any other ``--tb``."""
CONTRAST = (6, 40)
"""Lines of the contrast of two values that are shown, without ``-v`` and with it; ``-vv`` shows all."""

_COLOURS = {"-": {"red": True}, "+": {"green": True}}

Lines = Iterator[tuple[str, dict[str, bool]]]


def reason_of(verdict: Verdict) -> str:
    """Why an untestable dream was skipped, on one line."""
    return visible(f"{verdict.reason or 'untestable'}: {verdict.text}", limit=SKIP_REASON)


def skip_reason(verdict: Verdict) -> str:
    """The same as pytest shows it, which may break it into lines."""
    return inert(reason_of(verdict), wrapped=True)


class DreamFailed(Exception):
    """A dream's verdict is failure; reports tell it in words, not as a traceback."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.category)
        self.verdict = verdict


class FailureRepr:
    """A failed dream as what pytest keeps in ``report.longrepr``: packed, and told whenever it is asked for.

    ``--tb=short`` leaves the code around the marked line out, ``--tb=long`` shows more of it; with
    ``--tb=line`` pytest shows ``reprcrash`` alone, and with ``--tb=no`` nothing. As in an assertion, ``-v``
    shows more of how two values differ, and ``-vv`` all of it.
    """

    __slots__ = ("_config", "_place", "_plan", "_verdict")

    def __init__(self, plan: Plan, place: int, verdict: Verdict, config: pytest.Config) -> None:
        """``place`` is where the dream stands in the plan."""
        self._plan, self._place, self._config = plan, place, config
        self._verdict = pack(verdict, plan.dreams[place].procedure)

    @property
    def reprcrash(self) -> Crash:
        """The one-line form, which pytest reads."""
        return self._failure().crash()

    def toterminal(self, tw: Any) -> None:
        """Write to pytest's terminal writer: what failed in red, the marked code in bold."""
        if self._config.getoption("tbstyle") != "line":
            for text, markup in self._failure().lines(tw.fullwidth):
                tw.line(text, **markup)

    def __str__(self) -> str:
        return "\n".join(text for text, _ in self._failure().lines(FILE_WIDTH))

    def _failure(self) -> _Failure:
        dream = self._plan.dreams[self._place]
        verdict = unpack(self._verdict, Verdict, dream.procedure)
        return _Failure(self._plan, dream, verdict, self._config)


class _Failure:
    """What there is to say of a failed dream."""

    def __init__(self, plan: Plan, dream: Dream, verdict: Verdict, config: pytest.Config) -> None:
        self._plan, self._dream, self._verdict = plan, dream, verdict
        self._style = config.getoption("tbstyle")
        self._verbosity = config.get_verbosity(pytest.Config.VERBOSITY_ASSERTIONS)

    def crash(self) -> Crash:
        first = self._verdict.faults[0]
        label = printable(self._dream.label or "", limit=LABEL)
        return Crash(
            path=self._plan.node_id(self._dream),
            lineno=first.line or 0,
            message=": ".join(
                filter(None, (first.category, label, printable(first.summary, limit=ONE_LINE)))
            ),
        )

    def lines(self, width: int) -> Lines:
        first, *others = self._verdict.faults
        room = ROWS * width
        yield printable(f"{first.category}: {first.summary}", limit=room), {"red": True, "bold": True}
        expected = "" if self._verdict.contract is Contract.FREE else first.expected
        for label, text in (("call", first.call), ("procedure", expected), ("dream", first.got)):
            if text:
                rows = 1 if first.contrast and label != "call" else ROWS
                yield printable(f"  {label:9}  {text}", limit=rows * width), {}
        yield from self._contrast(first, width)
        yield "", {}
        yield from self._code(first, width)
        yield "", {}
        yield f"  {_counts(self._verdict, first)}", {}
        for fault in others:
            told = f" on {fault.call}" if fault.call else ""
            yield printable(f"  also {fault.category}: {fault.summary}{told}", limit=room), {}
        if self._verdict.taken_from is not None:
            told = f"dream {self._verdict.taken_from}, whose code is the same but for its form"
            yield f"  the verdict of {told}", {}
        yield f"  repeat: {repeat_command(self._plan.settings, self._plan.store_id, self._dream)}", {}

    def _contrast(self, fault: Fault, width: int) -> Lines:
        """How two large values differ, as much of it as was asked for."""
        if not fault.contrast:
            return
        told = fault.contrast
        shown = len(told) if self._verbosity > 1 else CONTRAST[max(self._verbosity, 0)]
        yield "", {}
        yield "  - procedure, + dream:", {}
        for line in told if len(told) <= shown + 1 else told[:shown]:
            yield f"    {printable(line, limit=width - 4)}", _COLOURS.get(line[0], {})
        if len(told) > shown + 1:
            yield f"    ... {len(told) - shown} lines more, use '-vv' to show them", {}

    def _code(self, fault: Fault, width: int) -> Lines:
        """The dream's code around the line that raised or, if none did, around one that is its own."""
        context = CONTEXT.get(self._style, BESIDE_A_CONTRAST if fault.contrast else USUAL)
        lines = split_lines(self._dream.code)
        marked, centre = self._place(fault, len(lines))
        for number in range(max(1, centre - context), min(len(lines), centre + context) + 1):
            mark = ">" if number == marked else " "
            text = f"  {mark} {number:4} | {lines[number - 1]}"
            rows = ROWS if number == marked else 1
            yield printable(text, limit=rows * width), {"bold": number == marked}

    def _place(self, fault: Fault, lines: int) -> tuple[int | None, int]:
        """The line to mark, ``None`` if the dream only leaves code out, and the one to show lines around."""
        if fault.line is not None and 1 <= fault.line <= lines:
            return fault.line, fault.line
        procedure = self._dream.procedure
        changes = list_changes(procedure.code, self._dream.code) if procedure else ()
        change = likeliest(changes, None)
        return (change.line, change.line or change.wrong[0]) if change else (None, 1)


class Crash(SimpleNamespace):
    """The one-line form, for ``--tb=line``, junit and the short summary."""

    path: str
    lineno: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.lineno}: {self.message}"


def _counts(verdict: Verdict, first: Fault) -> str:
    if not verdict.tried:
        return f"contract {verdict.contract}, not run on any input"
    text = f"contract {verdict.contract}, {verdict.accepted} of {verdict.tried} inputs accepted"
    text = f"{text}, {first.inputs} of them show this" if first.call else text
    name = verdict.figures.guess
    return f"{text}; {guess(name)}" if name else text
