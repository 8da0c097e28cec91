"""Athena's health, calibration and distributions, against figures worked out by hand."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.learn.health import WEIGHTS, metrics
from pytest_athena_dreams.learn.metrics import Group, calibration, distribution, groups


def dream(**fields: Any) -> dict[str, Any]:
    return {
        "tier": 1,
        "status": "tested",
        "viability_score": 0.8,
        "novelty_score": 0.5,
        "cross_project_matches": 0,
        "test_outcome": "success",
    } | fields


def generated(seconds: float, dreams: int = 10, usage: str | None = None) -> dict[str, Any]:
    return {"duration_seconds": seconds, "total_dreams_generated": dreams, "model_usage": usage}


def test_the_row_of_four_dreams_worked_out_by_hand() -> None:
    dreams = [
        dream(cross_project_matches=2, novelty_score=0.9),
        dream(test_outcome="failure", novelty_score=None),
        dream(tier=2, status="pending_test", test_outcome=None, viability_score=None),
        dream(tier=3, status="archived", test_outcome=None, viability_score=0.2, novelty_score=1.0),
    ]
    row = metrics(dreams, [generated(40.0, usage='{"m": 30}'), generated(80.0)], adoptions=7)
    expected = {
        "average_viability_score": 0.6,  # 0.8, 0.8, 0.2
        "tier1_count": 2,
        "tier2_count": 1,
        "tier3_count": 1,
        "tier1_test_success_rate": 0.5,
        "tier1_test_count": 2,
        "average_novelty_score": 0.7,  # 0.9, 0.5; the archived one was never evaluated as viable
        "high_novelty_count": 1,
        "cross_project_adoption_rate": 0.5,
        "dreams_adopted_count": 7,
        "average_generation_time_seconds": 60.0,
        "api_requests_per_dream": 3.0,
        "novelty_score_weighted": 0.6 * (0.7 * 0.7 + 0.3 * 0.1),
        "quality_evolution_weighted": 0.15 * (0.5 * 0.6 + 0.3 * 1.4 / 4 + 0.2 * 0.5),
        "cross_project_leverage_weighted": 0.15,
        "efficiency_weighted": 0.1 * 0.5,
    }
    expected["compound_health_score"] = sum(value for name, value in expected.items() if name in WEIGHTS)
    assert row == pytest.approx(expected)


def test_an_empty_store_has_a_row() -> None:
    row = metrics([], [])
    assert row["compound_health_score"] == pytest.approx(0.1)  # nothing generated took no time: Athena's rule
    assert row["api_requests_per_dream"] == 30.0


@pytest.mark.parametrize("usage", [None, "", "words", "[1]", '{"m": "x"}', '{"m": -1}'])
def test_a_usage_that_says_nothing_leaves_the_estimate(usage: str | None) -> None:
    assert metrics([dream()], [generated(1.0, usage=usage)])["api_requests_per_dream"] == 30.0


scores = st.none() | st.floats(0, 1)
dreams = st.builds(
    dream,
    tier=st.sampled_from([None, 1, 2, 3]),
    status=st.sampled_from(["evaluated", "tested", "archived", None]),
    viability_score=scores,
    novelty_score=scores,
    cross_project_matches=st.none() | st.integers(0, 5),
    test_outcome=st.sampled_from([None, "success", "failure"]),
)


@given(st.lists(dreams), st.lists(st.floats(0, 1e6).map(generated)))
def test_health_and_its_parts_stay_within_their_weights(
    rows: list[dict[str, Any]], runs: list[dict[str, Any]]
) -> None:
    row = metrics(rows, runs)
    assert all(0 <= row[name] <= weight + 1e-9 for name, weight in WEIGHTS.items())
    assert row["compound_health_score"] == pytest.approx(sum(row[name] for name in WEIGHTS))


def test_calibration_worked_out_by_hand() -> None:
    found = calibration([(0.9, True), (0.9, True), (0.9, False), (0.1, False), (1.0, True), (7.0, True)])
    assert found.count == 5
    assert found.brier == pytest.approx((0.01 + 0.01 + 0.81 + 0.01 + 0) / 5)
    assert found.reference == pytest.approx(0.6 * 0.4)
    last = found.deciles[9]
    assert (last.low, last.high, last.count) == (0.9, 1.0, 4)
    assert last.predicted == pytest.approx(0.925)
    assert last.observed == pytest.approx(0.75)
    assert found.error == pytest.approx((4 * 0.175 + 1 * 0.1) / 5)
    assert [d.count for d in found.deciles] == [0, 1, 0, 0, 0, 0, 0, 0, 0, 4]


def test_calibration_of_nothing_says_so() -> None:
    found = calibration([])
    assert (found.count, found.brier, found.reference, found.error) == (0, None, None, None)


def test_groups_are_counted_the_largest_first() -> None:
    assert groups(Counter([("b", True), ("a", False), ("b", False), ("c", True)])) == (
        Group(name="b", tested=2, passed=1, rate=0.5),
        Group(name="a", tested=1, passed=0, rate=0.0),
        Group(name="c", tested=1, passed=1, rate=1.0),
    )


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_a_distribution_holds_every_value(values: list[float]) -> None:
    found = distribution(values)
    assert found is not None
    assert sum(count for _, _, count in found.bins) == found.count == len(values)
    assert found.low <= found.quartile <= found.median <= found.upper_quartile <= found.high


def test_a_distribution_with_edges_takes_what_lies_outside_too() -> None:
    found = distribution([-1, 0.2, 5, 9], edges=[0, 1, 2])
    assert found is not None
    assert found.bins == ((0, 1, 2), (1, 2, 2))
    assert distribution([]) is None
