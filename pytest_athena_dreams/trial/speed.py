"""Measures how fast a dream is compared with its procedure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from itertools import accumulate

from ..sandbox.runner import Runner
from .answers import Answers
from .case import Case

TIMED_INPUTS = 6
"""Maximum accepted inputs on which procedure and dream are timed."""
TIMED_CALLS = 2
"""Timed calls for each input. The shorter one counts, because the first finds cold caches."""
TIMED_SECONDS = 0.5
"""Seconds that the timed calls may take together, but for those of the first input: slow calls vary less."""
DOUBTED_SPEED = 1.15
"""Times faster from which a dream is timed again: the procedure may have been cold, or the machine busy."""
DOUBT_ROUNDS = 3
"""Rounds of timing again, at most, procedure and dream in turns; it ends when no doubt is left."""
DOUBT_CALLS = 5
"""Timed calls for each input and round. CPython specialises code after a few calls, which shortens the later
ones."""


def effectiveness(case: Case, answers: Answers, dream: Runner, timeout: float) -> float | None:
    """How many times faster the dream is than its procedure: the median of paired ratios, or ``None``.

    Each input counts with its shortest call, the procedure's in a child like the dream's. A dream that seems
    faster is timed again, more often, and its procedure too. Large inputs are left out: they cost more than
    they count in a median. The children report the seconds themselves, so a dream can forge this figure, and
    no other. ``timeout`` is seconds for each call.
    """
    if case.reference is None:
        return None
    moderate = case.moderate
    chosen = moderate[:: max(1, len(moderate) // TIMED_INPUTS)][:TIMED_INPUTS]
    expected = case.reference.expected
    took = accumulate(TIMED_CALLS * expected[p].elapsed if p in expected else 0.0 for p in chosen)
    chosen = chosen[: max(1, sum(seconds <= TIMED_SECONDS for seconds in took))]
    procedure = answers.timed(case.reference)
    of_dream = _seconds(dream, chosen, TIMED_CALLS, timeout)
    of_procedure = _seconds(procedure, chosen, TIMED_CALLS, timeout)
    speed = _ratio(of_procedure, of_dream)
    for _ in range(DOUBT_ROUNDS):
        if speed is None or speed < DOUBTED_SPEED:
            break
        of_procedure = _shorter(of_procedure, _seconds(procedure, chosen, DOUBT_CALLS, timeout))
        of_dream = _shorter(of_dream, _seconds(dream, chosen, DOUBT_CALLS, timeout))
        speed = _ratio(of_procedure, of_dream)
    return speed


def _shorter(before: Sequence[float], again: Sequence[float]) -> list[float]:
    return [min(pair) for pair in zip(before, again, strict=False)]


def _ratio(of_procedure: Sequence[float], of_dream: Sequence[float]) -> float | None:
    """The median over the inputs; ``None`` if none could be timed."""
    pairs = zip(of_procedure, of_dream, strict=False)
    ratios = [base / own for base, own in pairs if base and own]
    return statistics.median(ratios) if ratios else None


def _seconds(runner: Runner, payloads: Sequence[bytes], calls: int, timeout: float) -> list[float]:
    """The seconds of the shortest of ``calls`` calls on each input."""
    took = [seen.took for seen in runner.run([*payloads] * calls, timeout=timeout)]
    return [min(took[n :: len(payloads)]) for n in range(min(len(payloads), len(took)))]
