"""Counts by dream: a rerun reports a dream more than once, and its last verdict is the one that counts.

Invariant: a dream takes ten bytes (its verdict, its evidence, whether it ran), so a run of any size can be
counted.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter

from ..models import Category, Outcome, Verdict

PASSED, UNTESTABLE, ERROR = "passed", "untestable", "error"
HEADINGS = ("", PASSED, UNTESTABLE, ERROR, *(category.value for category in Category))
"""The lines of the closing table. A dream's byte is the index of its heading here, 0 before its verdict."""


def heading(verdict: Verdict) -> str:
    """The line that counts this verdict: its category, ``passed`` or ``untestable``."""
    if verdict.outcome is Outcome.UNTESTABLE:
        return UNTESTABLE
    return verdict.category.value if verdict.category else PASSED


def column(heading: str) -> str:
    """The column of the table by dream type that a heading belongs to."""
    return heading if heading in (PASSED, UNTESTABLE, ERROR) else "failed"


class Tally:
    """The last verdict of each dream of a plan; dreams are named by their place in it."""

    def __init__(self, dreams: int) -> None:
        self._headings = bytearray(dreams)
        self._shared = bytearray(dreams)
        self._evidence = array("d", [math.nan]) * dreams
        self._by_type = Counter[tuple[str, str]]()

    def take(self, place: int, dream_type: str, verdict: Verdict) -> None:
        """Count a verdict in place of the dream's earlier one."""
        self._count(place, dream_type, heading(verdict))
        self._shared[place] = verdict.taken_from is not None
        known = verdict.figures.evidence if verdict.outcome is Outcome.SUCCESS else None
        self._evidence[place] = math.nan if known is None else known

    def take_error(self, place: int, dream_type: str) -> None:
        """Count an error of this tool in place of the dream's earlier verdict."""
        self._count(place, dream_type, ERROR)

    def _count(self, place: int, dream_type: str, now: str) -> None:
        if before := HEADINGS[self._headings[place]]:
            self._by_type[dream_type, column(before)] -= 1
        self._by_type[dream_type, column(now)] += 1
        self._headings[place] = HEADINGS.index(now)

    @property
    def tested(self) -> int:
        """How many dreams passed or failed."""
        counts = self.by_heading()
        return counts.total() - counts[UNTESTABLE] - counts[ERROR]

    def by_heading(self) -> Counter[str]:
        """Dreams by category, ``passed``, ``untestable`` and ``error``."""
        counts = {name: self._headings.count(n) for n, name in enumerate(HEADINGS) if n}
        return Counter({name: count for name, count in counts.items() if count})

    def by_type(self) -> Counter[tuple[str, str]]:
        """Dreams by dream type and :func:`column`."""
        return +self._by_type

    def shared(self) -> int:
        """How many dreams have the verdict of another one of this run."""
        return sum(self._shared)

    def weak(self, below: float) -> list[tuple[float, int]]:
        """The evidence and the places of the passes with less than ``below``, the least first."""
        return sorted((known, place) for place, known in enumerate(self._evidence) if known < below)

    def evidence(self) -> list[float]:
        """The evidence of each dream that passed, where it was measured."""
        return [known for known in self._evidence if not math.isnan(known)]
