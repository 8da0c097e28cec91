"""Edge cases: by group, of the type, and in a call."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest

from pytest_athena_dreams.config import EDGE_GROUPS
from pytest_athena_dreams.inputs.edges import LARGE_ITEMS, LARGE_TEXT, Edges, edge_arguments
from pytest_athena_dreams.inputs.recipes import Recipe
from pytest_athena_dreams.signatures import Parameter, ParameterKind, Signature, TypeSpec
from tests.inputs.kit import signature_of

INT, STR, FLOAT = TypeSpec(kind="int"), TypeSpec(kind="str"), TypeSpec(kind="float")
LIST = TypeSpec(kind="list", args=(INT,))
OPTIONAL = TypeSpec(kind="union", args=(INT, TypeSpec(kind="none")))


@pytest.mark.parametrize(
    ("spec", "group", "value"),
    [
        (STR, "empty", ""),
        (LIST, "empty", []),
        (INT, "large", 2**31),
        (INT, "large", 2**63),
        (FLOAT, "large", 1e308),
        (STR, "large", "a" * LARGE_TEXT),
        (FLOAT, "extreme", math.inf),
        (STR, "extreme", "\ud800"),
        (OPTIONAL, "none", None),
    ],
)
def test_a_group_can_be_switched_off(spec: TypeSpec, group: str, value: object) -> None:
    assert value in Edges(EDGE_GROUPS).of(spec)
    assert value not in Edges([g for g in EDGE_GROUPS if g != group]).of(spec)


def test_a_large_list_is_of_ten_thousand_items() -> None:
    assert max(map(len, Edges(["large"]).of(LIST))) == LARGE_ITEMS
    assert max(map(len, Edges([]).of(LIST))) < 10


def test_none_is_for_types_that_have_it() -> None:
    assert None not in Edges(EDGE_GROUPS).of(INT)


CLASSES = """
from dataclasses import dataclass
from typing import *
from collections import *
@dataclass
class Point:
    x: float
    name: str = "p"
@dataclass
class Place:
    n: int
    at: Point
class Pair(NamedTuple):
    first: str
    second: float | None
class Record(TypedDict):
    n: int
    x: float
"""


def leaves(value: Any) -> Iterator[Any]:
    """All that is in a value and holds nothing itself."""
    if isinstance(value, Recipe):
        yield from (leaf for part in (value.args, dict(value.kwargs)) for leaf in leaves(part))
    elif isinstance(value, dict):
        yield from (leaf for part in (value.keys(), value.values()) for leaf in leaves(list(part)))
    elif isinstance(value, list | tuple | set | frozenset | deque):
        yield from (leaf for item in value for leaf in leaves(item))
    else:
        yield value


@pytest.mark.parametrize(
    ("annotation", "present"),
    [
        ("list[int]", [0, -1, 2**31, 2**63]),
        ("list[float]", [math.inf, -math.inf, 1e308]),
        ("deque[float]", [math.inf, 1e308]),
        ("dict[str, float]", ["", "\ud800", math.inf, 1e308]),
        ("OrderedDict[int, float]", [2**31, math.inf]),
        ("tuple[int, float, str]", [2**63, math.inf, "", "\ud800"]),
        ("list[tuple[str, float]]", ["", "\ud800", math.inf]),
        ("float | None", [None, math.inf]),
        ("list[float | None]", [None, math.inf]),
        ("Point", [math.inf, 1e308, "", "\ud800"]),
        ("Point | None", [None, math.inf]),
        ("list[Point]", [math.inf, "\ud800"]),
        ("dict[str, Point]", [math.inf]),
        ("Place", [2**31, math.inf]),
        ("Pair", ["\ud800", None, math.inf]),
        ("Record", [2**31, math.inf]),
        ("Iterator[float]", [math.inf]),
        ("set[float]", [math.inf]),
        ("dict[int, list[float]]", [2**31, math.inf]),
    ],
)
def test_an_edge_of_a_part_is_an_edge_of_the_whole(annotation: str, present: list[Any]) -> None:
    signature, _ = signature_of(f"{CLASSES}def f(x: {annotation}): ...")
    found = [leaf for call in edge_arguments(signature, EDGE_GROUPS, 25) for leaf in leaves(call.args)]
    assert [value for value in present if value not in found] == []
    if math.inf in present:
        assert any(value != value for value in found)


@pytest.mark.parametrize("annotation", ["Node", "list[Node]", "dict[str, Node]"])
def test_the_edges_of_a_class_within_itself_come_to_an_end(annotation: str) -> None:
    fields = "".join(f"    f{n}: 'list[Node] | None' = None\n" for n in range(20))
    code = f"from dataclasses import dataclass\n@dataclass\nclass Node:\n    x: float\n{fields}"
    signature, _ = signature_of(f"{code}def f(x: {annotation}): ...")
    found = [leaf for call in edge_arguments(signature, EDGE_GROUPS, 25) for leaf in leaves(call.args)]
    assert math.inf in found


@pytest.mark.parametrize("before", ["object", "Unknown", "tuple[Unknown, int]"])
def test_a_class_with_a_parameter_without_edges_has_none(before: str) -> None:
    code = f"class Unknown: ...\nclass A:\n    def __init__(self, a: {before}, b: int, c: float): ...\n"
    for annotation in ("A", "A | int", "list[A]", "dict[str, A]", "tuple[A, int]"):
        signature, _ = signature_of(f"{code}def f(x: {annotation}, y: float): ...")
        assert isinstance(edge_arguments(signature, EDGE_GROUPS, 25), list)


def test_the_edges_of_deep_types_come_to_an_end() -> None:
    inner = "int"
    for _ in range(9):
        inner = f"tuple[{inner}, {inner}]"
    signature, _ = signature_of(f"def f(x: {inner}): ...")
    began = time.process_time()
    assert edge_arguments(signature, EDGE_GROUPS, 25) == []
    assert time.process_time() - began < 2


def call(*types: TypeSpec | None) -> Signature:
    kind = ParameterKind.POSITIONAL_OR_KEYWORD
    parameters = tuple(Parameter(name=f"p{n}", kind=kind, type=t) for n, t in enumerate(types))
    return Signature(name="f", parameters=parameters)


def test_each_edge_is_met_with_plain_values_of_the_others() -> None:
    found = edge_arguments(call(INT, STR), EDGE_GROUPS, 1000)
    assert all(len(arguments.args) == 2 for arguments in found)
    for value in Edges(EDGE_GROUPS).of(STR):
        assert any(arguments.args[1] == value for arguments in found)


def test_calls_are_limited_and_none_are_made_for_types_without_edges() -> None:
    assert len(edge_arguments(call(INT, STR), EDGE_GROUPS, 3)) == 3
    assert edge_arguments(call(TypeSpec(kind="class", text=":A")), EDGE_GROUPS, 9) == []
    assert [a.args for a in edge_arguments(call(), EDGE_GROUPS, 9)] == [()]
