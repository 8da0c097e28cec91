"""What a docstring tells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.inputs.docs import example_values, read, type_in_words, with_types
from pytest_athena_dreams.models import Parameter, ParameterKind, Signature

DOC = """Take the first items.

Args:
    items (list of int): what to take from.
    count (int, optional): how many, at most 250.

Raises:
    ValueError: if count is negative.

>>> first([1, 2], 1)
[1]
>>> first([3], count=1)
[3]
>>> first(unknown, 1)
[]
"""


def signature(doc: str) -> Signature:
    names = ("items", "count")
    kind = ParameterKind.POSITIONAL_OR_KEYWORD
    return Signature(name="first", doc=doc, parameters=tuple(Parameter(name=n, kind=kind) for n in names))


def test_types_limits_exceptions_and_examples_are_read() -> None:
    doc = read(signature(DOC))
    typed = with_types(signature(DOC), doc)
    assert [str(p.type) for p in typed.parameters] == ["list[int]", "int"]
    assert doc.raises == ("ValueError",)
    assert 250 in doc.literals
    assert [call.call("first") for call in doc.examples] == ["first([1, 2], 1)", "first([3], count=1)"]
    assert example_values(typed, doc.examples) == {"items": [[1, 2], [3]], "count": [1, 1]}


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("int", "int"),
        ("integer", "int"),
        ("list of strings", "list[str]"),
        ("list[int]", "list[int]"),
        ("dict[str, int]", "dict[str, int]"),
        ("int or None", "int | None"),
        ("Optional[float]", "float | None"),
        ("tuple[int, str]", "tuple[int, str]"),
        ("str, optional", "str"),
        ("list of list of int", "list[list[int]]"),
    ],
)
def test_types_in_words(words: str, meant: str) -> None:
    spec = type_in_words(words)
    assert spec is not None
    assert str(spec) == meant


@pytest.mark.parametrize("words", ["", "Widget", "the thing", "__import__('os')", "int or Widget", "(" * 90])
def test_what_is_no_known_type_says_nothing(words: str) -> None:
    assert type_in_words(words) is None


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    read(signature(text))
    type_in_words(text)
