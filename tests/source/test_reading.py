"""What is read in a source without running it."""

from __future__ import annotations

import pytest

from pytest_athena_dreams.source.reading import (
    LITERAL_LENGTH,
    LITERALS,
    Reading,
    keeps_state,
    reading,
    sees_no_clock,
    statement_lines,
)
from pytest_athena_dreams.source.syntax import PARSED_SOURCE, syntax


def test_literals_are_told_once_without_docstrings_and_booleans() -> None:
    code = "def f(x):\n    'doc'\n    return x in (7777, -2, 7777, 1.5, 'a', b'b', True, None)\n"
    literals = reading(code).literals
    assert set(map(str, literals)) >= {"7777", "-2", "1.5", "a", "['bytes', '62']"}
    assert "doc" not in literals
    assert True not in [value for value in literals if isinstance(value, bool)]
    assert literals.count(7777) == 1


def test_literals_are_limited_in_number_and_length() -> None:
    assert len(reading(f"x = {list(range(3 * LITERALS))}").literals) == LITERALS
    assert reading(f"x = {'a' * LITERAL_LENGTH!r}").literals == ("a" * LITERAL_LENGTH,)
    assert reading(f"x = {'a' * (LITERAL_LENGTH + 1)!r}").literals == ()


def test_guards_are_declared_and_other_exceptions_are_not() -> None:
    code = "def f(x):\n    if x: raise ValueError('no')\n    if not x: raise TypeError\n    raise KeyError\n"
    assert reading(code).declares == ("TypeError", "ValueError")


def test_lines_are_those_of_the_statements_of_functions() -> None:
    code = "N = 3\ndef f(x):\n    if x:\n        return (\n            1)\n    return lambda: (\n        2)\n"
    assert statement_lines(code) == {3, 4, 6, 7}
    assert statement_lines("y = x\n_result = y\n") == {1, 2}
    assert statement_lines("def f(x):\n    return sorted(x, key=lambda y: y)\n") == {2}


def test_a_source_is_read_up_to_a_size() -> None:
    code = "x = 1\n"
    assert reading(code + "#" * (PARSED_SOURCE - len(code))).literals == (1,)
    assert reading(code + "#" * (PARSED_SOURCE - len(code) + 1)) == Reading()


def test_a_source_is_parsed_once_for_all_who_ask() -> None:
    assert syntax("x = 1") is syntax("x = 1")


@pytest.mark.parametrize(
    "code",
    ["def f(:", "\0", f"x = {'1' * 5000}", "(" * 10_000, "#" * PARSED_SOURCE + "\nx = 1"],
    ids=["no syntax", "a null", "a long number", "nested too deep", "too long"],
)
def test_of_what_can_not_be_read_nothing_is_told(code: str) -> None:
    assert reading(code) == Reading()
    assert statement_lines(code) == set()


def test_a_long_chain_of_signs_is_no_literal_of_its_own() -> None:
    assert reading(f"x = {'-' * 500}5").literals == (-5, 5)


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        ("calls = []\ndef f(x):\n    calls.append(x)\n", True),
        ("calls: dict[int, int] = {}\ndef f(x):\n    calls[x] = 1\n", True),
        ("calls = set()\n", True),
        ("calls = {1}\n", True),
        ("calls = [n for n in range(3)]\n", True),
        ("n = 0\ndef f():\n    global n\n    n += 1\n", True),
        ("n = 0\ndef f():\n    return n\n", False),
        ("n: int\ndef f():\n    return []\n", False),
        ("pair = 1, 2\nname = 'a'\n", False),
        ("def f(:", False),
    ],
)
def test_what_may_remember_a_call(code: str, kept: bool) -> None:
    assert keeps_state(code) == kept


def test_a_literal_that_is_left_out_ends_no_list() -> None:
    code = f"'doc'\nx = True\ny = {'a' * (LITERAL_LENGTH + 1)!r}\nz = 7\n"
    assert reading(code).literals == (7,)


@pytest.mark.parametrize(
    ("code", "none"),
    [
        ("def f(n): return sorted(n)", True),
        ("import re, json\nfrom collections import Counter", True),
        ("import collections.abc\nfrom urllib.parse import quote", True),
        ("import time", False),
        ("def f():\n    from datetime import date", False),
        ("import re, time as re2", False),
        ("from urllib import request", False),
        ("import urllib", False),
        ("from . import helpers", False),
        ("import my_helpers", False),
        ("def f(): return __import__('time').time()", False),
        ("def f(): return eval('1')", False),
        ("def f(:", False),
    ],
)
def test_code_that_sees_no_clock(code: str, none: bool) -> None:
    assert sees_no_clock(code) == none
