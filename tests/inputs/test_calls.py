"""How calls give their arguments: by position, some by keyword, and what ``*args`` takes."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from pytest_athena_dreams.inputs.arguments import Arguments
from pytest_athena_dreams.inputs.pool import PoolSpec, draw_pool
from tests.inputs.kit import built, signature_of


def pool_of(parameters: str, size: int = 100) -> tuple[list[Arguments], Any]:
    signature, module = signature_of(
        f"from typing import *\nTs = TypeVarTuple('Ts')\ndef f({parameters}): ..."
    )
    return list(
        draw_pool(PoolSpec(signature=signature, literals=(), size=size, seed=0)).inputs.values()
    ), module


SIGNATURES = [
    "a: int",
    "a: int, b: str = 'x'",
    "a: int, /, b: str",
    "a: int, /, b: str, *, c: bool",
    "a: int, *args: int, c: bool = False",
    "a: int = 0, b: int = 1, **more: int",
    "a: int, *args: *tuple[int, str]",
    "a: int = 3, *args: *tuple[int, *tuple[str, ...], float], b: int = 4",
]


@pytest.mark.parametrize("parameters", SIGNATURES)
def test_every_call_fits_the_signature(parameters: str) -> None:
    calls, module = pool_of(parameters)
    for call in calls:
        args, kwargs = built(call)
        inspect.signature(module.f).bind(*args, **kwargs)


@pytest.mark.parametrize("parameters", ["a: int", "a: int, b: str", "a: list[int], *, b: bool"])
def test_one_call_in_eight_names_its_arguments(parameters: str) -> None:
    calls, _ = pool_of(parameters, 200)
    named = sum("a" in call.kwargs for call in calls)
    assert 15 <= named <= 40
    assert all(not call.args for call in calls if "a" in call.kwargs)
    again, _ = pool_of(parameters, 200)
    assert again == calls


@pytest.mark.parametrize("parameters", ["a: bool", "a: None"])
def test_types_of_few_values_have_named_calls_too(parameters: str) -> None:
    calls, _ = pool_of(parameters)
    assert any("a" in call.kwargs for call in calls)


def test_positional_arguments_stay_where_they_have_to() -> None:
    calls, _ = pool_of("a: int, /, b: int, c: int")
    assert {len(call.args) for call in calls} == {1, 3}
    calls, _ = pool_of("a: int, *args: int")
    assert all(call.kwargs == {} or call.args == () for call in calls)


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
@pytest.mark.parametrize(
    ("annotation", "types"),
    [
        ("*tuple[int, str]", [int, str]),
        ("'*tuple[int, str]'", [int, str]),
        ("Unpack[Tuple[int, str]]", [int, str]),
        ("*tuple[()]", []),
        ("*Pair", [int, str]),
    ],
)
def test_arguments_are_the_items_of_an_unpacked_tuple(
    future: str, annotation: str, types: list[type]
) -> None:
    code = f"{future}from typing import *\nPair = tuple[int, str]\ndef f(*args: {annotation}): ..."
    signature, _ = signature_of(code)
    pool = draw_pool(PoolSpec(signature=signature, literals=(), size=20, seed=0))
    assert pool.inputs
    for call in pool.inputs.values():
        assert list(map(type, call.args)) == types


@pytest.mark.parametrize("annotation", ["*tuple[int, ...]", "Unpack[tuple[int, ...]]", "int"])
def test_any_number_of_arguments_of_one_type(annotation: str) -> None:
    calls, _ = pool_of(f"*args: {annotation}")
    assert {type(value) for call in calls for value in call.args} == {int}
    assert {len(call.args) for call in calls} == {0, 1, 2, 3}


def test_arguments_by_name_end_where_any_number_begins() -> None:
    signature, _ = signature_of("def f(a: int, *args: *tuple[int, *tuple[str, ...], float]): ...")
    call = Arguments((1, 2, "x", 3.0))
    assert call.by_name(signature) == {"a": 1, "args[0]": 2}
    assert call.replaced(signature, {"a": 7, "args[2]": 8}) == Arguments((7, 2, "x", 3.0))
