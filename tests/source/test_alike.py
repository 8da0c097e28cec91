"""Twins are sources that behave alike for certain: what could tell them apart makes them none."""

from __future__ import annotations

import pytest

from pytest_athena_dreams.source.alike import lines_of, outline, twin_key
from pytest_athena_dreams.source.normalise import digest

CODE = '''\
import math

def area(radius: float) -> float:
    """The area of a circle."""
    square = radius * radius
    return math.pi * square
'''
LAYOUT = '''\
import math
# from a book

def area(radius: float) -> float:
    """The area of a circle."""
    r2 = (radius
          * radius)

    return math.pi * r2  # done
'''


def test_formatting_comments_and_names_of_locals_make_twins() -> None:
    assert twin_key(LAYOUT) == twin_key(CODE)
    assert outline(LAYOUT) == outline(CODE) == "importdef:->:=*return*"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("radius * radius", "radius + radius"),
        ("pi", "tau"),
        ("radius", "r"),
        ("The area of a circle", "Examples: area(1.0)"),
        ("square = radius", "square = 1 * radius"),
        ("-> float", "-> int"),
    ],
)
def test_what_counts_makes_none(old: str, new: str) -> None:
    assert twin_key(CODE.replace(old, new)) != twin_key(CODE)


@pytest.mark.parametrize(
    "look",
    [
        "square.__class__",
        "getattr(area, 'x')",
        "'{0.a}'.format(square)",
        "'_' + '__code__'",
        "b'__code__'",
        "vars()",
        "open('x')",
        "math.attrgetter",
    ],
)
def test_code_that_could_see_itself_is_a_twin_of_copies_only(look: str) -> None:
    code = CODE.replace("return", f"{look}\n    return")
    assert twin_key(code) == twin_key(code)
    assert twin_key(code + "# more\n") != twin_key(code)


@pytest.mark.parametrize(
    "line",
    [
        "import inspect",
        "import sys as s",
        "from traceback import extract_stack",
        "from operator import attrgetter as a",
        "from math import *",
        "from . import x",
        "try: pass\nexcept NameError as error: pass",
        "def broken(:",
    ],
)
def test_so_is_code_with_a_way_to_look(line: str) -> None:
    assert twin_key(f"{line}\n{CODE}# more\n") != twin_key(f"{line}\n{CODE}")


def test_a_name_that_also_means_a_global_is_none_of_the_locals() -> None:
    code = "y = 1\nq = 2\ndef f(a):\n    z = [y for y in a]\n    return y\n"
    other = code.replace("[y for y", "[q for q").replace("return y", "return q")
    assert digest(other) != digest(code)


def test_a_name_that_also_means_a_builtin_is_none_of_the_locals() -> None:
    code = "def f(a):\n    def g():\n        len = 3\n        return len\n    return len(a) + g()\n"
    assert digest(code.replace("len", "max")) != digest(code)


def test_a_default_is_evaluated_outside() -> None:
    code = "y = 1\nq = 2\ndef f(a=y):\n    y = 3\n    return a + y\n"
    other = code.replace("a=y", "a=q").replace("y = 3", "q = 3").replace("a + y", "a + q")
    assert digest(other) != digest(code)


def test_each_line_of_a_twin_is_found() -> None:
    lines = lines_of(CODE, LAYOUT)
    assert (lines[1], lines[3], lines[4], lines[5], lines[6]) == (1, 4, 5, 6, 9)
