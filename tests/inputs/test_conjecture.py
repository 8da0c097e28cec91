"""Hypothesis' engine, asked directly, draws what ``@given`` draws, whatever else is imported."""

from __future__ import annotations

import importlib
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from pytest_athena_dreams.inputs.conjecture import Choices, draw, nothing_mined, shrunk
from tests.inputs.kit import drawn, signature_of

STRATEGIES: list[st.SearchStrategy[Any]] = [
    st.integers(),
    st.lists(st.text(), unique=True),
    st.floats() | st.dictionaries(st.text(max_size=3), st.booleans()),
    st.lists(st.integers()).filter(lambda xs: len(xs) % 2 == 0),
    st.integers(0, 20).flatmap(lambda n: st.lists(st.just(n), max_size=n)),
    st.randoms().map(lambda chance: chance.random()),
]


def drawn_directly(strategy: st.SearchStrategy[Any], examples: int) -> list[tuple[Any, Choices]]:
    found: list[tuple[Any, Choices]] = []
    draw(strategy, lambda value, choices: found.append((value, choices)), examples=examples, seed=7)
    return found


@pytest.mark.parametrize("strategy", STRATEGIES, ids=repr)
def test_it_draws_what_given_draws(strategy: st.SearchStrategy[Any]) -> None:
    found = []

    @seed(7)
    @settings(
        max_examples=60,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def test(value: Any) -> None:
        found.append(value)

    with nothing_mined():
        test()
    assert list(map(repr, found)) == [repr(value) for value, _ in drawn_directly(strategy, 60)]


def test_a_strategy_that_draws_from_random_itself_is_seeded_if_asked_to() -> None:
    def drawn_twice(*, seeded: bool) -> list[list[float]]:
        runs: list[list[float]] = [[], []]
        for found in runs:
            draw(
                st.integers().map(lambda n: n + random.random()),
                lambda value, _, found=found: found.append(value),  # type: ignore[misc]
                examples=20,
                seed=7,
                seeded=seeded,
            )
        return runs

    first, second = drawn_twice(seeded=True)
    assert first == second
    first, second = drawn_twice(seeded=False)
    assert first != second


def test_what_keep_raises_ends_it() -> None:
    found: list[int] = []

    def keep(value: int, choices: Choices) -> None:
        found.append(value)
        if len(found) == 3:
            raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        draw(st.integers(), keep, examples=50, seed=0)
    assert len(found) == 3


def test_what_a_strategy_raises_is_told_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        drawn_directly(st.integers().map(lambda n: n // 0), 10)


def test_a_strategy_that_lets_nothing_through_is_named() -> None:
    with pytest.raises(Unsatisfiable, match=r"integers\(\)\.filter"):
        drawn_directly(st.integers().filter(lambda n: False), 10)


def test_a_shrink_starts_from_the_choices_of_an_example() -> None:
    lists = st.lists(st.integers())
    failing, choices = next(pair for pair in drawn_directly(lists, 100) if sum(pair[0]) > 1000)
    asked: list[list[int]] = []

    def fails(value: list[int]) -> bool:
        asked.append(value)
        return sum(value) > 1000

    assert shrunk(lists, fails, choices, examples=100, seed=0) == [1001]
    assert asked[0] == failing


def test_a_shrink_without_a_start_looks_for_one() -> None:
    assert shrunk(st.integers(), lambda n: n > 300, None, examples=100, seed=0) == 301
    assert shrunk(st.integers(), lambda n: False, None, examples=100, seed=0) is None


def test_constants_of_imported_modules_are_not_drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    signature, _ = signature_of("def f(a: int, s: str, x: float) -> int: return a")
    before = drawn(signature, 300)
    lines = (f"N{n}, S{n} = {n * 7919 + 123457}, 'mine {n}'\n" for n in range(300))
    (tmp_path / "figures.py").write_text("".join(lines))
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("figures")
    assert drawn(signature, 300) == before
