"""Measures how fast a dream is compared with its procedure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from ..sandbox.runner import Runner
from .case import Case

TIMED_INPUTS = 6
"""Maximum accepted inputs on which procedure and dream are timed."""
TIMED_CALLS = 2
"""Timed calls for each input. The shorter one counts, because the first finds cold caches."""


def effectiveness(case: Case, procedure: Runner, dream: Runner, timeout: float) -> float | None:
    """How many times faster the dream is than its procedure: the median of paired ratios, or ``None``.

    Large inputs are left out: they cost more than they count in a median. The children report the seconds
    themselves, so a dream can forge this figure, and no other. ``timeout`` is seconds for each call.
    """
    moderate = case.moderate
    chosen = moderate[:: max(1, len(moderate) // TIMED_INPUTS)][:TIMED_INPUTS]
    pairs = zip(_seconds(procedure, chosen, timeout), _seconds(dream, chosen, timeout), strict=False)
    ratios = [of_procedure / of_dream for of_procedure, of_dream in pairs if of_procedure and of_dream]
    return statistics.median(ratios) if ratios else None


def _seconds(runner: Runner, payloads: Sequence[bytes], timeout: float) -> list[float]:
    """The seconds of the shortest call on each input."""
    took = [seen.took for seen in runner.run([*payloads] * TIMED_CALLS, timeout=timeout)]
    return [min(took[n :: len(payloads)]) for n in range(min(len(payloads), len(took)))]
