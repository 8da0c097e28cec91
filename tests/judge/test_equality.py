"""Equality of canonical values, checked against Python's own on values that survive the way."""

from __future__ import annotations

import datetime
import decimal
import enum
import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.judge.annotations import fits
from pytest_athena_dreams.judge.equality import difference, same_type
from pytest_athena_dreams.judge.render import render, shorten
from pytest_athena_dreams.models import packed
from pytest_athena_dreams.sandbox.jail.canonical import ITERATOR_ITEMS, WHOLE_VALUE, Walk
from pytest_athena_dreams.sandbox.jail.encoding import alike
from pytest_athena_dreams.signatures import TypeSpec
from tests.judge.kit import travelled

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


@given(values)
def test_a_value_equals_itself(value: object) -> None:
    assert difference(travelled(value), travelled(value)) is None


def same(a: Any, b: Any) -> bool:
    """Equality as the module promises it, computed independently: Python's, but type-exact and NaN-aware."""
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


class Day(datetime.date):
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
        pytest.param("x" * 300_000, "x" * 299_999 + "y", "[299999:]", id="long-text"),
        pytest.param(Day(2020, 1, 1), Day(2020, 1, 2), "", id="subclass-of-a-date-by-what-it-holds"),
        pytest.param({True: 1}, {1: 1}, "", id="bool-is-no-int-as-a-key"),
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


def test_where_long_texts_differ_is_written() -> None:
    text = "".join(map(str, range(60)))
    found = difference(travelled([text]), travelled([text[:70] + "x"]))
    assert found is not None
    assert found.path == "[0][70:]"
    assert (found.expected[:12], found.got) == ("'40414243444", "'x'")
    found = difference(travelled(text), travelled(text + "\n"))
    assert found is not None
    assert (found.expected, found.got) == ("the end", "'\\n'")


def test_a_cycle_ends() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    assert difference(travelled(loop), travelled(loop)) is None
    assert difference(travelled(loop), travelled([1, [1, []]])) is not None


@pytest.mark.parametrize(
    ("a", "b"),
    [(0.0, -0.0), ([0.0], [-0.0]), ({0.0: 1}, {-0.0: 1}), (complex(0.0, 0.0), complex(0.0, -0.0))],
)
def test_signs_of_zero_are_told_apart_when_asked(a: object, b: object) -> None:
    assert difference(travelled(a), travelled(b)) is None
    assert difference(travelled(a), travelled(b), signed_zero=True) is not None
    assert difference(travelled(a), travelled(a), signed_zero=True) is None


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(1e-15, 1))
def test_the_tolerance_is_relative_and_none_at_all_where_it_is_zero(value: float, tolerance: float) -> None:
    other = math.nextafter(value, math.inf)
    assert difference(travelled(value), travelled(other), tolerance=0) is not None
    other = value * (1 + tolerance / 2)
    assert math.isinf(other) or difference(travelled(value), travelled(other), tolerance=tolerance) is None


def test_a_list_held_twice_equals_two_equal_lists() -> None:
    row = [0]
    assert difference(travelled([row, row]), travelled([[0], [0]])) is None


@given(values, values)
def test_alike_is_equality_to_the_letter_but_for_zeros(a: object, b: object) -> None:
    left, right = travelled(a), travelled(b)
    text = [json.dumps(side).replace("-0.0", "0.0") for side in (left, right)]
    assert alike(left, right) == (text[0] == text[1])


def test_iterators_of_all_types_and_dicts_of_collections_are_of_one_type() -> None:
    import collections

    assert same_type(travelled(n for n in [1]), travelled(iter([2])))
    assert same_type(travelled({}), travelled(collections.Counter("a")))
    assert not same_type(travelled([1]), travelled(iter([1])))
    assert not same_type(travelled(1), travelled(True))


def numbers(count: int) -> list[float]:
    return [n / 7 for n in range(count)]


MANY = 60_000
LARGE: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "dict-in-another-order": (
        lambda: {str(n): n for n in range(MANY)},
        lambda: {str(n): n for n in reversed(range(MANY))},
    ),
    "set": (lambda: set(map(str, range(MANY * 3))), lambda: set(map(str, reversed(range(MANY * 3))))),
    "floats-that-differ-by-rounding": (
        lambda: [x * 3 for x in numbers(MANY)],
        lambda: [x + x + x for x in numbers(MANY)],
    ),
    "floats-on-the-edge-of-a-digit": (
        lambda: [2.0**-10] * MANY,
        lambda: [math.nextafter(2.0**-10, 0)] * MANY,
    ),
    "iterators-within": (
        lambda: [iter([1])] + [0] * WHOLE_VALUE,
        lambda: [(n for n in (1,)), *[0] * WHOLE_VALUE],
    ),
}


@pytest.mark.parametrize(("a", "b"), LARGE.values(), ids=LARGE)
def test_large_and_equal(a: Callable[[], Any], b: Callable[[], Any]) -> None:
    left, right = travelled(a()), travelled(b())
    assert left[0] == "cut"
    assert difference(left, right) is None
    assert len(json.dumps(left)) < WHOLE_VALUE / 4


@pytest.mark.parametrize(
    ("a", "b", "place"),
    [
        pytest.param(list(range(MANY * 4)), [*range(MANY * 4 - 1), 0], "[239", id="list"),
        pytest.param({"a": "x" * WHOLE_VALUE}, {"a": "x" * (WHOLE_VALUE - 1) + "y"}, "['a'][104", id="text"),
        pytest.param([numbers(MANY), 1], [[*numbers(MANY - 1), 0.0], 1], "[0][59", id="nested"),
        pytest.param([[]] * MANY, [[]] * (MANY + 1), "", id="length"),
    ],
)
def test_where_large_values_first_differ_is_told(a: object, b: object, place: str) -> None:
    left, right = travelled(a), travelled(b)
    assert left[0] == right[0] == "cut"
    found = difference(left, right)
    assert found is not None
    assert found.path.startswith(place)
    assert len(render(left)) <= 200


FILL = "x" * WHOLE_VALUE
SLICE = 256


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param(["A" * SLICE + "B" * SLICE, "C"], ["A" * SLICE, "B" * SLICE + "C"], id="texts"),
        pytest.param([b"A" * SLICE + b"B" * SLICE, b"C"], [b"A" * SLICE, b"B" * SLICE + b"C"], id="bytes"),
        pytest.param(["A" * SLICE, "B" * SLICE + "C"], ["A" * SLICE + "B" * SLICE, "C"], id="the-other-way"),
        pytest.param([["a", "b"], ["c"]], [["a"], ["b", "c"]], id="lists"),
        pytest.param([{"a": 1}, "b"], [{}, "a", 1, "b"], id="dicts"),
        pytest.param(["text 3", "a"], ["text 3", '"a'], id="quotation-marks"),
        pytest.param(
            iter([1] * ITERATOR_ITEMS), iter([1] * (ITERATOR_ITEMS + 1)), id="iterators-of-which-one-has-more"
        ),
    ],
)
def test_large_values_that_are_cut_at_other_places_differ(a: object, b: object) -> None:
    left, right = travelled([a, FILL]), travelled([b, FILL])
    assert left[0] == right[0] == "cut"
    assert difference(left, right) is not None


def test_a_large_value_has_its_type() -> None:
    large = travelled(list(range(MANY * 4)))
    ints = TypeSpec(kind="list", args=(TypeSpec(kind="int"),))
    assert fits(large, ints)
    assert not fits(large, TypeSpec(kind="set", args=(TypeSpec(kind="int"),)))
    assert same_type(large, travelled([1]))
    assert not same_type(large, travelled((1,)))
    assert difference(large, travelled([1])) is not None


def test_a_packed_value_is_what_was_packed() -> None:
    value, other = travelled([1, [2.5, "a"]]), travelled([1, [2.5, "b"]])
    first, again, second = (packed(json.dumps(each).encode()) for each in (value, value, other))
    assert difference(first, value) is None
    assert difference(first, again) is None
    found = difference(first, second)
    assert found is not None
    assert (found.path, render(second)) == ("[1][1]", "[1, [2.5, 'b']]")


@given(st.lists(values, max_size=30), st.integers(4, 12))
def test_a_long_value_is_rendered_as_its_whole_text_would_be_shortened(
    items: list[object], limit: int
) -> None:
    value = travelled(items)
    assert render(value, limit=limit) == shorten(render(value, limit=1 << 30), limit)


@given(st.lists(values | st.integers() | st.text(st.characters(codec=None))))
def test_values_written_at_once_equal_those_written_one_by_one(items: list[object]) -> None:
    for chosen in (items, *([x for x in items if type(x) is kind] for kind in set(map(type, items)))):
        once, alone = Walk(consume=True), Walk(consume=True)
        assert once.items(chosen, 1) == [alone.of(item, 1) for item in chosen]
        assert (once.size, once.nodes) == (alone.size, alone.nodes)


@given(values)
def test_the_size_of_a_value_is_no_less_than_its_json(value: object) -> None:
    walk = Walk(consume=True)
    assert len(json.dumps(walk.of(value, 0), separators=(",", ":"))) <= walk.size


@pytest.mark.parametrize(
    "value",
    [
        Point(1, 2), Sub(3), Day(2020, 1, 1), decimal.Decimal("1.5"), iter([1]), print, [Point(1, 2)] * 3,
        {"a": {"b": {}}}, "\x00\u4e2d" * 50, "\ud800" * 9, 2**90, -(2**62), {1: 2}.items(),
    ],
    ids=range(13),
)  # fmt: skip
def test_the_size_of_an_object_is_no_less_than_its_json(value: object) -> None:
    walk = Walk(consume=True)
    assert len(json.dumps(walk.of(value, 0), separators=(",", ":"))) <= walk.size


FORGERIES: dict[str, tuple[object, str]] = {
    "builtin": (5, "class int:\n    pass\nvalue = int()"),
    "static-type": (None, "class NoneType:\n    pass\nvalue = NoneType()"),
    "exception": (ValueError("x"), "class ValueError(Exception):\n    pass\nvalue = ValueError('x')"),
    "module-in-the-body": (
        decimal.Decimal(1),
        "class Decimal:\n __module__ = 'decimal'\n __repr__ = lambda _: \"Decimal('1')\"\nvalue = Decimal()",
    ),
    "nested": (
        ValueError("x"),
        "class decimal:\n    class InvalidOperation(Exception): ...\nvalue = decimal.InvalidOperation()",
    ),
    "dot-in-the-name": (0, "value = type('decimal.Decimal', (), {})()"),
    "dict-of-collections": ({}, "class OrderedDict(dict):\n    pass\nvalue = OrderedDict()"),
    "lying-metaclass": (
        0,
        "class Meta(type):\n __getattribute__ = exit\nclass Point(metaclass=Meta): ...\nvalue = Point()",
    ),
}


@pytest.mark.parametrize(("real", "code"), FORGERIES.values(), ids=FORGERIES)
def test_no_class_of_a_dream_reads_like_one_that_it_did_not_write(real: object, code: str) -> None:
    def written() -> Any:
        namespace: dict[str, Any] = {"__name__": "dream"}
        exec(code, namespace)
        return travelled(namespace["value"])

    name = written()[1]
    assert name in ("Point", "OrderedDict") or name.startswith("dream.")
    assert difference(travelled(real), written()) is not None
    assert difference(written(), written()) is None, "the procedure's class and the dream's are written alike"


class Broken(Exception):
    def __init__(self, message: str, number: int) -> None:
        super().__init__(message)
        self.number = number


Color = enum.Enum("Color", {"RED": 1})
Fruit = enum.Enum("Fruit", {"RED": 1})
LONG = "x" * 100


@pytest.mark.parametrize(
    ("expected", "got", "path", "sides"),
    [
        (LONG + "a" + LONG, LONG + "b" + LONG, "[100:]", (repr("a" + 39 * "x"), repr("b" + 39 * "x"))),
        (LONG, LONG + "b", "[100:]", ("the end", "'b'")),
        ([1], [1, 2], "", ("1 item", "2 items")),
        (iter([1]), iter([1, 2]), "", ("1 item", "2 items")),
        (iter([]), iter([1]), "", ("0 items", "1 item")),
        ({1, 2, 3}, set(), "", ("with 1, 2, 3", "without with")),
        ({1, 2, 3, 4}, set(), "", ("with 1, 2, 3, ...", "without with")),
        ({"a": 1}, {"b": 1}, "", ("with key 'a'", "with key 'b'")),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, "['b']", ("2", "3")),
        (Broken("m", 1), Broken("m", 2), ".number", ("1", "2")),
        (Broken("m", 1), Broken("n", 1), ".args[0]", ("'m'", "'n'")),
    ],
)
def test_where_two_values_differ(expected: Any, got: Any, path: str, sides: tuple[str, str]) -> None:
    found = difference(travelled(expected), travelled(got))
    assert found is not None
    assert (found.path, found.expected, found.got) == (path, *sides)


def test_members_of_two_enums_with_one_name_and_value_differ() -> None:
    for one, other in [(Color.RED, Fruit.RED), (Fruit.RED, Color.RED)]:
        assert difference(travelled(one), travelled(other)) is not None


def test_nan_equals_nan_beside_numbers_that_are_close_and_no_number() -> None:
    assert difference(travelled([math.nan, 1.0]), travelled([math.nan, 1.0 + 1e-12])) is None
    for number in (0.0, 1.0, math.inf):
        assert difference(travelled([math.nan]), travelled([number])) is not None
        assert difference(travelled([number]), travelled([math.nan])) is not None


def test_large_values_of_other_lengths_differ() -> None:
    part = ["[0:9]", "aa", "aa"]
    found = difference(["cut", 9, [part], ""], ["cut", 12, [part, ["[9:12]", "bb", "bb"]], ""])
    assert found is not None
    assert (found.path, found.expected, found.got) == ("", "9 characters", "12 characters")
