"""What a person reads behind an outcome: the label of the dream, and how much its inputs would have shown."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from ..models import Outcome, Verdict
from ..naming import LABEL
from ..report.words import count, guess, percent
from ..text import printable

LITTLE = 0.5
"""Evidence below which a pass says little: its inputs miss more of the procedure's mutants than they show."""


def verbose_note(verdict: Verdict | None, label: str | None) -> str:
    """What ``pytest -v`` adds to the word for an outcome: a pass's evidence and guess, and the label."""
    notes = []
    if verdict is not None and verdict.outcome is Outcome.SUCCESS:
        evidence, name = verdict.figures.evidence, verdict.figures.guess
        notes += [] if evidence is None else [f"evidence {percent(evidence)}"]
        notes += [guess(name)] if name else []
    if label:
        notes.append(printable(label, limit=LABEL))
    return "; ".join(notes)


def footing(known: Sequence[float]) -> list[str]:
    """The lines of the closing summary that say what the passes rest on; ``known`` is their evidence."""
    if not known:
        return []
    little = sum(evidence < LITTLE for evidence in known)
    told = f"{count(little, 'pass', 'passes')} of {len(known)} with less than {percent(LITTLE)}"
    return [f"evidence: {percent(statistics.fmean(known))} on average, {told}"]
