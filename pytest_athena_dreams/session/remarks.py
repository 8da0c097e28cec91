"""Remarks on outcomes: the dream's label, and the evidence behind a pass."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from ..models import Outcome, Verdict
from ..naming import LABEL
from ..report.words import count, guess, percent
from ..text import printable

LITTLE = 0.5
"""Evidence below which a pass says little: its inputs miss more mutants than they detect."""


def verbose_note(verdict: Verdict | None, label: str | None) -> str:
    """The text that ``pytest -v`` shows after an outcome: evidence and guess of a pass, and the label."""
    notes = []
    if verdict is not None and verdict.outcome is Outcome.SUCCESS:
        evidence, name = verdict.figures.evidence, verdict.figures.guess
        notes += [] if evidence is None else [f"evidence {percent(evidence)}"]
        notes += [guess(name)] if name else []
    if label:
        notes.append(printable(label, limit=LABEL))
    return "; ".join(notes)


def evidence_lines(known: Sequence[float]) -> list[str]:
    """The lines of the closing summary about the evidence of the passes, ``known``."""
    if not known:
        return []
    little = sum(evidence < LITTLE for evidence in known)
    weak = f"{count(little, 'pass', 'passes')} of {len(known)} with less than {percent(LITTLE)}"
    return [f"evidence: {percent(statistics.fmean(known))} on average, {weak}"]
