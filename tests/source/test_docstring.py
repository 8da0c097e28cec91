"""What a docstring says, in time that grows with its length alone."""

from __future__ import annotations

import json
import time
import warnings
from typing import Any

import docstring_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.source.docstring import Docstring, read_docstring, type_in_words
from pytest_athena_dreams.source.syntax import PARSED_SOURCE

GOOGLE = """Take the first items.

Args:
    items (list of int): what to take from.
        It may be (very): long.
    count (int, optional): how many, at most 250.
    unknown: anything.

Raises:
    ValueError: if count is negative.
    errors.Late: at times.

Returns:
    other (str): the items.
"""
NUMPY = """Take the first items.

Parameters
----------
items : list of int
    What to take from.

    tail : of a description
count : int, default 3
    How many.

Raises
------
ValueError
    If count is negative.
errors.Late : at times

Returns
-------
other : str
"""
REST = """Take the first items.

:param items: what to take from
:type items: list of int
:param int count: how many
:raises ValueError: if count is negative
:raise errors.Late: at times
:rtype: str
"""
EPYDOC = """Take the first items.

@param items: what to take from
@type items: list of int
@param count: how many
@type count: int
@raise ValueError: if count is negative
@raise errors.Late: at times
@rtype: str
"""
DOCTESTS = """
>>> first([1, 2], 1)
[1]
>>> first([3],
...       count=1)
[3]
    >>> print(first([4], 1), module.first("\\d", 2))
>>> first(unknown, 1)
>>> first({[]: 1}, 1)
>>> first(*[1], 1)
>>>first([5], 1)
"""


@pytest.mark.parametrize("text", [GOOGLE, NUMPY, REST, EPYDOC])
def test_types_and_exceptions_are_read_in_all_styles(text: str) -> None:
    doc = read_docstring(text)
    assert {name: str(spec) for name, spec in doc.types.items()} == {"items": "list[int]", "count": "int"}
    assert {"ValueError", "Late"} <= set(doc.raises)


@pytest.mark.parametrize("text", [GOOGLE, NUMPY, REST, EPYDOC])
def test_an_independent_reader_agrees(text: str) -> None:
    found = docstring_parser.parse(text).params
    types = {p.arg_name: str(spec) for p in found if (spec := type_in_words(p.type_name or ""))}
    assert {name: str(spec) for name, spec in read_docstring(text).types.items()} == types


def test_numbers_are_read() -> None:
    assert read_docstring(f"{GOOGLE} x1 -7 8.5 12345678901234").numbers == (250, -7)


def test_calls_of_the_function_with_literals_are_read() -> None:
    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        (([1, 2], 1), {}),
        (([3],), {"count": 1}),
        (([4], 1), {}),
        (("\\d", 2), {}),
    ]
    assert [(call.args, call.kwargs) for call in read_docstring(DOCTESTS, "Class.first").calls] == calls
    assert read_docstring(DOCTESTS).calls == ()


@pytest.mark.parametrize("text", [DOCTESTS, ">>> first('\\d')", ":type a: '\\d'", ":type a: 1or 2"])
def test_what_python_warns_of_makes_no_difference(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        strict = read_docstring(text, "first")
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert read_docstring(text, "first") == strict
    assert seen == []


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
        ("bool, default False", "bool"),
        ("int or None (default)", "int | None"),
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
    read_docstring(text, "first")
    type_in_words(text)


HOSTILE = {
    "google argument": ("x\n\nArgs:\n    ", "a(", ": desc"),
    "google argument with spaces": ("x\n\nArgs:\n    a", " ", "(: desc"),
    "google argument that closes": ("x\n\nArgs:\n    a(", ") ", "x"),
    "google arguments without an end": ("x\n\nArgs:\n", "    a (\n", "x"),
    "google default": ("x\n\nArgs:\n    a (int): ", ". Defaults to ", "x"),
    "numpy type": ("Parameters\n-----\na : ", ", optional", " x"),
    "numpy default": ("Parameters\n-----\na : int\n    ", "default ", "."),
    "numpy default value": ("Parameters\n-----\na : int\n    default ", "-.", "!"),
    "dashes": ("Parameters\n", "-", "x\na : int"),
    "rest tags": ("x\n", ":", "\n:param"),
    "rest default": ("x\n:param int a: ", "defaults to ", "\n"),
    "epydoc tags": ("x\n", "@param ", ":"),
    "epydoc lines": ("x\n", "@param\n", ":"),
    "spaces": ("x", " ", "x"),
    "lines": ("x", "\n", "x"),
    "doctest directive": (">>> first(1) # doctest:", " ", "'"),
    "doctest prompts": ("", ">>> ", ""),
    "doctest continuations": (">>> first(\n", "... 1,\n", ")"),
    "nesting": (">>> first(", "[", ")"),
    "an operator": (">>> first(", "-", "1)"),
    "words": ("Parameters\n-----\na : ", "list of ", "int"),
    "alternatives": ("Parameters\n-----\na : int", " or int", ""),
    "a huge number": (">>> first(", "9", ")"),
    "numbers": ("", "1 ", ""),
}
"""What begins a docstring, what is repeated in it, and what ends it: slow in readers that backtrack."""


@pytest.mark.parametrize(("start", "middle", "end"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_docstring_is_read_quickly(start: str, middle: str, end: str) -> None:
    text = (start + middle * PARSED_SOURCE)[: PARSED_SOURCE - len(end)] + end
    began = time.process_time()
    read_docstring(text, "first")
    assert time.process_time() - began < 0.5


def test_a_docstring_that_made_a_regular_expression_cubic() -> None:
    """An argument of the style of Google, opened 1,700 times."""
    began = time.process_time()
    doc = read_docstring(f"x\n\n    Args:\n        {'a(' * 1700}: desc\n    ")
    assert doc == Docstring()
    assert time.process_time() - began < 0.1


def test_a_docstring_that_made_a_reader_raise() -> None:
    assert read_docstring("Sum.\n\n:: x\n:param int n: x\n") == Docstring(
        types={"n": type_in_words("int")}  # type: ignore[dict-item]
    )


def test_a_docstring_is_read_to_a_limit() -> None:
    assert read_docstring("x " * PARSED_SOURCE + "\n:param int n: x").types == {}
    assert json.dumps(read_docstring("\ud800\n:param int n: x").raises) == "[]"
