"""From a score to a probability, by what became of dreams that were scored before.

Two steps, both with a prior, so that few outcomes change little:

- *Platt scaling* (J. Platt 1999): a logistic regression of the outcome on the logit of the score, per
judge. Its
  slope is not below 0, because a judge that is worse than chance has nothing to say, not the opposite.
- *Pooling*: dreams of one writer and type pass more often than others or less. Below ``OWN_LINE`` outcomes,
their
  pass rate is a Beta-binomial between the overall rate and their own; it shifts the regression. From there
  on, they have a regression of their own.

Invariants: pure, deterministic; a result is between 0 and 1, and rises with the score; without outcomes a
score stays close to what it was.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

OWN_LINE = 20
"""Minimum outcomes of one writer and type for a regression of their own."""
STRENGTH = 10.0
"""Outcomes that the overall pass rate counts as, against those of one writer and type."""
SLOPE_PRIOR = (0.5, 0.5)
"""Mean and standard deviation of the slope before any outcome: half of what a judge says is believed."""
INTERCEPT_DEVIATION = 1.5
"""Standard deviation of the intercept, whose mean is 0, on the scale of logits."""
EDGE = 0.02
"""Scores are clipped to this distance from 0 and 1, where the logit is infinite."""
NEWTON_STEPS = 30
"""Newton steps; a fit needs five to ten."""


@dataclass(frozen=True, slots=True)
class Past:
    """A score from before the test, and the outcome; ``group`` is the writer and the type."""

    score: float
    passed: bool
    group: Hashable = None


@dataclass(frozen=True, slots=True)
class Line:
    """A regression: the logit of the outcome is ``intercept + slope × logit(score)``."""

    slope: float = SLOPE_PRIOR[0]
    intercept: float = 0.0

    def at(self, score: float, offset: float = 0.0) -> float:
        """The probability of a pass."""
        return sigmoid(self.intercept + offset + self.slope * logit(score))


@dataclass(frozen=True, slots=True)
class Calibrator:
    """What the outcomes of one judge teach. ``outcomes`` is how many there were."""

    overall: Line = field(default_factory=Line)
    lines: dict[Hashable, Line] = field(default_factory=dict)
    offsets: dict[Hashable, float] = field(default_factory=dict)
    outcomes: int = 0

    def calibrated(self, score: float, group: Hashable = None) -> float:
        """The probability that a dream of ``group`` with this score passes."""
        own = self.lines.get(group)
        return own.at(score) if own is not None else self.overall.at(score, self.offsets.get(group, 0.0))


def learn_calibration(past: Sequence[Past]) -> Calibrator:
    """What ``past`` teaches of one judge."""
    overall = fit(past, Line())
    groups: dict[Hashable, list[Past]] = {}
    for one in past:
        groups.setdefault(one.group, []).append(one)
    lines: dict[Hashable, Line] = {}
    offsets: dict[Hashable, float] = {}
    for group, found in groups.items():
        expected = sum(overall.at(one.score) for one in found) / len(found)
        pooled = pooled_rate(sum(one.passed for one in found), len(found), expected)
        offsets[group] = logit(pooled) - logit(expected)
        if len(found) >= OWN_LINE:
            start = Line(overall.slope, overall.intercept + offsets[group])
            lines[group] = fit(found, start)
    return Calibrator(overall, lines, offsets, len(past))


def pooled_rate(passed: int, outcomes: int, prior: float, strength: float = STRENGTH) -> float:
    """The mean of a Beta-binomial: the pass rate of a group, drawn towards ``prior`` where outcomes are
    few."""
    return (prior * strength + passed) / (strength + outcomes)


def fit(past: Iterable[Past], prior: Line) -> Line:
    """The most probable line, by Newton's method; without outcomes it is ``prior``."""
    points = [(logit(one.score), one.passed) for one in past]
    weight_slope, weight_intercept = 1 / SLOPE_PRIOR[1] ** 2, 1 / INTERCEPT_DEVIATION**2
    slope, intercept = prior.slope, prior.intercept
    for _ in range(NEWTON_STEPS):
        # Gradient and Hessian of the negative log posterior.
        g_slope = weight_slope * (slope - prior.slope)
        g_intercept = weight_intercept * (intercept - prior.intercept)
        h_slope, h_both, h_intercept = weight_slope, 0.0, weight_intercept
        for x, passed in points:
            p = sigmoid(intercept + slope * x)
            error, spread = p - passed, p * (1 - p)
            g_slope += error * x
            g_intercept += error
            h_slope += spread * x * x
            h_both += spread * x
            h_intercept += spread
        determinant = h_slope * h_intercept - h_both * h_both
        step_slope = (h_intercept * g_slope - h_both * g_intercept) / determinant
        step_intercept = (h_slope * g_intercept - h_both * g_slope) / determinant
        size = max(abs(step_slope), abs(step_intercept), 1.0)
        slope, intercept = slope - step_slope / size, intercept - step_intercept / size
        if max(abs(step_slope), abs(step_intercept)) < 1e-9:
            break
    if slope < 0:
        return _flat(points, prior)
    return Line(slope, intercept)


def _flat(points: Sequence[tuple[float, bool]], prior: Line) -> Line:
    """The most probable line whose slope is 0: the same probability for every score."""
    weight = 1 / INTERCEPT_DEVIATION**2
    intercept = prior.intercept
    passed = sum(one for _, one in points)
    for _ in range(NEWTON_STEPS):
        p = sigmoid(intercept)
        gradient = weight * (intercept - prior.intercept) + len(points) * p - passed
        step = gradient / (weight + len(points) * p * (1 - p))
        intercept -= max(-1.0, min(1.0, step))
        if abs(step) < 1e-9:
            break
    return Line(0.0, intercept)


def logit(score: float) -> float:
    """The log odds of a score, kept ``EDGE`` from 0 and 1."""
    kept = min(max(score, EDGE), 1 - EDGE)
    return math.log(kept / (1 - kept))


def sigmoid(x: float) -> float:
    """The probability with log odds ``x``."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
