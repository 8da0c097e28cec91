"""Variants of calls: they keep their types, and their parts meet more often than those of drawn calls."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from pytest_athena_dreams.inputs.argument_parts import every_part, put
from pytest_athena_dreams.inputs.arguments import Arguments
from pytest_athena_dreams.inputs.recipes import Recipe
from pytest_athena_dreams.inputs.variants import Variants
from pytest_athena_dreams.signatures import Clues, TextClues, TypeSpec

from .kit import built, drawn, signature_of

WORDS = Clues(parameters={"p": TextClues(words=("start", "stop"), read=True)})


def variants_of(code: str, calls: list[Arguments] | None = None, count: int = 400) -> list[Arguments]:
    signature, _ = signature_of(code)
    calls = calls or drawn(signature, 40)
    random = Random(1)
    variants = Variants.of(signature, (1024,), WORDS, ())
    made = (variants.of_call(random.choice(calls), random.choice(calls), random) for _ in range(count))
    return [call for call in made if call is not None]


def texts(value: Any) -> list[str]:
    return [part.value for part in every_part(value, None) if type(part.value) is str]


@pytest.mark.parametrize(
    ("annotations", "shows"),
    [
        ("p: str, q: str", lambda p, q: p == q != ""),
        ("p: list[int], q: list[int]", lambda p, q: len(p) > 2 and p == q),
        ("p: list[str], q: int", lambda p, q: any(p.count(x) > 1 for x in p)),
        ("p: dict[str, str], q: str", lambda p, q: q != "" and p.get(q) is not None),
        ("p: str, q: int", lambda p, q: "start" in p),
        ("p: int, q: bool", lambda p, q: 1_048_560 < p < 1_048_590 and q),
        ("p: list[tuple[int, int]], q: int", lambda p, q: any(a[1] == b[0] for a in p for b in p if a != b)),
        ("p: object, q: object", lambda p, q: p == q and type(p) is not type(q)),
        (
            "p: list[int | bool], q: list[int | bool]",
            lambda p, q: p == q and [*map(type, p)] != [*map(type, q)],
        ),
        ("p: list[int], q: int", lambda p, q: any(a + b == 2 * q and a < q < b for a in p for b in p)),
    ],
)
def test_parts_of_a_variant_meet(annotations: str, shows: Callable[..., bool]) -> None:
    found = variants_of(f"def f({annotations}): ...")
    assert any(shows(*call.args) for call in found if len(call.args) == 2)


@pytest.mark.parametrize(
    ("annotation", "kept"),
    [
        ("list[int]", lambda p: type(p) is list and all(type(x) is int for x in p)),
        ("dict[str, list[int]]", lambda p: all(type(k) is str and type(v) is list for k, v in p.items())),
        ("tuple[str, int]", lambda p: [*map(type, p)] == [str, int]),
        ("int | None", lambda p: p is None or type(p) is int),
        ("bool", lambda p: type(p) is bool),
        ("float", lambda p: type(p) is float),
        ("set[int]", lambda p: type(p) is set),
    ],
)
def test_variants_keep_their_types(annotation: str, kept: Callable[[Any], bool]) -> None:
    assert all(kept(call.args[0]) for call in variants_of(f"def f(p: {annotation}): ..."))


def test_literals_and_bounds_stay() -> None:
    code = "from typing import Literal\ndef f(p: Literal['low', 'high'], q: str): ..."
    assert {call.args[0] for call in variants_of(code)} == {"low", "high"}


def test_objects_get_other_arguments_and_can_be_built() -> None:
    code = """
from __future__ import annotations
from dataclasses import dataclass
@dataclass
class Node:
    key: int
    left: Node | None = None
    right: Node | None = None
def f(p: Node): ...
"""
    signature, _ = signature_of(code)
    calls = [call for call in drawn(signature, 40) if not call.wiring]
    found = variants_of(code, calls)
    assert {call.payload() for call in found} - {call.payload() for call in calls}
    for call in found:
        assert type(built(call)[0][0]).__name__ == "Node"


def test_sequences_of_calls_use_arguments_again() -> None:
    steps = [Recipe("step", "put", ("a", 1)), Recipe("step", "get", ("b",)), Recipe("step", ".size")]
    calls = [Arguments((2,), {"then_calls": steps}), Arguments((3,), {"then_calls": steps[:1] + steps[2:]})]
    made = variants_of("def f(p: int, *, then_calls: list): ...", calls)
    found = [call.kwargs["then_calls"] for call in made]
    assert all(steps[-1].reference == ".size" for steps in found)
    assert any(steps[0].args[:1] == steps[1].args[:1] for steps in found if len(steps) > 2 and steps[1].args)
    assert max(map(len, found)) > len(steps)


def test_options_are_given_and_left_out() -> None:
    signature, _ = signature_of("def f(p: int, *, flag: bool = False, n: int = 3): ...")
    found = variants_of("def f(p: int, *, flag: bool = False, n: int = 3): ...", [Arguments((1,), {"n": 4})])
    assert any(call.kwargs.get("flag") is True for call in found)
    assert any("n" not in call.kwargs for call in found)
    fixed = Variants.of(signature, (), Clues(), ("n",))
    call, random = Arguments((1,), {"n": 4}), Random(0)
    made = [fixed.of_call(call, call, random) for _ in range(100)]
    assert all(one.kwargs["n"] == 4 for one in made if one is not None)


@pytest.mark.parametrize("nan", [True, False])
def test_nan_where_the_code_looks_for_it(nan: bool) -> None:
    signature, _ = signature_of("def f(p: list[float]): ...")
    variants, random = Variants.of(signature, (), Clues(nan=nan), ()), Random(0)
    call = Arguments(([1.0, 2.0],))
    made = [one for _ in range(100) if (one := variants.of_call(call, call, random)) is not None]
    assert any(x != x for one in made for x in one.args[0]) is nan


def test_the_same_seed_gives_the_same_variants() -> None:
    code = "def f(p: dict[str, list[str]], q: str): ..."
    assert variants_of(code) == variants_of(code)


def test_user_strategies_stay_as_drawn() -> None:
    signature, _ = signature_of("def f(p: int, q: int): ...")
    variants = Variants.of(signature, (), Clues(), ("p",))
    random = Random(0)
    call = Arguments((7, 8))
    found = [variants.of_call(call, call, random) for _ in range(100)]
    assert {made.args[0] for made in found if made is not None} == {7}


def test_two_keys_may_become_one() -> None:
    value = {"a": [1], "b": {"c": 2}}
    spec = TypeSpec(kind="any")
    key = next(part for part in every_part(value, spec) if part.is_key and part.value == "b")
    assert put(value, key, "a") == {"a": {"c": 2}}
