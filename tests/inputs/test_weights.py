"""Weights hold, whatever the strategies are."""

from __future__ import annotations

from collections import Counter

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pytest_athena_dreams.inputs.weights import weighted
from tests.inputs.kit import drawn, signature_of


def test_a_strategy_is_drawn_as_often_as_its_weight_says() -> None:
    seen: Counter[str] = Counter()
    strategy = weighted((5, st.one_of(st.just("a"), st.just("a"))), (1, st.just("b")), (9, st.nothing()))

    @settings(max_examples=300, database=None, phases=[Phase.generate])
    @given(st.lists(strategy, min_size=10, max_size=10))
    def draw(values: list[str]) -> None:
        seen.update(values)

    draw()
    assert 0.75 < seen["a"] / seen.total() < 0.9


def test_strategies_that_are_made_while_drawing_draw_the_same_each_time() -> None:
    signature, _ = signature_of("def f(a: int, b: int, c: int) -> int: return a")
    pools = [drawn(signature, 100) for _ in range(5)]
    assert all(pool == pools[0] for pool in pools)


def test_nothing_of_nothing() -> None:
    assert weighted((3, st.nothing())).is_empty
