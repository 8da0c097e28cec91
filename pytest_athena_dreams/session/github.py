"""GitHub Actions: a step summary and annotations, by themselves where a run is one of its jobs.

Invariant: a dream's text can't start a workflow command: it is printable, on one line, and escaped as the
runner asks (github.com/actions/toolkit, docs/commands.md).
"""

from __future__ import annotations

import os
from pathlib import Path

from ..models import Dream, Fault
from ..report.assembly import make_report
from ..report.markdown import markdown
from ..store.database import Store
from ..text import printable

ANNOTATIONS = 10
"""Annotations of one kind that GitHub shows for a step."""
MESSAGE = 400
SUMMARY = 900_000
"""Bytes of a step summary: GitHub takes at most 1 MiB of a step."""


def active() -> bool:
    """Whether this is a job of GitHub Actions."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def mark(kind: str, dream: Dream, fault: Fault) -> str:
    """The workflow command that marks a failure on the run's page; ``kind`` is ``error`` or ``warning``."""
    title = f"Dream {dream.label or dream.id} of {dream.procedure_name or 'no procedure'}"
    call = f", on {fault.call}" if fault.call else ""
    text = printable(f"{fault.category}: {fault.summary}{call}", limit=MESSAGE)
    return f"::{kind} title={_escape(printable(title, limit=100), ':,')}::{_escape(text)}"


def write_summary(store: Store) -> str | None:
    """Append the report to the step's summary; a text where that can't be done, ``None`` where it was.

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
