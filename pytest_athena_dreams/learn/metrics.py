"""Our own numbers beside Athena's: success by group, calibration, distributions.

Invariants: pure; a number that can't be had is ``None``, never 0; shares and scores are from 0 to 1.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

BINS = 10

T = TypeVar("T")


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


def groups(items: Iterable[T], name: Callable[[T], str], passed: Callable[[T], bool]) -> tuple[Group, ...]:
    """Success by ``name``, the largest group first."""
    counts: dict[str, list[int]] = {}
    for item in items:
        count = counts.setdefault(name(item), [0, 0])
        count[0] += 1
        count[1] += passed(item)
    made = [Group(name=key, tested=n, passed=k, rate=k / n) for key, (n, k) in counts.items()]
    return tuple(sorted(made, key=lambda group: (-group.tested, group.name)))


def calibration(pairs: Sequence[tuple[float, bool]]) -> Calibration:
    """Compare forecasts from 0 to 1 with the outcomes; other forecasts are left out."""
    usable = [(score, passed) for score, passed in pairs if 0 <= score <= 1]
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for score, passed in usable:
        bins[min(int(score * BINS), BINS - 1)].append((score, passed))
    deciles = tuple(_decile(index, found) for index, found in enumerate(bins))
    if not usable:
        return Calibration(count=0, brier=None, reference=None, error=None, deciles=deciles)
    rate = statistics.fmean(passed for _, passed in usable)
    gaps = [
        d.count * abs(d.predicted - d.observed)
        for d in deciles
        if d.predicted is not None and d.observed is not None
    ]
    return Calibration(
        count=len(usable),
        brier=statistics.fmean((score - passed) ** 2 for score, passed in usable),
        reference=rate * (1 - rate),
        error=sum(gaps) / len(usable),
        deciles=deciles,
    )


def _decile(index: int, found: Sequence[tuple[float, bool]]) -> Decile:
    return Decile(
        low=index / BINS,
        high=(index + 1) / BINS,
        count=len(found),
        predicted=statistics.fmean(score for score, _ in found) if found else None,
        observed=statistics.fmean(passed for _, passed in found) if found else None,
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
    counts = [0] * (len(limits) - 1)
    for value in known:
        inner = sum(value >= edge for edge in limits[1:-1])
        counts[inner] += 1
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
