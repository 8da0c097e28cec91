"""``pytest_athena_dreams.compare``: the judge's own equality, and calls as a run makes them."""

from __future__ import annotations

import collections
import copy
import datetime
import decimal
import json
import logging
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams import compare
from pytest_athena_dreams.inputs.recipes import Recipe, source
from pytest_athena_dreams.judge import equality
from pytest_athena_dreams.models import ObservationKind
from pytest_athena_dreams.sandbox.jail.building import MAKERS
from pytest_athena_dreams.sandbox.jail.canonical import canonical
from pytest_athena_dreams.source.sequence_calls import as_arguments
from tests.judge.test_equality import values


class Metres(float):
    pass


class Point:
    def __init__(self, x: object) -> None:
        self.x = x


rich = st.one_of(
    values,
    st.builds(collections.OrderedDict, st.dictionaries(st.text(max_size=2), values, max_size=3)),
    st.builds(collections.deque, st.lists(values, max_size=3), st.none() | st.integers(3, 4)),
    st.sampled_from([len, sum, print, Metres, Point, iter]),
    st.floats(allow_nan=False).map(Metres),
    values.map(Point),
    st.lists(values, max_size=3).map(iter),
    st.decimals() | st.fractions() | st.dates() | st.timedeltas() | st.uuids(),
)

TWINS: list[tuple[object, object]] = [
    (0.0, -0.0),
    (1, True),
    (1, 1.0),
    (1.0, 1.0 + 1e-12),
    (0.1 + 0.2, 0.3),
    (Metres(0.1 + 0.2), Metres(0.3)),
    (Metres(1), 1.0),
    (complex(0.0, 0.0), complex(0.0, -0.0)),
    (b"a", bytearray(b"a")),
    ({1, 2}, frozenset({1, 2})),
    ({1: 0}, {True: 0}),
    (len, sum),
    (Metres, Point),
    (collections.OrderedDict(a=1, b=2), collections.OrderedDict(b=2, a=1)),
    (collections.OrderedDict(a=1), {"a": 1}),
    (collections.deque([1], 3), collections.deque([1], 4)),
    (decimal.Decimal("1.0"), decimal.Decimal("1.00")),
    (decimal.Decimal(1), 1),
    (datetime.datetime(2000, 1, 1, fold=0), datetime.datetime(2000, 1, 1, fold=1)),
]
"""Values that are easily taken for each other: many are equal in Python, a few in a verdict."""
twins = st.recursive(
    st.sampled_from(TWINS) | st.sampled_from(TWINS).map(lambda pair: pair[::-1]),
    lambda inner: st.one_of(
        inner.map(lambda pair: ([pair[0]], [pair[1]])),
        inner.map(lambda pair: ((1, pair[0]), (1, pair[1]))),
        inner.map(lambda pair: ({"a": pair[0]}, {"a": pair[1]})),
        inner.map(lambda pair: (Point(pair[0]), Point(pair[1]))),
    ),
    max_leaves=3,
)


def copied(value: Any) -> Any:
    """A copy, for iterators are used up."""
    return type(value)(map(copied, value)) if type(value) in (list, tuple) else copy.copy(value)


def judged(a: object, b: object, **ways: Any) -> equality.Difference | None:
    first, second = (json.loads(json.dumps(canonical(copied(value), consume=True))) for value in (a, b))
    return equality.difference(first, second, **ways)


@given(st.tuples(rich, rich) | twins, st.sampled_from([0.0, 1e-9, 0.5]), st.booleans())
def test_it_agrees_with_the_judge_on_any_two_values(
    pair: tuple[object, object], tolerance: float, zero: bool
) -> None:
    a, b = pair
    ways: dict[str, Any] = {"tolerance": tolerance, "signed_zero": zero}
    for x, y in ((a, b), (a, copied(a)), ([a, 1], (b, 1))):
        expected = judged(x, y, **ways)
        found = compare.difference(copied(x), copied(y), **ways)
        assert (found is None) == (expected is None)
        if found and expected:
            assert (found.path, found.expected, found.got) == (expected.path, expected.expected, expected.got)


@pytest.mark.parametrize(
    ("recipe", "value"),
    [
        (Recipe("iterator", "", ([1, 2],)), "<list_iterator giving [1, 2]>"),
        (Recipe("generator", "", ([1, 2],)), "<generator giving [1, 2]>"),
        (Recipe("callable", "", ([7],)), "7"),
        (Recipe("context", "", (7,)), "7"),
        (Recipe("awaitable", "", (7,)), "7"),
        (Recipe("asynciterator", "", ([7],)), "<list_iterator giving [7]>"),
        (Recipe("view", "keys", ({"a": 1},)), "dict_keys(['a'])"),
        (Recipe("protocol", "dream:Sized", (), (("size", 3),)), "3"),
        (Recipe("traceback", ""), "traceback"),
        (Recipe("call", "io:StringIO", ("a",)), "StringIO"),
        (Recipe("call", "types:MappingProxyType", ({"a": 1},)), "mappingproxy"),
        (Recipe("call", "dream:Own", (), (("n", 5),)), "Own(n=5)"),
        (Recipe("node", "dream:Own", (), (("n", 6),)), "Own(n=6)"),
        (
            Recipe(
                "assigned",
                "",
                (Recipe("named", "", (0, Recipe("node", "dream:Own", (1,)))),),
                (("me", Recipe("same", "", (0,))),),
            ),
            "Own(me=..., n=1)",
        ),
        (Recipe("member", "dream:Color", ("RED",)), "Color.RED"),
        (Recipe("class", "dream:Own"), "Own"),
    ],
    ids=lambda x: f"{x.maker}-{x.reference}" if isinstance(x, Recipe) else "",
)
def test_a_call_may_name_whatever_inputs_are_made_of(recipe: Recipe, value: str) -> None:
    code = (
        "import asyncio, enum\n"
        "class Own:\n    def __init__(self, n): self.n = n\n"
        "class Color(enum.Enum):\n    RED = 1\n"
        "def f(x):\n"
        "    if hasattr(x, '__aenter__'):\n        with x as value: return value\n"
        "    if hasattr(x, '__await__'): return asyncio.run(wait(x))\n"
        "    if hasattr(x, '__anext__'): return list_of(x)\n"
        "    if hasattr(x, 'size'): return x.size\n"
        "    return x(1) if type(x).__name__ == 'function' else x\n"
        "async def wait(x): return await x\n"
        "async def list_of(x): return iter([item async for item in x])\n"
    )
    result = compare.call(code, f"({recipe!r},)", entry_point="f")
    assert result.observation.kind is ObservationKind.RETURNED, result.observation
    with pytest.raises(AssertionError) as failure:
        compare.check(compare.call("def f(x): return 'no'", "(1)", entry_point="f"), result)
    assert value in str(failure.value) or "returned a coroutine" in str(failure.value)


@given(
    values
    | st.tuples(st.text(max_size=2) | st.binary(max_size=2), st.integers(0, 300)).map(lambda x: x[0] * x[1])
)
def test_an_argument_reads_as_python_that_gives_it_back(value: object) -> None:
    code = "def f(x): return x"
    assert compare.call(code, f"({source(value)},)").observation.value == json.loads(
        json.dumps(canonical(value, consume=True))
    )


def test_a_long_text_of_one_character_is_written_as_a_product() -> None:
    assert source(["a" * 100_000, b"\0" * 1000]) == "['a' * 100000, b'\\x00' * 1000]"


def test_every_maker_can_be_named() -> None:
    tested = test_a_call_may_name_whatever_inputs_are_made_of.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {recipe.maker for recipe, _ in tested} | {"array", "step"} == set(MAKERS)


def test_a_call_may_hold_the_steps_of_a_sequence() -> None:
    code = "class A:\n def __init__(self, n):\n  self.n = n\n def add(self, k):\n  self.n += k\n"
    steps = as_arguments("it = A(1); it.add(2); it.n")
    assert steps == "(1, then_calls=[('add', (2, ), {}), ('.n', (), {})])"
    wrong = compare.call(code.replace("+= k", "-= k"), steps, entry_point="A")
    compare.check(compare.call(code, steps, entry_point="A"), compare.call(code, steps, entry_point="A"))
    with pytest.raises(AssertionError, match="another value"):
        compare.check(compare.call(code, steps, entry_point="A"), wrong)


def test_a_failed_check_has_the_exception_as_its_cause() -> None:
    got = compare.call("def f(x):\n    return x['no']\n", "({})")
    with pytest.raises(AssertionError, match="KeyError: 'no'") as failure:
        compare.check(compare.call("def f(x): return 1", "({})"), got)
    assert isinstance(failure.value.__cause__, KeyError)


def test_a_call_outside_the_domain_fails_the_check() -> None:
    raising = compare.call("def f(x): raise ValueError(x)", "(1)")
    with pytest.raises(AssertionError, match="the procedure does not accept this call: ValueError: 1"):
        compare.check(raising, raising, contract="superset")
    compare.check(raising, raising, contract="equivalent")


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("def f(:", "does not compile"),
        ("import no_such_module", "could not|raised while"),
        ("x = 1", "no usable entry point"),
    ],
    ids=["syntax", "load", "entry"],
)
def test_what_does_not_load_fails(code: str, text: str) -> None:
    with pytest.raises(AssertionError, match=text):
        compare.load(code)
    compare.load("def f(): pass")


PRINTS = "import logging\ndef f(n):\n    print('out', n)\n    logging.error('err %s', n)\n    return n\n"


def test_a_call_notes_what_is_printed_and_leaves_the_streams_alone(capfd: pytest.CaptureFixture[str]) -> None:
    before = sys.stdout, sys.stderr, list(logging.root.handlers)
    one = compare.call(PRINTS, "(1)")
    assert one.observation.printed == ["out 1\n", "ERROR:root:err 1\n"]
    assert (sys.stdout, sys.stderr, list(logging.root.handlers)) == before
    print("seen")
    assert capfd.readouterr() == ("seen\n", "")
    other = compare.call(PRINTS.replace("'out'", "'other'"), "(1)")
    compare.check(one, other)
    compare.check(one, other, printed=["stderr"])
    with pytest.raises(AssertionError, match="printed another text to standard output"):
        compare.check(one, other, printed=["stdout", "stderr"])


def test_streams_come_back_after_a_call_that_breaks_them(capfd: pytest.CaptureFixture[str]) -> None:
    code = "import os, sys\ndef f():\n    os.close(1)\n    sys.stdout = None\n    raise SystemExit\n"
    assert compare.call(code, "()").observation.kind is ObservationKind.RAISED
    print("seen")
    assert capfd.readouterr() == ("seen\n", "")
