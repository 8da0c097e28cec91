"""Calls of code that acts: no number in them is larger than a loop of effects can count to."""

from __future__ import annotations

import math
from typing import Any

import pytest

from pytest_athena_dreams.drawable import Shape
from pytest_athena_dreams.inputs.arguments import Arguments
from pytest_athena_dreams.inputs.countable import COUNT, LOOPS, Countable
from pytest_athena_dreams.inputs.pool import PoolSpec, draw_pool
from pytest_athena_dreams.signatures import Parameter, ParameterKind, Signature, TypeSpec
from pytest_athena_dreams.source.looping import loop_names

INT, FLOAT = TypeSpec(kind="int"), TypeSpec(kind="float")


def parameter(name: str, spec: TypeSpec = INT, **more: Any) -> Parameter:
    return Parameter(name=name, kind=ParameterKind.POSITIONAL_OR_KEYWORD, type=spec, **more)


SIGNATURE = Signature(
    name="f",
    parameters=(parameter("size"), parameter("retries"), parameter("wait", has_default=True, default=600)),
)
SHAPE = Shape(places=(), looped=("retries", "wait"))
COUNTABLE = Countable.of(SIGNATURE, (500, 3), SHAPE)


@pytest.mark.parametrize(
    ("given", "fair"),
    [
        ((-100, -20, 20), (-100, -20, 20)),
        ((10_000, 2**63, -(2**31)), (0, 2**63 % LOOPS, -(2**31 % LOOPS))),
        ((500, 500, 600), (500, 0, 600)),
        ((501, 499, 599), (501, 19, 599)),
        ((1e308, math.inf, -math.inf), (math.fmod(1e308, COUNT), 20.0, -20.0)),
        (([2**40, {"a": 2**40}], (True,), "2"), ([76, {"a": 76}], (True,), "2")),
    ],
)
def test_numbers_that_are_too_large_become_smaller(given: tuple[Any, ...], fair: tuple[Any, ...]) -> None:
    assert COUNTABLE.call(Arguments(given)) == Arguments(fair)
    names = [one.name for one in SIGNATURE.parameters]
    by_name = dict(zip(names, given, strict=True)), dict(zip(names, fair, strict=True))
    assert COUNTABLE.call(Arguments((), by_name[0])) == Arguments((), by_name[1])


def test_what_args_take_becomes_smaller_too() -> None:
    signature = Signature(
        name="f", parameters=(parameter("a"), Parameter(name="b", kind=ParameterKind.VAR_POSITIONAL))
    )
    call = Countable.of(signature, (), Shape(places=())).call(Arguments((1, 250, 2), {"c": 350}))
    assert call == Arguments((1, 50, 2), {"c": 50})


def test_a_pool_with_worlds_holds_no_large_number() -> None:
    spec = PoolSpec(
        signature=SIGNATURE, literals=(500,), size=100, seed=0, edges=frozenset({"large"}), shape=SHAPE
    )
    drawn = [call.by_name(SIGNATURE) for call in draw_pool(spec).inputs.values()]
    large = {
        name: {n for x in drawn if abs(n := x.get(name, 0)) > LOOPS} for name in ("size", "retries", "wait")
    }
    assert {n for n in large["size"] if abs(n) > COUNT} <= {499, 500, 501, 599, 600, 601}
    assert COUNT in large["size"]
    assert not large["retries"]
    assert large["wait"] <= {599, 600, 601}


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("for n in range(a): b()", ("a", "range")),
        ("end = time() + limit\nwhile time() < end: b()", ("end", "limit", "time")),
        ("x = [n for n in y]", ("y",)),
        ("if a > 5: b()", ()),
        ("for", ()),
    ],
)
def test_names_that_decide_how_often_loops_run(code: str, names: tuple[str, ...]) -> None:
    assert loop_names(code) == names
