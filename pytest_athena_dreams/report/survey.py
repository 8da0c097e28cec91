"""One pass over the latest results: what a report counts, and which dreams it shows in full.

Invariants: memory grows by some bytes a dream, never by a dream's texts; a dream counts once, by its latest
result, an untestable one in no figure but the number of these.
"""

from __future__ import annotations

import heapq
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from ..learn.history import Change
from ..learn.metrics import Calibration, Distribution, calibration, distribution, groups
from ..models import Contract, Outcome
from ..store.overview import Latest
from .figures import Breakdown

T = TypeVar("T", bound=tuple[float, ...])

SPEED_EDGES = (0.0, 0.25, 0.5, 0.8, 0.95, 1.05, 1.25, 2.0, 4.0, 8.0)
"""Edges of the histogram of speeds, in times faster than the procedure; the middle bin is "as fast"."""
SHARE_EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
ADOPTABLE = 1_000
"""Best dreams among which those to propose for adoption are found: some are copies."""


class Survey:
    """The figures of the dreams with results. ``found`` are the changes of the last run.

    ``most`` is the number of dreams to show in full: those of the last runs, and of one run the changed
    ones first, then those that fail.
    """

    def __init__(self, dreams: Iterable[Latest], found: Mapping[int, Change], *, most: int) -> None:
        self.untestable = 0
        self.outcomes: Counter[bool] = Counter()
        """How many passed, and how many did not."""
        self.categories: Counter[str] = Counter()
        self._kinds: Counter[tuple[str, str, str, str, bool]] = Counter()
        """Dreams by type, model, tier, procedure, and whether they passed."""
        self._viability, self._passed = array("d"), bytearray()
        self._speeds, self._diverged, self._widened = array("d"), array("d"), array("d")
        self._evidence = array("d")
        self._newest: list[tuple[int, int, int]] = []
        self._best: list[tuple[float, int]] = []
        for dream in dreams:
            if dream.outcome == Outcome.UNTESTABLE:
                self.untestable += 1
            else:
                self._count(dream)
                rank = _interest(found.get(dream.id), dream.outcome)
                _keep(self._newest, (dream.run, rank, -dream.id), most)

    def _count(self, dream: Latest) -> None:
        passed = dream.outcome == Outcome.SUCCESS
        self.outcomes[passed] += 1
        if not passed:
            self.categories[dream.category or "none"] += 1
        tier = f"Tier {dream.tier}" if dream.tier else "no tier"
        kind = (dream.dream_type, dream.model or "unknown", tier, dream.procedure or "none", passed)
        self._kinds[kind] += 1
        if dream.viability is not None:
            self._viability.append(dream.viability)
            self._passed.append(passed)
        for values, value in (
            (self._speeds, dream.speed),
            (self._diverged, dream.diverged),
            (self._widened, dream.widened),
            (self._evidence, dream.evidence if passed else None),
        ):
            if value is not None:
                values.append(value)
        # A pass against a procedure that is no copy of anything.
        compared = dream.contract != Contract.FREE and (dream.accepted or 0) > 0
        if passed and compared and (dream.novelty is None or dream.novelty > 0):
            _keep(self._best, (_worth(dream), -dream.id), ADOPTABLE)

    @property
    def shown(self) -> set[int]:
        """The ids of the dreams to show in full."""
        return {-key for _, _, key in self._newest}

    @property
    def candidates(self) -> Iterator[int]:
        """The ids of the best dreams that passed a comparison, the best one first."""
        return (-key for _, key in sorted(self._best, reverse=True))

    def breakdown(self) -> Breakdown:
        """Success by kind."""
        names = ("dream_type", "model", "tier", "procedure")
        counts: dict[str, Counter[tuple[str, bool]]] = {name: Counter() for name in names}
        for (dream_type, model, tier, procedure, passed), number in self._kinds.items():
            for name, kind in zip(names, (dream_type, model, tier, procedure), strict=True):
                counts[name][kind, passed] += number
        return Breakdown(**{name: groups(found) for name, found in counts.items()})

    def calibration(self) -> Calibration:
        """The viability score against the outcome."""
        return calibration(zip(self._viability, map(bool, self._passed), strict=True))

    @property
    def speed(self) -> Distribution | None:
        """Times faster than the procedure."""
        return distribution(self._speeds, edges=SPEED_EDGES)

    @property
    def divergence(self) -> Distribution | None:
        """Share of inputs with another value, where that is allowed."""
        return distribution(self._diverged, edges=SHARE_EDGES)

    @property
    def widening(self) -> Distribution | None:
        """Share of the refused inputs that a passing dream answers."""
        return distribution(self._widened, edges=SHARE_EDGES)

    @property
    def evidence(self) -> Distribution | None:
        """Share of the mutants that the inputs of a pass detect."""
        return distribution(self._evidence, edges=SHARE_EDGES)


def _interest(change: Change | None, outcome: str) -> int:
    """How much a dream is worth to be shown, among those of its run."""
    if change is not None and change not in (Change.KNOWN, Change.PASSING):
        return 2
    return int(outcome == Outcome.FAILURE)


def _worth(dream: Latest) -> float:
    """The mean of up to four figures; the full value for speed is reached at twice the procedure's."""
    speed = None if dream.speed is None else min(dream.speed / 2, 1.0)
    known = [x for x in (dream.viability, dream.novelty, dream.evidence, speed) if x is not None]
    return sum(known) / len(known) if known else 0.0


def _keep(heap: list[T], item: T, most: int) -> None:
    """Keep the ``most`` largest items in a heap."""
    if len(heap) < most:
        heapq.heappush(heap, item)
    elif most:
        heapq.heappushpop(heap, item)
