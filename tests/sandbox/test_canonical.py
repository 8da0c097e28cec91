"""The jail writes every tag of the grammar."""

from __future__ import annotations

import collections
import decimal
import enum
import math
from collections.abc import Iterator
from typing import Any

import pytest

from pytest_athena_dreams.sandbox.jail.canonical import WHOLE_VALUE, canonical
from pytest_athena_dreams.sandbox.jail.grammar import GRAMMAR


class Colour(enum.Enum):
    RED = 1


class Plain:
    def __init__(self) -> None:
        self.size = 1


class Number(int):
    pass


def raising() -> Iterator[int]:
    yield 1
    raise ValueError


def endless() -> list[Any]:
    items: list[Any] = []
    items.append(items)
    return items


WRITTEN: dict[str, object] = {
    "int": 1 << 64,
    "float": math.nan,
    "str": "\ud800",
    "bytes": b"a",
    "bytearray": bytearray(b"a"),
    "complex": 1j,
    "list": [1],
    "tuple": (1,),
    "deque": collections.deque([1]),
    "set": {1},
    "frozenset": frozenset({1}),
    "dict": {1: 2},
    "value": decimal.Decimal(1),
    "enum": Colour.RED,
    "object": Plain(),
    "sub": Number(1),
    "iterator": iter([1]),
    "exception": [raising()],
    "opaque": lambda: None,
    "ref": endless(),
    "cut": "a" * (WHOLE_VALUE + 1),
}
"""A value for each tag, at whose top or within which the tag stands."""


def tags(data: Any) -> set[str]:
    if not isinstance(data, list):
        return set()
    return {item for item in data[:1] if isinstance(item, str)}.union(*map(tags, data))


@pytest.mark.parametrize("tag", GRAMMAR)
def test_the_jail_writes_every_tag(tag: str) -> None:
    assert tag in tags(canonical(WRITTEN[tag], consume=True))
