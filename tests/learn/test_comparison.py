"""Intervals for shares and their differences, against published figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.learn.comparison import compare, wilson

COUNTS = st.integers(0, 200).flatmap(lambda tested: st.tuples(st.integers(0, tested), st.just(tested)))


@pytest.mark.parametrize(
    ("passed", "tested", "low", "high"),
    # R. G. Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I, method 3
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson(passed: int, tested: int, low: float, high: float) -> None:
    assert wilson(passed, tested) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    # R. G. Newcombe, "Interval estimation for the difference", 1998, table II, method 10
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_newcombe(first: tuple[int, int], second: tuple[int, int], low: float, high: float) -> None:
    found = compare(first, second)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@given(COUNTS, COUNTS)
def test_an_interval_holds_what_was_seen(first: tuple[int, int], second: tuple[int, int]) -> None:
    found, turned = compare(first, second), compare(second, first)
    if not first[1] or not second[1]:
        assert found is None
        return
    assert found is not None
    assert turned is not None
    assert -1 <= found.low <= found.difference <= found.high <= 1
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))


def test_nothing_tested() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
