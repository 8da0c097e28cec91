"""The text for a failed dream: at most about 25 lines, and no text of the dream unescaped."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from ..models import Contract, Dream, Fault, Verdict
from ..naming import LABEL, repeat_command
from ..report.words import guess
from ..source.changes import Change, changes_within, likeliest, list_changes
from ..source.syntax import split_lines
from ..text import inert, printable, visible
from .packed import pack, unpack
from .plan import Plan

ONE_LINE = 300
"""Maximum characters of the one-line form."""
SKIP_REASON = 1000
"""Maximum characters of the reason for a skip, which ends with the remedy."""
ROWS = 2
"""Maximum rows of the terminal for one value."""
FILE_WIDTH = 100
"""Columns of a report that is written to a file, such as junit's."""
CONTEXT = {"short": 0, "long": 12}
"""Lines of code on each side of the marked one, by ``--tb``."""
USUAL, BESIDE_A_CONTRAST = 3, 1
"""Lines of code on each side with any other ``--tb``: usually, and beside a contrast of two values."""
CONTRAST = (6, 40)
"""Maximum lines of a contrast of two values, without ``-v`` and with it; ``-vv`` shows all."""

_COLOURS = {"-": {"red": True}, "+": {"green": True}}

Lines = Iterator[tuple[str, dict[str, bool]]]


def reason_of(verdict: Verdict) -> str:
    """Why an untestable dream was skipped, on one line."""
    return visible(f"{verdict.reason or 'untestable'}: {verdict.text}", limit=SKIP_REASON)


def skip_reason(verdict: Verdict) -> str:
    """The same, safe for pytest to wrap."""
    return inert(reason_of(verdict), wrapped=True)


class DreamFailed(Exception):
    """A dream's verdict is failure; reports show ``FailureRepr`` instead of a traceback."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.category)
        self.verdict = verdict


class FailureRepr:
    """The ``report.longrepr`` of a failed dream: packed in memory, written only when pytest shows it.

    ``--tb=short`` leaves out the code around the marked line, ``--tb=long`` shows more of it; with
    ``--tb=line`` pytest shows only ``reprcrash``, with ``--tb=no`` nothing. As for assertions, ``-v`` shows
    more of the difference between two values, and ``-vv`` all of it.
    """

    __slots__ = ("_config", "_place", "_plan", "_verdict")

    def __init__(self, plan: Plan, place: int, verdict: Verdict, config: pytest.Config) -> None:
        """``place`` is the index of the dream in the plan."""
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
    """Writes the text for a failed dream."""

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
        world = "; ".join(first.world)
        said = ("call", first.call), ("world", world), ("procedure", expected), ("dream", first.got)
        for label, text in said:
            if text:
                rows = 1 if first.contrast and label != "call" else ROWS
                yield printable(f"  {label:9}  {text}", limit=rows * width), {}
        yield from self._contrast(first, width)
        yield "", {}
        yield from self._code(first, width)
        yield "", {}
        yield f"  {_counts(self._verdict, first)}", {}
        for fault in others:
            call = f" on {fault.call}" if fault.call else ""
            yield printable(f"  also {fault.category}: {fault.summary}{call}", limit=room), {}
        if (source := self._verdict.taken_from) is not None:
            yield f"  verdict taken from dream {source}, whose code behaves the same", {}
        yield f"  repeat: {repeat_command(self._plan.settings, self._plan.store_id, self._dream)}", {}

    def _contrast(self, fault: Fault, width: int) -> Lines:
        """How two large values differ, as long as the verbosity allows."""
        if not (contrast := fault.contrast):
            return
        shown = len(contrast) if self._verbosity > 1 else CONTRAST[max(self._verbosity, 0)]
        yield "", {}
        yield "  - procedure, + dream:", {}
        for line in contrast if len(contrast) <= shown + 1 else contrast[:shown]:
            yield f"    {printable(line, limit=width - 4)}", _COLOURS.get(line[0], {})
        if len(contrast) > shown + 1:
            yield f"    ... {len(contrast) - shown} more lines, use '-vv' to show them", {}

    def _code(self, fault: Fault, width: int) -> Lines:
        """The dream's code around the line that raised, or otherwise around its likeliest change."""
        context = CONTEXT.get(self._style, BESIDE_A_CONTRAST if fault.contrast else USUAL)
        lines = split_lines(self._dream.code)
        marked, centre = self._place(fault, len(lines))
        for number in range(max(1, centre - context), min(len(lines), centre + context) + 1):
            mark = ">" if number == marked else " "
            text = f"  {mark} {number:4} | {lines[number - 1]}"
            rows = ROWS if number == marked else 1
            yield printable(text, limit=rows * width), {"bold": number == marked}

    def _place(self, fault: Fault, lines: int) -> tuple[int | None, int]:
        """The line to mark, ``None`` if the dream only removes code, and the line to show code around."""
        if fault.line is not None and 1 <= fault.line <= lines:
            return fault.line, fault.line
        dream, procedure = self._dream, self._dream.procedure
        changes: tuple[Change, ...] = ()
        if procedure is not None:
            entry = procedure.entry_point or procedure.name
            changes = changes_within(procedure.code, entry, dream.code, dream.entry_point or entry)
            changes = changes or list_changes(procedure.code, dream.code)
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
    text = f"{text}, {first.inputs} of them fail this way" if first.call else text
    name = verdict.figures.guess
    return f"{text}; {guess(name)}" if name else text
