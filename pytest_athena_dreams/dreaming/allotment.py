"""Who writes the next dreams: Thompson sampling over procedure, type and writer.

Each arm has a number of earlier dreams that improved their procedure and of those that did not. For each
place the allotment draws a rate for every arm from what these numbers allow, and gives the place to the arm
with the highest (W. R. Thompson 1933; for counts, a Beta distribution). Arms that did well win often, and
arms that are little known win sometimes, so they become known.

Few dreams are known of one arm, so its rate starts from that of its type and writer over all procedures.

Invariants: pure; the same seed and records give the same answer; an arm never gets more than its supply.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

FADING = 0.9
"""The weight of a night against the one after it: counts fade by a tenth."""
POOLED = 4.0
"""Dreams that the rate of a type and writer counts as, for the rate of one of their procedures."""

LEAST_RATE = 0.01
"""Least rate of a type and writer, so that a procedure of its own may still do better."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Arm:
    """One choice: a procedure's id, a dream type, and who writes."""

    procedure: int
    dream_type: str
    writer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What became of one earlier dream. ``age`` counts the nights since it was written."""

    arm: Arm
    better: bool
    age: int = 0


class Tally:
    """The records counted: for each arm, and for each type and writer, what was worse and what was better.

    Older nights count less.
    """

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self.own: defaultdict[Arm, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self.pooled: defaultdict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
        for record in records:
            weight = FADING**record.age
            for counts in (self.own[record.arm], self.pooled[record.arm.dream_type, record.arm.writer]):
                counts[record.better] += weight


class Allotment:
    """Deals out places by what a tally shows; ``seed`` fixes its draws."""

    def __init__(self, tally: Tally, seed: str) -> None:
        self._chance = random.Random(seed)
        self._tally = tally

    def draw(self, arm: Arm) -> float:
        """A rate from 0 to 1 that the arm may have."""
        pool = self._rate(arm.dream_type, arm.writer)
        worse, better = self._tally.own.get(arm, (0.0, 0.0))
        return self._chance.betavariate(POOLED * pool + better, POOLED * (1 - pool) + worse)

    def best(self, arms: Sequence[Arm]) -> Arm:
        """The arm that gets the next place."""
        return max(arms, key=self.draw)

    def deal(self, supply: Mapping[Arm, int], places: int) -> Counter[Arm]:
        """The places of each arm: ``places`` of them, or as many as the supply has.

        Each type gets one place at least, if there are enough: what is never written is never known.
        """
        left = Counter({arm: number for arm, number in sorted(supply.items()) if number > 0})
        dealt: Counter[Arm] = Counter()
        types = sorted({arm.dream_type for arm in left})
        first = types if len(types) <= places else []
        for place in range(places):
            arms = [arm for arm in left if place >= len(first) or arm.dream_type == first[place]]
            if not arms:
                break
            arm = self.best(arms)
            dealt[arm] += 1
            left[arm] -= 1
            if not left[arm]:
                del left[arm]
        return dealt

    def _rate(self, dream_type: str, writer: str) -> float:
        """A rate that the type and writer may have over all procedures."""
        worse, better = self._tally.pooled.get((dream_type, writer), (0.0, 0.0))
        rate = self._chance.betavariate(1 + better, 1 + worse)
        return min(max(rate, LEAST_RATE), 1 - LEAST_RATE)
