"""Edge cases: by group, of the type, and in a call."""

from __future__ import annotations

import math

import pytest

from pytest_athena_dreams.config import EDGE_GROUPS
from pytest_athena_dreams.inputs.edges import LARGE_ITEMS, LARGE_TEXT, edge_arguments, edge_values
from pytest_athena_dreams.models import Parameter, ParameterKind, Signature, TypeSpec

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
    assert value in edge_values(spec, EDGE_GROUPS)
    assert value not in edge_values(spec, [g for g in EDGE_GROUPS if g != group])


def test_a_large_list_is_of_ten_thousand_items() -> None:
    assert max(map(len, edge_values(LIST, ["large"]))) == LARGE_ITEMS
    assert max(map(len, edge_values(LIST, []))) < 10


def test_none_is_for_types_that_have_it() -> None:
    assert None not in edge_values(INT, EDGE_GROUPS)


def call(*types: TypeSpec | None) -> Signature:
    kind = ParameterKind.POSITIONAL_OR_KEYWORD
    parameters = tuple(Parameter(name=f"p{n}", kind=kind, type=t) for n, t in enumerate(types))
    return Signature(name="f", parameters=parameters)


def test_each_edge_is_met_with_plain_values_of_the_others() -> None:
    found = edge_arguments(call(INT, STR), EDGE_GROUPS, 1000)
    assert all(len(arguments.args) == 2 for arguments in found)
    for value in edge_values(STR, EDGE_GROUPS):
        assert any(arguments.args[1] == value for arguments in found)


def test_calls_are_limited_and_none_are_made_for_types_without_edges() -> None:
    assert len(edge_arguments(call(INT, STR), EDGE_GROUPS, 3)) == 3
    assert edge_arguments(call(TypeSpec(kind="class", text=":A")), EDGE_GROUPS, 9) == []
    assert [a.args for a in edge_arguments(call(), EDGE_GROUPS, 9)] == [()]
