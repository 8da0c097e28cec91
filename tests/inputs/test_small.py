"""The simplest inputs: in order, of the right types, none twice."""

from __future__ import annotations

import pytest
import typeguard

from pytest_athena_dreams.inputs.small import small_arguments
from tests.inputs.kit import signature_of


def small(parameters: str, limit: int = 64) -> list[tuple[object, ...]]:
    signature, _ = signature_of(f"from typing import *\ndef f({parameters}): pass")
    return [call.args for call in small_arguments(signature, limit)]


def test_the_simplest_come_first() -> None:
    assert small("n: int", 4) == [(0,), (1,), (-1,), (2,)]
    assert small("s: str", 3) == [("",), ("0",), ("a",)]
    assert small("a: int, b: bool", 4) == [(0, False), (0, True), (1, False), (1, True)]
    assert small("xs: list[int]", 3) == [([],), ([0],), ([1],)]
    assert ([0, 0, 1],) in small("xs: list[int]")
    assert small("a: int, b: int = 3", 2) == [(0,), (1,)]


@pytest.mark.parametrize(
    ("text", "annotation"),
    [
        ("int | None", int | None),
        ("list[str]", list[str]),
        ("tuple[int, str]", tuple[int, str]),
        ("tuple[int, ...]", tuple[int, ...]),
        ("dict[str, list[int]]", dict[str, list[int]]),
        ("set[int]", set[int]),
        ("list[list[float]]", list[list[float]]),
        ("frozenset[str]", frozenset[str]),
        ("list[tuple[int, str]]", list[tuple[int, str]]),
    ],
)
def test_they_are_of_their_type_and_each_there_once(text: str, annotation: object) -> None:
    values = [value for (value,) in small(f"x: {text}")]
    assert len(values) > 5
    for value in values:
        typeguard.check_type(value, annotation)
    assert len({repr(value) for value in values}) == len(values)


def test_there_are_none_of_a_type_that_is_not_told() -> None:
    assert small("x: object, n: int") == []
    assert small("x: list[Callable[[int], int]]") == []
