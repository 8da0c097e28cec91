"""Sources as trees and as lines."""

from __future__ import annotations

import ast
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.source.syntax import (
    PARSED_SOURCE,
    TREES,
    expression,
    line_of,
    parsed,
    split_lines,
    syntax,
)

UNREADABLE = ["def f(:", "\0", "(" * 10_000, f"x = {'1' * 5000}"]


@pytest.mark.parametrize("code", UNREADABLE, ids=["no syntax", "a null", "too deep", "too many digits"])
def test_what_is_no_python_has_no_tree(code: str) -> None:
    assert parsed(code) is None
    assert expression(code) is None
    assert syntax(code) is None


def test_a_source_is_parsed_up_to_a_size() -> None:
    longest = "x" * PARSED_SOURCE
    assert isinstance(parsed(longest), ast.Module)
    assert isinstance(expression(longest), ast.Name)
    assert parsed(longest + "x") is None
    assert expression(longest + "x") is None


def test_an_expression_is_one_and_nothing_else() -> None:
    found = expression("1 + x")
    assert found is not None
    assert ast.unparse(found) == "1 + x"
    assert expression("x = 1") is None
    assert expression("1; 2") is None


def test_an_odd_escape_warns_nobody() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert parsed("x = '\\d'") is not None


def test_the_last_trees_are_kept_and_a_tree_of_ones_own_is_new() -> None:
    first = syntax("x = 0")
    for n in range(1, TREES):
        syntax(f"x = {n}")
    assert syntax("x = 0") is first
    assert first is not None
    assert first.nodes == list(ast.walk(first.tree))
    assert parsed("x = 0") is not parsed("x = 0")


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("", []),
        ("a", ["a"]),
        ("a\n", ["a"]),
        ("a\nb", ["a", "b"]),
        ("a\n\n", ["a", ""]),
        ("\na", ["", "a"]),
        ("a\r\nb\rc\n", ["a", "b", "c"]),
        ("a\x0cb\u2028c\x1cd\n", ["a\x0cb\u2028c\x1cd"]),
        ("a\nb\nc\nd\n", ["a", "b", "c", "d"]),
    ],
)
def test_lines_are_those_that_python_counts(code: str, lines: list[str]) -> None:
    assert split_lines(code) == lines
    assert [line_of(code, n) for n in range(1, len(lines) + 1)] == [line.strip() for line in lines]
    for beyond in (-2, -1, 0, len(lines) + 1, len(lines) + 2):
        assert line_of(code, beyond) == ""


@given(st.lists(st.text("ab \t", max_size=4)), st.sampled_from(["\n", "\r\n", "\r"]))
def test_lines_come_back_as_they_were_joined(lines: list[str], end: str) -> None:
    code = "".join(line + end for line in lines)
    assert split_lines(code) == lines
    assert split_lines(code + "x") == [*lines, "x"]


def test_a_line_is_told_without_its_indentation() -> None:
    assert line_of("def f():\n    return 1  \n", 2) == "return 1"
