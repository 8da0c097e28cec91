"""What a person reads of a dream that passed: how much its inputs would have shown."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from ..models import Verdict
from ..report.words import count, guess, percent

LITTLE = 0.5
"""Evidence below which a pass says little: its inputs miss more of the procedure's mutants than they show."""


def verbose_status(verdict: Verdict) -> str | None:
    """What ``pytest -v`` says of a pass in place of PASSED; ``None`` where there is nothing to add."""
    evidence, name = verdict.figures.evidence, verdict.figures.guess
    notes = [] if evidence is None else [f"evidence {percent(evidence)}"]
    if name:
        notes.append(guess(name))
    return f"PASSED ({'; '.join(notes)})" if notes else None


def footing(known: Sequence[float]) -> list[str]:
    """The lines of the closing summary that say what the passes rest on; ``known`` is their evidence."""
    if not known:
        return []
    little = sum(evidence < LITTLE for evidence in known)
    told = f"{count(little, 'pass', 'passes')} of {len(known)} with less than {percent(LITTLE)}"
    return [f"evidence: {percent(statistics.fmean(known))} on average, {told}"]
