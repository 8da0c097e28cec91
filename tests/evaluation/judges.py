"""Simulated judges, and how much calibration helps each of them."""

from __future__ import annotations

import random
import statistics
from dataclasses import dataclass

from pytest_athena_dreams.evaluation.calibration import Past, learn_calibration, sigmoid

OUTCOMES = (20, 50, 100, 200)
TESTED = 2_000
"""Further dreams on which a calibration is measured."""
RUNS = 40
RATES = (0.15, 0.3, 0.4, 0.5, 0.5, 0.6, 0.7, 0.85)
"""Pass rates of the groups."""


@dataclass(frozen=True)
class Judge:
    """A judge: its score is the sigmoid of ``bias + skill × outcome + noise``, outcomes being -1 and 1."""

    name: str
    skill: float
    bias: float
    noise: float

    def score(self, passed: bool, chance: random.Random) -> float:
        return sigmoid(self.bias + self.skill * (1 if passed else -1) + chance.gauss(0, self.noise))


JUDGES = (
    Judge("says yes to all, knows nothing", 0.0, 2.0, 0.7),
    Judge("a small model: worse than chance", -0.15, 1.2, 1.0),
    Judge("knows a little, too sure", 0.4, 1.5, 2.0),
    Judge("knows a lot, too strict", 1.2, -1.5, 1.2),
    Judge("knows nothing, scatters", 0.0, 0.0, 2.5),
)


def drawn(judge: Judge, count: int, chance: random.Random) -> list[Past]:
    found = []
    for _ in range(count):
        group = chance.randrange(len(RATES))
        passed = chance.random() < RATES[group]
        found.append(Past(judge.score(passed, chance), passed, group))
    return found


def auc(past: list[Past]) -> float:
    ranked = sorted(past, key=lambda one: one.score)
    below = total = 0
    for one in ranked:
        if one.passed:
            total += below
        else:
            below += 1
    return total / (below * (len(past) - below))


def excesses(judge: Judge, *, runs: int = RUNS, tested: int = TESTED) -> tuple[float, dict[int, float]]:
    """The excess Brier score of a judge, raw and after each number of outcomes; means over the runs."""
    raw: list[float] = []
    calibrated: dict[int, list[float]] = {count: [] for count in OUTCOMES}
    for seed in range(runs):
        chance = random.Random(seed)
        past, later = drawn(judge, max(OUTCOMES), chance), drawn(judge, tested, chance)
        rate = statistics.fmean(one.passed for one in later)
        base = rate * (1 - rate)
        raw.append(statistics.fmean((one.score - one.passed) ** 2 for one in later) - base)
        for count in OUTCOMES:
            learnt = learn_calibration(past[:count])
            errors = ((learnt.calibrated(one.score, one.group) - one.passed) ** 2 for one in later)
            calibrated[count].append(statistics.fmean(errors) - base)
    return statistics.fmean(raw), {count: statistics.fmean(found) for count, found in calibrated.items()}
