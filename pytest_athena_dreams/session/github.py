"""Writes a step summary and annotations if the run is a job of GitHub Actions.

Invariant: a dream's text can't start a workflow command: it is printable, on one line, and escaped as the
runner requires (github.com/actions/toolkit, docs/commands.md).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ..models import Dream, Outcome, Verdict
from ..report.assembly import make_report
from ..report.markdown import markdown
from ..store.database import Store
from ..text import printable
from .failure import reason_of

ANNOTATIONS = 10
"""Maximum annotations of one kind that GitHub shows for a step."""
ANNOTATION_MESSAGE = 400
"""Maximum characters of an annotation's message; its title has at most ``TITLE``."""
TITLE = 100
SUMMARY = 900_000
"""Maximum bytes of a step summary; GitHub allows 1 MiB for a step."""


def active() -> bool:
    """Whether this is a job of GitHub Actions."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


class Annotations:
    """Collects workflow commands that mark dreams on the run's page, by kind and by index in the plan.

    A new failure is an error, a known one a warning. Untestable dreams are notices, one for each reason.
    """

    def __init__(self) -> None:
        self._by_kind: dict[str, dict[int, str]] = {"error": {}, "warning": {}, "notice": {}}

    def take(self, place: int, dream: Dream, verdict: Verdict, *, excused: bool) -> None:
        """Note the dream's last verdict; ``excused``: its failure is known."""
        for marks in self._by_kind.values():
            marks.pop(place, None)
        procedure = dream.procedure_name or "no procedure"
        if verdict.outcome is Outcome.UNTESTABLE:
            kind, line = "notice", _command("notice", f"Untestable dreams of {procedure}", reason_of(verdict))
        elif verdict.outcome is Outcome.FAILURE:
            kind, fault = "warning" if excused else "error", verdict.faults[0]
            call = f", on {fault.call}" if fault.call else ""
            title = f"Dream {dream.label or dream.id} of {procedure}"
            line = _command(kind, title, f"{fault.category}: {fault.summary}{call}")
        else:
            return
        marks = self._by_kind[kind]
        if len(marks) < ANNOTATIONS and line not in marks.values():
            marks[place] = line

    def lines(self) -> Iterator[str]:
        """The commands, errors first."""
        for marks in self._by_kind.values():
            yield from marks.values()


def _command(kind: str, title: str, message: str) -> str:
    title, message = printable(title, limit=TITLE), printable(message, limit=ANNOTATION_MESSAGE)
    return f"::{kind} title={_escape(title, ':,')}::{_escape(message)}"


def write_summary(store: Store) -> str | None:
    """Append the report to the step's summary; returns a warning if the file can't be written, or ``None``.

    Raises ``StoreError``.
    """
    target = os.environ.get("GITHUB_STEP_SUMMARY")
    if not target:
        return None
    text = markdown(make_report(store), brief=True).encode()[:SUMMARY].decode("utf-8", "ignore")
    try:
        with Path(target).open("a", encoding="utf-8") as summary:
            summary.write(text + "\n")
    except OSError as error:
        return f"athena-dreams: no step summary: {target}: {error.strerror}"
    return None


def _escape(text: str, more: str = "") -> str:
    for character in "%\r\n" + more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text
