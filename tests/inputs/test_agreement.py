"""Agreement: parts of one argument in another."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_athena_dreams.inputs.argument_parts import parts, put
from pytest_athena_dreams.signatures import TypeSpec

from .kit import drawn, signature_of

PAIR = TypeSpec(kind="tuple", args=(TypeSpec(kind="str"), TypeSpec(kind="int")))
VALUES: list[tuple[Any, TypeSpec]] = [
    ("abc", TypeSpec(kind="str")),
    ([1, 2], TypeSpec(kind="list", args=(TypeSpec(kind="int"),))),
    ({"a": "b"}, TypeSpec(kind="dict", args=(TypeSpec(kind="str"), TypeSpec(kind="str")))),
    (
        [("a", 1)],
        TypeSpec(
            kind="list", args=(TypeSpec(kind="tuple", args=(TypeSpec(kind="str"), TypeSpec(kind="int"))),)
        ),
    ),
    ({"a": [{"b": 1}]}, TypeSpec(kind="any")),
]


@pytest.mark.parametrize(("value", "spec"), VALUES)
def test_a_part_is_replaced_and_nothing_else(value: Any, spec: TypeSpec) -> None:
    for part in parts(value, spec):
        new = "new" if isinstance(part.value, str) else 77
        changed = put(value, part, new)
        assert repr(changed) == repr(value).replace(repr(part.value), repr(new), 1)


@pytest.mark.parametrize("kind", ["literal", "enum", "annotated", "float"])
def test_parts_of_other_types_stay(kind: str) -> None:
    assert parts("a", TypeSpec(kind=kind)) == []


@pytest.mark.parametrize(
    ("parameters", "agree"),
    [
        ("text: str, values: dict[str, str]", lambda text, values: any(k and k in text for k in values)),
        ("text: str, sep: str", lambda text, sep: len(sep) > 1 and sep in text and sep != text),
        ("items: list[int], n: int", lambda items, n: len(items) > 2 and n == len(items)),
        ("graph: dict[int, list[int]], start: int", lambda graph, start: start in graph),
    ],
)
def test_some_calls_have_arguments_that_agree(parameters: str, agree: Any) -> None:
    calls = drawn(signature_of(f"def f({parameters}): ...")[0], 150)
    assert sum(agree(*call.args) for call in calls if len(call.args) == 2) >= 6
