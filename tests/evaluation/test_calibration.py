"""Calibration: what it makes of scores, and how much it helps."""

from __future__ import annotations

import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.evaluation.calibration import (
    OWN_LINE,
    Line,
    Past,
    fit,
    learn_calibration,
    logit,
    pooled_rate,
    sigmoid,
)

from .judges import JUDGES, Judge, drawn, excesses

PASTS = st.lists(
    st.builds(Past, score=st.floats(0, 1), passed=st.booleans(), group=st.sampled_from("ab")), max_size=60
)


@given(PASTS, st.floats(0, 1), st.floats(0, 1), st.sampled_from("abc"))
def test_a_probability_that_rises_with_the_score(
    past: list[Past], one: float, other: float, group: str
) -> None:
    learnt = learn_calibration(past)
    low, high = sorted((one, other))
    first, second = learnt.calibrated(low, group), learnt.calibrated(high, group)
    assert 0 < first <= second < 1


def test_without_outcomes_half_of_what_is_said_is_believed() -> None:
    learnt = learn_calibration([])
    assert learnt.calibrated(0.5) == 0.5
    assert learnt.calibrated(0.9) == pytest.approx(sigmoid(0.5 * logit(0.9)))


def test_many_outcomes_tell_the_pass_rate() -> None:
    past = [Past(0.9, n % 10 < 3) for n in range(1000)]
    assert learn_calibration(past).calibrated(0.9) == pytest.approx(0.3, abs=0.01)


def test_a_judge_that_is_worse_than_chance_is_not_turned_around() -> None:
    past = [Past(0.2, True) for _ in range(100)] + [Past(0.8, False) for _ in range(100)]
    learnt = learn_calibration(past)
    assert learnt.calibrated(0.2) == learnt.calibrated(0.8) == pytest.approx(0.5, abs=0.01)


def test_few_outcomes_of_a_group_shift_it_a_little_and_many_more() -> None:
    others = [Past(0.7, n % 2 == 0, "usual") for n in range(100)]
    few = learn_calibration([*others, *[Past(0.7, True, "good")] * 4]).calibrated(0.7, "good")
    many = learn_calibration([*others, *[Past(0.7, True, "good")] * (OWN_LINE + 20)]).calibrated(0.7, "good")
    unknown = learn_calibration(others).calibrated(0.7, "good")
    assert unknown == pytest.approx(0.5, abs=0.03)
    assert unknown + 0.05 < few < many


@pytest.mark.parametrize(
    ("passed", "outcomes", "prior", "expected"),
    [(0, 0, 0.4, 0.4), (10, 10, 0.5, 0.75), (0, 10, 0.5, 0.25), (1, 1, 0.0, 1 / 11)],
)
def test_pooling(passed: int, outcomes: int, prior: float, expected: float) -> None:
    assert pooled_rate(passed, outcomes, prior) == pytest.approx(expected)


def test_a_fit_without_outcomes_is_its_prior() -> None:
    assert fit([], Line(0.7, -0.2)) == Line(0.7, -0.2)


@pytest.mark.parametrize("judge", JUDGES, ids=lambda judge: judge.name)
def test_calibration_halves_the_excess_within_200_outcomes(judge: Judge) -> None:
    raw, after = excesses(judge, runs=8, tested=500)
    assert after[200] <= raw / 2


def test_it_helps_where_all_groups_are_alike() -> None:
    """Not only because groups differ: of a judge that says yes to all, nothing is left but the pass rate."""
    chance = random.Random(1)
    past = [Past(p.score, p.passed) for p in drawn(JUDGES[0], 200, chance)]
    later = drawn(JUDGES[0], 2000, chance)
    learnt = learn_calibration(past)
    rate = statistics.fmean(one.passed for one in later)
    raw = statistics.fmean((one.score - one.passed) ** 2 for one in later)
    after = statistics.fmean((learnt.calibrated(one.score) - one.passed) ** 2 for one in later)
    assert after - rate * (1 - rate) < 0.1 * (raw - rate * (1 - rate))
