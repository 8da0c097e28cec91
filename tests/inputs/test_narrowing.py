"""Narrowings: what each makes of a call, and that a width's bounds hold for all that is drawn."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.inputs.arguments import Arguments
from pytest_athena_dreams.inputs.narrowing import Narrowing, candidates, narrow, narrow_width, sample
from pytest_athena_dreams.inputs.scalars import Scalars, Width
from tests.inputs.kit import drawn, signature_of

TWO, _ = signature_of("def f(a: list[int], n: int): ...")


@pytest.mark.parametrize(
    ("name", "parameter", "other", "args", "expected"),
    [
        ("length", "n", "a", ([5, 6, 7], 40), ([5, 6, 7], 3)),
        ("index", "n", "a", ([5, 6, 7], 40), ([5, 6, 7], 1)),
        ("index", "n", "a", ([], 40), ([], 0)),
        ("within", "n", "a", ([5, 6, 7], 3), ([5, 6, 7], 1)),
        ("sorted", "", "", ([3, 1, 2], 0), ([1, 2, 3], 0)),
        ("distinct", "", "", ([3, 1, 3], 0), ([3, 1], 0)),
        ("same_length", "", "", ([3, 1], [1]), ([3], [1])),
        ("rectangular", "", "", ([[1, 2], [3]], 0), ([[1], [3]], 0)),
        ("square", "", "", ([[1, 2, 3], [4, 5, 6]], 0), ([[1, 2], [4, 5]], 0)),
        ("ordered", "", "", (9, 2), (2, 9)),
        ("uniform", "", "", ([1, "a", 2], 0), ([1, 2], 0)),
        ("numerals", "a", ":", ("ab", 0), ("97:98", 0)),
        ("sorted", "", "", ([3, "a"], 0), ([3, "a"], 0)),
        ("member", "n", "a", ([], 4), ([], 4)),
    ],
)
def test_what_a_narrowing_makes_of_a_call(
    name: str, parameter: str, other: str, args: Any, expected: Any
) -> None:
    assert narrow(Arguments(args), TWO, [Narrowing(name, parameter, other)]).args == expected


def test_a_member_is_an_item() -> None:
    narrowed = narrow(Arguments(([5, 6, 7], 40)), TWO, [Narrowing("member", "n", "a")])
    assert narrowed.args[1] in narrowed.args[0]


@given(st.lists(st.integers()), st.integers())
def test_a_narrowed_call_stays_as_it_is(a: list[int], n: int) -> None:
    for name in ("length", "index", "sorted", "distinct"):
        once = narrow(Arguments((a, n)), TWO, [Narrowing(name, "n", "a")])
        assert narrow(once, TWO, [Narrowing(name, "n", "a")]) == once


def numbers(value: Any) -> list[int]:
    return [n for item in value for n in numbers(item)] if isinstance(value, list) else [value]


@pytest.mark.parametrize(("name", "lowest"), [("natural", 0), ("positive", 1), ("several", 2)])
def test_numbers_are_drawn_within_the_width(name: str, lowest: int) -> None:
    found = drawn(TWO, 60, narrowings=(Narrowing(name),), wide=False)
    within = [min(numbers(list(x.args)), default=lowest) >= lowest for x in found]
    assert sum(within) > 0.7 * len(found)  # one in six is left as wide as it was


def test_the_tighter_of_two_bounds_holds() -> None:
    width = narrow_width(Width(), [Narrowing("natural"), Narrowing("several"), Narrowing("nonempty")])
    assert (width.lowest, width.min_size) == (2, 1)


@given(st.integers(-50, 50), st.integers(-50, 50), st.data())
def test_an_annotations_bounds_win_over_the_width(low: int, more: int, data: st.DataObject) -> None:
    scalars = Scalars([], Width(lowest=1, highest=12))
    high = low + abs(more)
    assert low <= data.draw(scalars.ints(low, high)) <= high


def test_a_sample_is_left_out_where_nothing_alike_can_be_made() -> None:
    assert sample(Arguments(([], 1)), TWO, Narrowing("nonempty")) is None
    assert sample(Arguments(([-4], -1)), TWO, Narrowing("natural")) == Arguments(([4], 1))


def test_candidates_fit_the_types() -> None:
    names = {n.name for n in candidates(TWO, [])}
    assert {"length", "index", "within", "member", "natural", "nonempty"} <= names
    assert not names & {"numerals", "same_length", "rectangular", "ordered"}
    texts, _ = signature_of("def f(s: str, t: str): ...")
    assert "numerals" in {n.name for n in candidates(texts, [])}
