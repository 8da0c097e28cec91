"""What a dream changed is described by its effect, in the words that patterns and rules are built on."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_athena_dreams.source.edits import REWRITTEN, edits, list_edits

PROCEDURE = """\
def f(xs, n):
    total = 0
    for x in xs:
        if x < n and x != 3:
            total += x * 2
    return total
"""
BOTH = {
    ("x < n", "x <= n"): "a comparison with its boundary moved",
    ("x < n", "x >= n"): "a comparison turned into its opposite",
    ("x < n", "x == n"): "another comparison",
    ("x != 3", "x == 3"): "a comparison turned into its opposite",
    ("x != 3", "x is not 3"): "another comparison",
    ("x != 3", "x not in n"): "another comparison, another expression in a comparison",
    ("x < n and", "x < n or"): "and and or exchanged",
    ("x * 2", "x + 2"): "another arithmetic operator",
    ("x * 2", "x * 3"): "another number in an assignment",
    ("x * 2", "x * 2.0"): "another number in an assignment",
    ("x * 2", "x * True"): "a constant of another type in an assignment",
    ("x * 2", "x * n"): "another expression in an assignment",
    ("total = 0", "total = ''"): "a constant of another type in an assignment",
    ("total += x * 2", "total = x * 2"): "another kind of assignment",
    ("return total", "return -total"): "a sign changed",
    ("return total", "return n"): "another variable",
    ("return total", "return total[0]"): "another expression in a return",
    ("x < n and x != 3", "not (x < n and x != 3)"): "a condition negated",
    ("in xs", "in xs[1:]"): "another expression",
}
"""Edits, and what they are called in either direction."""
ONE_WAY = {
    ("x * 2", "x"): ("an operand left out", "an operand added"),
    ("return total", "return str(total)"): ("a call added", "a call left out"),
    ("in xs", "in sorted(xs)"): ("a call added", "a call left out"),
    ("x < n and x != 3", "x < n"): ("a part of a condition left out", "a part of a condition added"),
    ("n and x != 3", "n and x != 3 and n"): ("a part of a condition added", "a part of a condition left out"),
    ("x < n and x != 3", "True"): (
        "a condition that always goes one way",
        "another expression in a condition",
    ),
    ("total += x * 2", "pass"): ("an assignment left out", "an assignment added"),
    ("    return total\n", ""): ("a return left out", "a return added"),
    ("total = 0", "total = 0\n    print(n)"): ("a call added", "a call left out"),
    ("return total", "assert n\n    return total"): ("an assertion added", "an assertion left out"),
    ("return total", "raise ValueError"): ("a return became a raise", "a raise became a return"),
    ("return total", "return"): ("None returned", "a value returned"),
    ("return total", "return None"): ("None returned", "another expression in a return"),
    ("(xs, n)", "(xs, n=1)"): ("a part of a default added", "a part of a default left out"),
    ("(xs, n)", "(xs, n, m)"): ("a part of the parameters added", "a part of the parameters left out"),
}
"""Edits, and what they and their reversals are called."""
NONE = {
    "a name of the function": ("def f", "def g"),
    "a name of a parameter": ("xs, n", "xs, m"),
    "an annotation": ("(xs, n)", "(xs: list, n: int) -> int"),
    "a docstring": ("    total = 0", '    """Add up."""\n    total = 0'),
    "a comment": ("total = 0", "total = 0  # none yet"),
}


@pytest.mark.parametrize(("change", "words"), BOTH.items(), ids=map(str, BOTH))
def test_an_edit_has_a_name(change: tuple[str, str], words: str) -> None:
    after = PROCEDURE.replace(*change)
    assert after != PROCEDURE
    assert edits(PROCEDURE, after) == tuple(words.split(", "))
    assert edits(after, PROCEDURE) == tuple(words.split(", "))


@pytest.mark.parametrize(("change", "words"), ONE_WAY.items(), ids=map(str, ONE_WAY))
def test_an_edit_and_its_reversal_have_names(change: tuple[str, str], words: tuple[str, str]) -> None:
    after = PROCEDURE.replace(*change)
    assert after != PROCEDURE
    assert edits(PROCEDURE, after) == (words[0],)
    assert edits(after, PROCEDURE) == (words[1],)


@pytest.mark.parametrize("change", NONE.values(), ids=NONE)
def test_what_does_not_run_is_no_edit(change: tuple[str, str]) -> None:
    after = PROCEDURE.replace(*change)
    assert after != PROCEDURE
    assert edits(PROCEDURE, after) == edits(after, PROCEDURE) == ()


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("x[1]", "x[2]", "another number in an index"),
        ("x[1:]", "x[2:]", "another number in a slice"),
        ("range(1)", "range(2)", "another number in a range"),
        ("x(1)", "x(2)", "another number in a call"),
        ("x(a=1)", "x(a=2)", "another number in a call"),
        ("x(a=1)", "x(b=1)", "another name"),
        ("x.a", "x.b", "another method or attribute"),
        ("True", "False", "True and False exchanged in a return"),
        ("'a'", "'b'", "another text in a return"),
        ("1 if x else 2", "1 if x else 3", "another number in a return"),
        ("max(x)", "min(x)", "another function called"),
        ("here", "there", "another name"),
        ("x[1:]", "x[:1]", "slice: lower left out, slice: upper added"),
        ("f'{x}'", "f'{x!r}'", "formattedvalue changed"),
        ("x(1)", "x(None)", "a constant of another type in a call"),
        ("1", "None", "None returned"),
        ("None", "1", "a constant of another type in a return"),
    ],
)
def test_a_value_is_named_by_its_place(before: str, after: str, words: str) -> None:
    one, other = (f"def f(x):\n    return {value}\n" for value in (before, after))
    assert edits(one, other) == tuple(words.split(", "))


def test_more_than_a_few_edits_are_a_rewrite() -> None:
    two = PROCEDURE.replace("x < n", "x <= n").replace("x * 2", "x * 3")
    assert edits(PROCEDURE, two) == (
        "a comparison with its boundary moved",
        "another number in an assignment",
    )
    assert edits(PROCEDURE, two.replace("return total", "return str(total)")) == (REWRITTEN,)
    twice = PROCEDURE.replace("total = 0", "total = 1").replace("x * 2", "x * 3")
    assert edits(PROCEDURE, twice) == ("another number in an assignment",)


def test_names_correspond_in_order_of_use() -> None:
    swapped = PROCEDURE.replace("x < n and x != 3", "n < x and x != 3")
    assert edits(PROCEDURE, swapped) == ("another variable",)
    assert edits(PROCEDURE, PROCEDURE.replace("total", "found").replace("x ", "item ")) == ()


def test_no_python_has_no_edits() -> None:
    assert edits(PROCEDURE, "def f(:") is None
    assert edits("def f(:", PROCEDURE) is None


MODULE = """\
import os
X = 1
Y = 2
def one(n):
    return n
def two(n):
    return n + 1
class Three:
    n = 1
def four(n):
    return n
"""


def first_lines(statements: Sequence[ast.AST] | None) -> list[str] | None:
    """Each statement's first line."""
    return None if statements is None else [ast.unparse(each).partition("\n")[0] for each in statements]


@pytest.mark.parametrize(
    ("change", "places"),
    [
        pytest.param(
            ("def one(n):\n    return n\n", "Z = 3\ndef zero(n):\n    pass\n"),
            [
                ("a function left out", ["def one(n):"], ["Z = 3", "def zero(n):"]),
                ("an assignment added", ["def one(n):"], ["Z = 3", "def zero(n):"]),
                ("a function added", ["def one(n):"], ["Z = 3", "def zero(n):"]),
                (["def two(n):"] * 2, ["Y = 2"] * 2),
            ],
            id="in place of a function",
        ),
        pytest.param(
            ("class Three:", "def more(n):\n    pass\nclass Three:"),
            [("a function added", [], ["def more(n):"]), (["class Three:"] * 2, ["def two(n):"] * 2)],
            id="between two",
        ),
        pytest.param(
            ("import os\n", ""),
            [("an import left out", ["import os"], []), (["X = 1"] * 2, None)],
            id="at the start",
        ),
        pytest.param(
            ("def four(n):\n    return n\n", ""),
            [("a function left out", ["def four(n):"], []), (None, ["class Three:"] * 2)],
            id="at the end",
        ),
        pytest.param(
            ("n + 1\n", "n + 1\ndef more(n):\n    pass\nZ = 1\n"),
            [
                ("a function added", [], ["def more(n):", "Z = 1"]),
                ("an assignment added", [], ["def more(n):", "Z = 1"]),
                (["class Three:"] * 2, ["def two(n):"] * 2),
            ],
            id="two between two",
        ),
    ],
)
def test_an_edit_knows_the_statements_around_it(
    change: tuple[str, str], places: list[tuple[object, ...]]
) -> None:
    after = MODULE.replace(*change)
    assert after != MODULE
    found = list_edits(MODULE, after)
    assert found
    *edited, (follows, leads) = places
    seen = [(e.words, first_lines(e.place.before), first_lines(e.place.after)) for e in found]
    assert seen == edited
    for edit in found:
        assert (first_lines(edit.place.next), first_lines(edit.place.previous)) == (follows, leads)


def test_functions_of_one_name_correspond_wherever_they_stand_in_a_block() -> None:
    after = MODULE.replace("def two", "import re\nZ = 3\ndef two").replace("n + 1", "n + 2")
    after = after.replace("def four(n):\n    return n", "W = 4\ndef four(n):\n    return -n")
    found = list_edits(MODULE, after)
    assert found is not None
    assert [(edit.words, edit.before, edit.after) for edit in found] == [
        ("an import added", None, None),
        ("an assignment added", None, None),
        ("another number in a return", 7, 9),
        ("an assignment added", None, None),
        ("a sign changed", 11, 14),
    ]


def test_an_import_under_another_name_is_a_change() -> None:
    assert (
        edits("import a\n", "import a as b\n") == edits("import a as b\n", "import a\n") == ("alias changed",)
    )


@given(st.lists(st.sampled_from(["both", "before", "after"]), max_size=8), st.integers(0, 3))
def test_of_functions_each_has_its_counterpart_by_name(kinds: list[str], first: int) -> None:
    """Functions of many shapes, some in one of the two sources only, and each of both with a sign changed."""
    before, after = (
        [
            f"def f{n}(x):\n" + "    pass\n" * n + f"    return {sign}x\n"
            for n, kind in enumerate(kinds)
            if kind in ("both", side)
        ]
        for side, sign in (("before", ""), ("after", "-"))
    )
    assume(len(before) != len(after))  # else those of one place correspond
    shared = "".join(f"C{n} = {n}\n" for n in range(first))
    found = list_edits(shared + "".join(before), shared + "".join(after))
    assert found is not None
    changed = [edit for edit in found if edit.words == "a sign changed"]
    names = [ast.unparse(edit.place.before[0]) for edit in changed]
    assert names == ["return x"] * kinds.count("both")
    lines = [
        [number for number, line in enumerate((shared + "".join(code)).splitlines(), 1) if line == wanted]
        for code, wanted in ((before, "    return x"), (after, "    return -x"))
    ]
    here = [n for n, kind in enumerate([k for k in kinds if k != "after"]) if kind == "both"]
    there = [n for n, kind in enumerate([k for k in kinds if k != "before"]) if kind == "both"]
    assert [edit.before for edit in changed] == [lines[0][n] for n in here]
    assert [edit.after for edit in changed] == [lines[1][n] for n in there]
