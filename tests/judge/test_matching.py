"""Sets and dicts are compared as multisets, in nearly linear time."""

from __future__ import annotations

import datetime
import math
import random
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.judge.annotations import fits
from pytest_athena_dreams.judge.equality import difference
from pytest_athena_dreams.judge.matching import unmatched
from pytest_athena_dreams.models import Canonical
from pytest_athena_dreams.signatures import TypeSpec
from tests.judge.kit import travelled


class Key:
    """Equal to nothing but itself, as keys are by default."""

    def __init__(self, n: int) -> None:
        self.n = n


def nans(count: int) -> list[float]:
    return [float("nan") for _ in range(count)]


@pytest.mark.parametrize(
    ("a", "b", "alike"),
    [
        pytest.param(set(nans(1)), set(nans(50)), False, id="one-nan-for-fifty"),
        pytest.param(set(nans(50)), set(nans(50)), True, id="as-many-nans"),
        pytest.param(frozenset(nans(2)), frozenset(nans(3)), False, id="two-nans-for-three"),
        pytest.param({*nans(2), 1.0}, {*nans(1), 1.0, 2.0}, False, id="a-nan-for-a-number"),
        pytest.param(dict.fromkeys(nans(2)), dict.fromkeys(nans(3)), False, id="nans-as-keys"),
        pytest.param(
            dict(zip(nans(3), [1, 2, 3], strict=True)),
            dict(zip(nans(3), [3, 1, 2], strict=True)),
            True,
            id="nans-as-keys-in-another-order",
        ),
        pytest.param(
            dict(zip(nans(3), [1, 2, 3], strict=True)),
            dict(zip(nans(3), [3, 3, 2], strict=True)),
            False,
            id="keys-that-read-alike-with-other-values",
        ),
        pytest.param({Key(1): "a", Key(1): "b"}, {Key(1): "b", Key(1): "a"}, True, id="objects"),
        pytest.param(
            {Key(1): "a", Key(1): "b"}, {Key(1): "b", Key(1): "b"}, False, id="objects-with-other-values"
        ),
        pytest.param({(0.1 + 0.2, 5), (0.3, 1)}, {(0.3, 5), (0.1 + 0.2, 1)}, True, id="floats-in-tuples"),
        pytest.param({(0.1 + 0.2, 5), (0.3, 1)}, {(0.3, 5), (0.1 + 0.2, 2)}, False, id="tuples-that-differ"),
        pytest.param({0.3: 1, 0.5: 2}, {0.1 + 0.2: 1, 0.5: 3}, False, id="close-keys-another-value"),
        pytest.param(
            {frozenset({0.1 + 0.2, 7.0})}, {frozenset({0.3, 7.0})}, True, id="floats-in-sets-in-sets"
        ),
        pytest.param({1e-13, 1.0}, {-1e-13, 1.0}, True, id="around-zero"),
        pytest.param({math.inf}, {-math.inf}, False, id="infinities"),
    ],
)
def test_what_has_no_order_is_compared_with_how_often_it_is_there(a: object, b: object, alike: bool) -> None:
    assert (difference(travelled(a), travelled(b)) is None) == alike
    assert (difference(travelled(b), travelled(a)) is None) == alike


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), unique=True),
    st.sampled_from([0.0, 1e-9, 0.01, 1.0]),
)
def test_floats_in_sets_match_within_the_tolerance(items: list[float], tolerance: float) -> None:
    moved = {math.nextafter(x, math.inf) if tolerance else x for x in items}
    a, b = ({(x, 1.5) for x in values} for values in (items, moved))
    for left, right in ((set(items), moved), (a, b), (dict.fromkeys(a), dict.fromkeys(b))):
        assert difference(travelled(left), travelled(right), tolerance=tolerance) is None
    assert difference(travelled(set(items)), travelled({*moved, "x"}), tolerance=tolerance) is not None


HUGE: dict[str, tuple[Any, Any]] = {
    "ints": (["set", list(range(45_000))], ["set", list(range(1, 45_001))]),
    "texts": (["set", [str(n) for n in range(45_000)]], ["set", [f"{n}x" for n in range(45_000)]]),
    "floats": (["set", [n / 7 for n in range(45_000)]], ["set", [n / 7 + 1e-5 for n in range(45_000)]]),
    "floats-nearly-equal": (
        ["set", [1 + n * 1e-12 for n in range(45_000)]],
        ["set", [1 + n * 1e-12 + 0.5 for n in range(45_000)]],
    ),
    "one-cell": (
        ["set", [1.0 + n * 1e-11 for n in range(45_000)]],
        ["set", [1.0 + n * 2e-11 for n in range(45_000)]],
    ),
    "nans": (["set", [["float", "nan"]] * 45_000], ["set", [["float", "nan"]] * 44_999]),
    "tuples": (
        ["set", [["tuple", [0.5, n / 3]] for n in range(20_000)]],
        ["set", [["tuple", [0.5, n / 3 + 0.1]] for n in range(20_000)]],
    ),
    "keys": (
        ["dict", [[["float", "nan"], n] for n in range(45_000)]],
        ["dict", [[["float", "nan"], n + 1] for n in range(45_000)]],
    ),
}


@pytest.mark.parametrize(("a", "b"), HUGE.values(), ids=HUGE)
def test_comparing_large_sets_and_dicts_takes_nearly_linear_time(a: Any, b: Any) -> None:
    started = time.process_time()
    assert difference(a, b) is not None
    assert time.process_time() - started < 5, "all against all would take minutes"


def test_many_items_of_a_large_literal_type_are_checked_in_linear_time() -> None:
    literal = TypeSpec(kind="literal", values=tuple(f"name {n}" for n in range(3_000)))
    spec = TypeSpec(kind="list", args=(literal,))
    items = [f"name {n % 3_000}" for n in range(20_000)]
    started = time.process_time()
    assert fits(["list", items], spec)
    assert not fits(["list", [*items, "another"]], spec)
    assert not fits(1, TypeSpec(kind="literal", values=(True,)))
    assert time.process_time() - started < 2


def rows(change: float, count: int = 300) -> list[Any]:
    """Tuples of floats on both sides of zero, near it and beyond it, in no order, each times ``change``."""
    special = [math.inf, -math.inf, math.nan, 0.0]
    found = []
    for n in range(count):
        numbers = [(-1) ** n * 1.7**n % 1e9 * change, (n % 40 - 20) * 1e-14 * change, -n / 7 * change]
        found.append((*numbers, special[n % 4], n % 3))
    return found[::-1] if change == 1 else found


@pytest.mark.parametrize("make", [set, dict.fromkeys, lambda rows: {frozenset(row) for row in rows}])
def test_many_items_with_several_close_floats_are_paired(make: Any) -> None:
    """Too many to compare one by one: they are paired by the cells of the grid."""
    one, other = make(rows(1)), make(rows(1 + 3e-10))
    assert difference(travelled(one), travelled(other)) is None
    assert difference(travelled(other), travelled(one)) is None
    further = make(rows(1 + 3e-9))
    assert difference(travelled(one), travelled(further)) is not None


def test_one_of_many_items_that_differs_is_found() -> None:
    one, other = rows(1), rows(1 + 3e-10)
    other[7] = (*other[7][:2], other[7][2] * 1.001, *other[7][3:])
    found = difference(travelled(set(one)), travelled(set(other)))
    assert found is not None
    assert found.expected.count("(") == found.got.count("(") == 1


def close(x: float, y: float) -> bool:
    return math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-12) or (x != x and y != y)


def never(x: Canonical, y: Canonical) -> bool:
    raise AssertionError(f"{x} and {y} were compared one by one")


def alone(a: Sequence[Any], b: Sequence[Any]) -> tuple[list[int], list[int]]:
    """The indices of items without a partner, where the grid has to find all partners."""
    items = [[travelled(item) for item in each] for each in (a, b)]
    return unmatched(*items, tolerance=1e-9, close=close, equal=never)[:2]


NEAR = 1 + 4e-10


@pytest.mark.parametrize("width", [1, 2, 3])
@pytest.mark.parametrize("size", [1.0, 1e-3, 1e12, -7.0])
def test_the_grid_pairs_close_tuples_of_floats(width: int, size: float) -> None:
    draw = random.Random(width)
    a = [tuple(size * draw.uniform(1, 100) for _ in range(width)) for _ in range(300)]
    b = [tuple(x * NEAR for x in item) for item in a]
    draw.shuffle(b)
    assert alone(a, b) == ([], [])
    far = [tuple(x * (1 + 4e-9) for x in item) for item in a]
    assert alone(a, far) == ([*range(300)], [*range(300)])


ONE_TO_ONE = {
    "two floats around zero": [(1e-13, 2.0), (-1e-13, 3.0)],
    "nan beside a number": [(float("nan"), 1.5), (2.5, float("inf"))],
    "sets whose texts are in another order": [frozenset({10.0, 50.0}), frozenset({3.0, 99.5})],
    "sets of sets": [frozenset({frozenset({10.0, 1.5}), frozenset({2.5})})],
    "a named place beside a float": [(0.3, "a", 7), (0.3, "b", 7)],
}


@pytest.mark.parametrize("items", ONE_TO_ONE.values(), ids=ONE_TO_ONE.keys())
def test_the_grid_pairs_close_values_of_any_shape(items: list[Any]) -> None:
    def moved(value: Any) -> Any:
        if isinstance(value, float):
            return value / NEAR
        return type(value)(map(moved, value)) if isinstance(value, tuple | frozenset) else value

    assert alone(items, [moved(item) for item in reversed(items)]) == ([], [])


def test_an_item_has_one_partner() -> None:
    x = 0.3
    assert alone([(x, 5.5), (x * NEAR, 5.5)], [(x / NEAR, 5.5)]) in (([0], []), ([1], []))
    assert alone([(x / NEAR, 5.5)], [(x, 5.5), (x * NEAR, 5.5)]) in (([], [0]), ([], [1]))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((0.3, datetime.date(2020, 1, 1)), (0.1 + 0.2, datetime.date(2020, 1, 2))),
        ((0.3, 1), (0.1 + 0.2, 2)),
        ((0.3, "x"), (0.1 + 0.2, "y")),
    ],
)
def test_close_floats_pair_no_items_that_differ_elsewhere(a: Any, b: Any) -> None:
    assert alone([a], [b]) == ([0], [0])


@pytest.mark.parametrize("kind", [dict, OrderedDict])
def test_a_kind_of_dict_does_not_count(kind: type[Any]) -> None:
    a, b = {0.3: kind(a=1.5)}, {0.1 + 0.2: {"a": 1.5}}
    assert difference(travelled(a), travelled(b)) is None
    assert difference(travelled(a), travelled({0.1 + 0.2: {"a": 2.5}})) is not None
