"""Our own numbers beside Athena's: success by group, calibration, distributions.

Invariants: pure; a number that can't be had is ``None``, never 0; shares and scores are from 0 to 1.
"""

from __future__ import annotations

import statistics
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum

BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """How the tested dreams of one kind fared; ``rate`` is the share that passed."""

    name: str
    tested: int
    passed: int
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Decile:
    """Dreams whose score is in one tenth, and how many of them passed."""

    low: float
    high: float
    count: int
    predicted: float | None
    observed: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How well a score predicted the outcome.

    ``brier`` is the mean of ``(score - outcome)²`` with 1 for a pass (G. W. Brier 1950, for two classes): 0
    is perfect. ``reference`` is the same for a forecast that is always the share that passed, so a ``brier``
    above it means that the score is worse than no score. ``error`` is the mean gap between forecast and
    outcome over the deciles, weighted by their dreams (expected calibration error).
    """

    count: int
    brier: float | None
    reference: float | None
    error: float | None
    deciles: tuple[Decile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """A summary of numbers: quartiles, mean, and a histogram with bins ``(low, high, count)``."""

    count: int
    low: float
    quartile: float
    median: float
    upper_quartile: float
    high: float
    mean: float
    bins: tuple[tuple[float, float, int], ...]


def groups(counts: Mapping[tuple[str, bool], int]) -> tuple[Group, ...]:
    """Success by name, the largest group first. ``counts`` are dreams by name and whether they passed."""
    names = dict.fromkeys(name for name, _ in counts)
    made = []
    for name in names:
        passed = counts.get((name, True), 0)
        tested = passed + counts.get((name, False), 0)
        made.append(Group(name=name, tested=tested, passed=passed, rate=passed / tested))
    return tuple(sorted(made, key=lambda group: (-group.tested, group.name)))


class _Bin:
    """The scores of the dreams of one tenth, by whether they passed."""

    def __init__(self) -> None:
        self.passed, self.failed = array("d"), array("d")

    @property
    def count(self) -> int:
        return len(self.passed) + len(self.failed)

    @property
    def scores(self) -> float:
        return fsum(self.passed) + fsum(self.failed)

    @property
    def squares(self) -> float:
        return fsum((score - 1) ** 2 for score in self.passed) + fsum(score**2 for score in self.failed)


def calibration(pairs: Iterable[tuple[float, bool]]) -> Calibration:
    """Compare forecasts from 0 to 1 with the outcomes; other forecasts are left out."""
    bins = [_Bin() for _ in range(BINS)]
    for score, passed in pairs:
        if 0 <= score <= 1:
            found = bins[min(int(score * BINS), BINS - 1)]
            (found.passed if passed else found.failed).append(score)
    deciles = tuple(_decile(index, found) for index, found in enumerate(bins))
    count = sum(found.count for found in bins)
    if not count:
        return Calibration(count=0, brier=None, reference=None, error=None, deciles=deciles)
    rate = sum(len(found.passed) for found in bins) / count
    return Calibration(
        count=count,
        brier=fsum(found.squares for found in bins) / count,
        reference=rate * (1 - rate),
        error=fsum(abs(found.scores - len(found.passed)) for found in bins) / count,
        deciles=deciles,
    )


def _decile(index: int, found: _Bin) -> Decile:
    return Decile(
        low=index / BINS,
        high=(index + 1) / BINS,
        count=found.count,
        predicted=found.scores / found.count if found.count else None,
        observed=len(found.passed) / found.count if found.count else None,
    )


def distribution(values: Iterable[float], *, edges: Sequence[float] = ()) -> Distribution | None:
    """The distribution of ``values``; ``None`` if there are none. Without ``edges``, bins have equal width.

    The first and last bin include values outside the edges.
    """
    known = sorted(values)
    if not known:
        return None
    low, high = known[0], known[-1]
    width = (high - low) / BINS or 1.0
    limits = list(edges) or [low + n * width for n in range(BINS + 1)]
    ends = [0, *(bisect_left(known, edge) for edge in limits[1:-1]), len(known)]
    counts = [end - start for start, end in pairwise(ends)]
    quartiles = statistics.quantiles(known, n=4, method="inclusive") if len(known) > 1 else [low] * 3
    return Distribution(
        count=len(known),
        low=low,
        quartile=quartiles[0],
        median=quartiles[1],
        upper_quartile=quartiles[2],
        high=high,
        mean=statistics.fmean(known),
        bins=tuple(zip(limits, limits[1:], counts, strict=False)),
    )
