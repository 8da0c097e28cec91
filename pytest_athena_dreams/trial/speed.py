"""Measures how fast a dream is compared with its procedure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
TIMINGS = 3
"""Times that a dream has to seem faster before it is doubted: on a busy machine 34 of 62 did once."""
DOUBTED_SPEED = 1.15
"""Times faster from which a dream is timed anew: it may remember its calls, or report false times."""
RACED_INPUTS = 400
"""Maximum inputs on which it is timed anew, each once in a child."""
WARM_UP = 8
"""Calls before, on other inputs: CPython specialises code after a few calls. At most a quarter of all."""
RACED_CALLS = 3_000
"""Calls that are enough, over all rounds: with 60 calls of 8 us, the shortest of three varied by 40 us."""
MIN_ROUNDS, MAX_ROUNDS = 3, 8
"""Rounds, each in new children; for each input the shortest of them counts. More than the minimum follow only
as long as the dream seems faster."""
RACED_SECONDS = 2.0
"""Seconds that the procedure may take in all rounds together, beyond ``MIN_ROUNDS``."""
CONFIRMED = 0.5
"""Minimum share of the seconds that the children say are saved, which the system's clock has to show too."""


def effectiveness(case: Case, answers: Answers, dream: Runner, timeout: float) -> float | None:
    """How many times faster the dream is than its procedure: the median of paired ratios, or ``None``.

    Each input counts with its shortest call, the procedure's in a child like the dream's. Large inputs are
    left out: they cost more than they count in a median. A dream that seems faster three times is timed anew,
    in children that see each input once. The children report the seconds of each call themselves; where the
    system's clock does not confirm them, what that says counts. ``timeout`` is seconds for each call.
    """
    if case.reference is None:
        return None
    moderate = case.moderate
    expected = case.reference.expected
    chosen = moderate[:: max(1, len(moderate) // TIMED_INPUTS)][:TIMED_INPUTS]
    took = accumulate(TIMED_CALLS * expected[p].elapsed if p in expected else 0.0 for p in chosen)
    chosen = chosen[: max(1, sum(seconds <= TIMED_SECONDS for seconds in took))]
    procedure = answers.timed(case.reference)
    of_dream, of_procedure = [math.inf] * len(chosen), [math.inf] * len(chosen)
    for _ in range(TIMINGS):
        of_dream = _shorter(of_dream, _seconds(dream, chosen, TIMED_CALLS, timeout))
        of_procedure = _shorter(of_procedure, _seconds(procedure, chosen, TIMED_CALLS, timeout))
        speed = _ratio(of_procedure, of_dream)
        if speed is None or speed < DOUBTED_SPEED:
            return speed
    took = accumulate(expected[p].elapsed if p in expected else 0.0 for p in moderate)
    each = [seconds for seconds in took if seconds <= TIMED_SECONDS][:RACED_INPUTS]
    raced = moderate[: max(1, len(each))]
    affordable = int(RACED_SECONDS / each[-1]) if each and each[-1] else MAX_ROUNDS
    rounds = max(MIN_ROUNDS, min(MAX_ROUNDS, RACED_CALLS // len(raced), affordable))
    return _raced(procedure, dream, raced, rounds, timeout)


def _raced(
    procedure: Runner, dream: Runner, payloads: Sequence[bytes], rounds: int, timeout: float
) -> float | None:
    """How many times faster the dream is where no child sees an input twice."""
    return decided(
        (_lap(procedure, payloads, timeout), _lap(dream, payloads, timeout)) for _ in range(rounds)
    )


def decided(rounds: Iterable[tuple[Lap, Lap]]) -> float | None:
    """How many times faster the dream is by the first ``rounds`` of procedure and dream that decide it.

    They end early only where the dream is not faster: one that reports false times, or is lucky once, gains
    nothing by that.
    """
    ran: list[tuple[Lap, Lap]] = []
    speed = None
    for each in rounds:
        ran.append(each)
        speed = _speed(*(_best(laps) for laps in zip(*ran, strict=True)))
        if len(ran) >= MIN_ROUNDS and (speed is None or speed < DOUBTED_SPEED):
            break
    return speed


def _speed(of_procedure: Lap, of_dream: Lap) -> float | None:
    """How many times faster a lap of the dream is, as far as the system's clock confirms what it reports."""
    reported = sum(of_procedure.calls) - sum(of_dream.calls)
    speed = _ratio(of_procedure.calls, of_dream.calls)
    if speed is None or not sum(of_dream.calls):
        return None
    # By its sum as well: to deny a little time on most inputs would show least.
    speed = min(speed, sum(of_procedure.calls) / sum(of_dream.calls))
    if speed <= 1 or of_procedure.seconds - of_dream.seconds >= CONFIRMED * reported:
        return speed
    return min(speed, of_procedure.seconds / of_dream.seconds) if of_dream.seconds else None


@dataclass(frozen=True, slots=True)
class Lap:
    """The seconds of each call, as the child reports them, and of all together by the system's clock."""

    calls: list[float]
    seconds: float


def _lap(runner: Runner, payloads: Sequence[bytes], timeout: float) -> Lap:
    """Each input once, in a child of its own.

    Code that acts waits for answers from outside its process: the wall clock counts there.
    """
    first = min(WARM_UP, len(payloads) // 4)
    with runner.fresh() as own:
        own.run(payloads[:first], timeout=timeout)
        before = own.used()
        seen = own.run(payloads[first:], timeout=timeout)
        seconds = own.used() - before
    if runner.source.acts or not seconds:
        seconds = sum(one.elapsed for one in seen)
    return Lap([one.took for one in seen], seconds)


def _best(laps: Sequence[Lap]) -> Lap:
    """For each call, and for all together, the shortest of several rounds."""
    calls = zip(*(lap.calls for lap in laps), strict=False)
    return Lap(list(map(min, calls)), min(lap.seconds for lap in laps))


def _ratio(of_procedure: Sequence[float], of_dream: Sequence[float]) -> float | None:
    """The median over the inputs; ``None`` if none could be timed."""
    pairs = zip(of_procedure, of_dream, strict=False)
    ratios = [base / own for base, own in pairs if base and own]
    return statistics.median(ratios) if ratios else None


def _shorter(some: Sequence[float], others: Sequence[float]) -> list[float]:
    return [min(pair) for pair in zip(some, others, strict=False)]


def _seconds(runner: Runner, payloads: Sequence[bytes], calls: int, timeout: float) -> list[float]:
    """The seconds of the shortest of ``calls`` calls on each input."""
    took = [seen.took for seen in runner.run([*payloads] * calls, timeout=timeout)]
    return [min(took[n :: len(payloads)]) for n in range(min(len(payloads), len(took)))]
