"""Sets and dicts are compared as multisets, in nearly linear time."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.judge.annotations import fits
from pytest_athena_dreams.judge.equality import difference
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
