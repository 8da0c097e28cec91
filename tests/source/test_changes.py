"""Where a dream differs from its procedure, and that finding out takes bounded time."""

from __future__ import annotations

import time

import pytest

from pytest_athena_dreams.source.alignment import align
from pytest_athena_dreams.source.changes import changes_within, excerpt, likeliest, list_changes, put_back
from pytest_athena_dreams.source.edits import edits
from tests.learn.test_patterns import BASE, EDITS

TRY = "try:\n    a()\nexcept KeyError:\n    c()\n"
LONG = "".join(f"    x{n} = f({n})\n" for n in range(200))


@pytest.mark.parametrize("change", EDITS.values(), ids=list(EDITS))
def test_the_only_change_put_back_gives_the_procedure(change: tuple[str, str]) -> None:
    code = BASE.replace(*change)
    [found] = list_changes(BASE, code)
    assert change[1].strip() in code.splitlines()[(found.line or 0) - 1]
    assert edits(BASE, put_back(BASE, code, found)) == ()


@pytest.mark.parametrize(
    ("before", "after", "line", "right"),
    [
        ("if a:\n    b()\n", "if not a:\n    b()\n", 1, "if a:"),
        ("def f(a=1):\n    return a\n", "def f(a=2):\n    return a\n", 1, "def f(a=1):"),
        ("x = [\n    1,\n    2,\n]\n", "x = [\n    1,\n    3,\n]\n", 3, "x = [\n    1,\n    2,\n]"),
        ("f()\nx = 1\nh()\n", "f()\nh()\n", None, "x = 1\nh()"),
        ("f()\nh()\n", "f()\nx = 1\nh()\n", 2, "h()"),
        ("if a:\n    b()\nelse:\n    c()\n", "if a:\n    b()\n", None, "if a:\n    b()\nelse:\n    c()"),
        (TRY, TRY.replace("KeyError", "IndexError"), 3, TRY.strip()),
        ("match a:\n    case 1: b()\n", "match a:\n    case 2: b()\n", 2, "match a:\n    case 1: b()"),
        ("a = 1; b = 2\n", "a = 1; b = 3\n", 1, "a = 1; b = 2"),
        ("def f(:\n    a\n    b\n", "def f(:\n    a\n    c\n", 3, "b"),
        ("f()\n", "```python\nf()\n```\n", 1, ""),
    ],
)  # fmt: skip
def test_a_change_has_its_line_and_the_code_in_its_place(
    before: str, after: str, line: int | None, right: str
) -> None:
    found = list_changes(before, after)[0]
    assert (found.line, excerpt(before, found.right, found.right_line)) == (line, right)


def test_layout_comments_docstrings_and_names_are_no_change() -> None:
    other = (
        BASE.replace("kept", "chosen").replace("    for", "    # Go.\n\n    for").replace(" = []", " = [ ]")
    )
    assert list_changes(BASE, other) == ()
    assert list_changes(BASE, BASE.replace("    kept = []", '    """Pick."""\n    kept = []')) == ()


def test_a_long_statement_is_shown_around_the_change() -> None:
    before = "x = [\n" + "".join(f"    {n},\n" for n in range(50)) + "]\n"
    [found] = list_changes(before, before.replace("    30,", "    31,"))
    assert "30,\n" in excerpt(before, found.right, found.right_line)


def test_the_likeliest_change_is_the_nearest_to_the_line_then_a_precise_one() -> None:
    code = "import sys\n" + BASE.replace("range(1", "range(0").replace("item != 7", "item != 8")
    found = list_changes(BASE, code)
    assert [change.line for change in found] == [1, 4, 6]
    assert likeliest(found, None) == found[1]
    nearest = [likeliest(found, line) for line in (1, 4, 5, 6, 9)]
    assert nearest == [found[0], *found[1:2] * 2, *found[2:] * 2]
    assert likeliest((), 3) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1\n" * 16_000, "y\n" + "x = 1\n" * 16_000 + "z\n"),
        ("x = 1\ny = f()\n" * 4_000, "y = f()\nx = 1\nz\n" * 4_000),
        ("?\n" * 50_000, "!\n" + "?\n" * 40_000 + "!\n?\n!"),
        (f"def f():\n{LONG}", f"def f():\n    x = 1\n{LONG * 4}    return x\n"),
    ],
)
def test_sources_made_to_be_hard_to_compare_take_bounded_time(before: str, after: str) -> None:
    began = time.process_time()
    list_changes(before, after)
    assert time.process_time() - began < 5


def test_an_alignment_gives_both_sequences_in_full() -> None:
    for a, b in (("", ""), ("abc", "abc"), ("abc", "xaybzc"), ("aXbYc", "abc"), ("a" * 600, "b" + "a" * 500)):
        blocks = list(align(a, b))
        assert "".join(a[a1:a2] for _, a1, a2, _, _ in blocks) == a
        assert "".join(b[b1:b2] for _, _, _, b1, b2 in blocks) == b
        assert all((a[a1:a2] == b[b1:b2]) is equal for equal, a1, a2, b1, b2 in blocks)


def test_changes_within_the_tested_functions_leave_out_imports_and_names() -> None:
    procedure = "import os\n\ndef old(x):\n    y = x + 1\n    return y\n"
    dream = "import sys\nfrom json import dumps\n\n\ndef new(x):\n    y = x + 1\n    y += 1\n    return y\n"
    (change,) = changes_within(procedure, "old", dream, "new")
    assert (change.own, change.line) == ((7, 7), 7)
    assert changes_within(procedure, "old", dream, "gone") == ()
    assert changes_within("def f(:", "f", dream, "new") == ()
