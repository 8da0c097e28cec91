"""Simulated nights: writers whose rates of improvement are known to the simulation and to nobody else."""

from __future__ import annotations

import random
from collections import Counter

from pytest_athena_dreams.dreaming.allotment import Allotment, Arm, Record, Tally
from pytest_athena_dreams.models import DreamType

RATES = {
    (DreamType.CONSTRAINT_RELAXATION, "mechanical"): 0.15,
    (DreamType.CONSTRAINT_RELAXATION, "model"): 0.10,
    (DreamType.CONDITIONAL_VARIANT, "mechanical"): 0.08,
    (DreamType.CONDITIONAL_VARIANT, "model"): 0.15,
    (DreamType.PARAMETER_EXPLORATION, "mechanical"): 0.02,
    (DreamType.PARAMETER_EXPLORATION, "model"): 0.05,
    (DreamType.CROSS_PROJECT_SYNTHESIS, "mechanical"): 0.01,
    (DreamType.CROSS_PROJECT_SYNTHESIS, "model"): 0.25,
}
"""Share of dreams that improve a procedure. The order of these eight is drawn anew for each world."""
PLACES = 15
"""Dreams of a procedure and night: the strategy ``balanced``."""


def world(chance: random.Random, procedures: int) -> dict[Arm, float]:
    """The rate of each arm: that of its type and writer, and up to twice or half of it for a procedure."""
    kinds, rates = list(RATES), list(RATES.values())
    chance.shuffle(rates)
    return {
        Arm(procedure=procedure, dream_type=kind, writer=writer): min(1.0, rate * 2 ** chance.uniform(-1, 1))
        for procedure in range(procedures)
        for (kind, writer), rate in zip(kinds, rates, strict=True)
    }


def dream(rates: dict[Arm, float], dealt: Counter[Arm], chance: random.Random) -> list[tuple[Arm, bool]]:
    """Whether each dream is better."""
    return [(arm, chance.random() < rates[arm]) for arm in dealt.elements()]


def nights(seed: int, procedures: int, number: int) -> tuple[int, int]:
    """The improvements that the allotment finds in so many nights, and those of an even split."""
    rates = world(random.Random(f"world {seed}"), procedures)
    chance = random.Random(f"outcomes {seed}")
    seen: list[tuple[int, Arm, bool]] = []
    found = even = 0
    for night in range(number):
        tally = Tally(Record(arm=arm, better=better, age=night - then) for then, arm, better in seen)
        for procedure in range(procedures):
            arms = [arm for arm in rates if arm.procedure == procedure]
            allotment = Allotment(tally, f"{seed}:{night}:{procedure}")
            outcomes = dream(rates, allotment.deal(dict.fromkeys(arms, PLACES), PLACES), chance)
            found += sum(better for _, better in outcomes)
            seen += [(night, arm, better) for arm, better in outcomes]
            turned = arms[night % len(arms) :] + arms[: night % len(arms)]
            split = Counter(turned[place % len(arms)] for place in range(PLACES))
            even += sum(better for _, better in dream(rates, split, chance))
    return found, even
