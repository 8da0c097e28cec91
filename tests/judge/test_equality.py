"""Equality of canonical values, checked against Python's own on values that survive the way."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.judge.equality import difference
from pytest_athena_dreams.sandbox.jail.canonical import canonical

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
hashables = st.deferred(
    lambda: st.recursive(scalars, lambda i: st.tuples(i, i) | st.frozensets(i, max_size=3), max_leaves=5)
)
values = st.recursive(
    hashables,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(hashables, inner, max_size=4)
        | st.sets(hashables, max_size=4)
        | st.tuples(inner, inner)
    ),
    max_leaves=20,
)


def travelled(value: object) -> Any:
    """A value as the parent gets it: canonical, through JSON and back."""
    return json.loads(json.dumps(canonical(value, consume=True)))


@given(values)
def test_a_value_equals_itself(value: object) -> None:
    assert difference(travelled(value), travelled(value)) is None


def same(a: Any, b: Any) -> bool:
    """Equality as the module promises it, told independently: Python's, but type-exact and NaN-aware."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return (a != a and b != b) or math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return same_items(list(a.items()), list(b.items()))
    if isinstance(a, set | frozenset):
        return same_items(list(a), list(b))
    return bool(a == b)


def same_items(a: list[Any], b: list[Any]) -> bool:
    rest = list(b)
    for x in a:
        match = next((n for n, y in enumerate(rest) if same(x, y)), None)
        if match is None:
            return False
        del rest[match]
    return not rest


@given(values, values)
def test_it_agrees_with_python_on_any_two_values(a: object, b: object) -> None:
    assert (difference(travelled(a), travelled(b)) is None) == same(a, b)


@given(values)
def test_difference_is_symmetric(value: object) -> None:
    other = travelled([value])
    assert difference(travelled(value), other) is not None
    assert difference(other, travelled(value)) is not None


class Sub(int):
    pass


class Point:
    def __init__(self, x: int, y: int) -> None:
        self.x, self.y = x, y

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("a", "b", "path"),
    [
        pytest.param(True, 1, "", id="bool-is-no-int"),
        pytest.param(1, 1.0, "", id="int-is-no-float"),
        pytest.param(Sub(1), 1, "", id="subclass-is-named"),
        pytest.param([1, [2, 3]], [1, [2, 4]], "[1][1]", id="nested-list"),
        pytest.param((1,), [1], "", id="tuple-is-no-list"),
        pytest.param({"a": {"b": 1}}, {"a": {"b": 2}}, "['a']['b']", id="nested-dict"),
        pytest.param({1}, frozenset({1}), "", id="set-is-no-frozenset"),
        pytest.param(Point(1, 2), Point(1, 3), ".y", id="object-by-fields-whatever-its-eq"),
        pytest.param(iter([1, 2]), iter([1, 3]), "[1]", id="iterator-by-content"),
        pytest.param(2**70, 2**70 + 1, "", id="large-int"),
        pytest.param("x" * 300_000, "x" * 299_999 + "y", "", id="large-text-by-digest"),
        pytest.param("\ud800", "\ud801", "", id="lone-surrogate"),
    ],
)
def test_different(a: object, b: object, path: str) -> None:
    found = difference(travelled(a), travelled(b))
    assert found is not None
    assert found.path == path


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param(0.1 + 0.2, 0.3, id="rounding"),
        pytest.param([math.nan], [math.nan], id="nan"),
        pytest.param(0.0, -0.0, id="signs-of-zero"),
        pytest.param({"a": 1, "b": 2}, {"b": 2, "a": 1}, id="dict-order"),
        pytest.param({0.1 + 0.2: 1}, {0.3: 1}, id="float-keys"),
        pytest.param((n for n in range(3)), iter([0, 1, 2]), id="generator-and-iterator"),
        pytest.param(Point(1, 2), Point(1, 2), id="own-class"),
    ],
)
def test_equal(a: object, b: object) -> None:
    assert difference(travelled(a), travelled(b)) is None


def test_dicts_of_collections_equal_a_dict_with_the_same_items() -> None:
    import collections

    counter, ordered = collections.Counter("aab"), collections.OrderedDict(a=2, b=1)
    assert difference(travelled(dict(counter)), travelled(counter)) is None
    assert difference(travelled(ordered), travelled(counter)) is None
    other = collections.OrderedDict(b=1, a=2)
    assert difference(travelled(ordered), travelled(other)) is not None, "two ordered dicts have an order"


def test_a_cycle_ends() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    assert difference(travelled(loop), travelled(loop)) is None
    assert difference(travelled(loop), travelled([1, [1, []]])) is not None
