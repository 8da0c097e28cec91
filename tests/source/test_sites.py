"""Where a failure happened is named by the step that can have raised it, not by its text."""

from __future__ import annotations

import pytest

from pytest_athena_dreams.source.normalise import parse
from pytest_athena_dreams.source.sites import loops, site

STEPS = [
    ("return xs[n]", "IndexError", "an item read"),
    ("xs[n] = 1", "IndexError", "an item written"),
    ("return xs.pop(n)", "IndexError", "a call of .pop"),
    ("return xs.pop(n)", "KeyError", "a call of .pop"),
    ("return xs[n].pop()", "IndexError", "an item read"),
    ("return n / 0", "ZeroDivisionError", "a division"),
    ("return n // 0", "ZeroDivisionError", "a division"),
    ("n %= 0", "ZeroDivisionError", "a division"),
    ("n += None", "TypeError", "an operator"),
    ("return n + None", "TypeError", "an operator"),
    ("return n < None", "TypeError", "a comparison"),
    ("return divmod(n, 0)", "ZeroDivisionError", "a call of divmod"),
    ("return f(n)", "TypeError", "a call of its own function"),
    ("return f(n)", "RecursionError", "a call of its own function"),
    ("return n + 1", "ZeroDivisionError", "a return"),
    ("return n.real", "AttributeError", "attribute .real"),
    ("return int(n)", "ValueError", "a call of int"),
    ("return unknown(n)", "ValueError", "a return"),
    ("a, b = n", "ValueError", "an unpacking"),
    ("[a, b] = n", "ValueError", "an unpacking"),
    ("a = n", "ValueError", "an assignment"),
    ("for x in n:\n        pass", "TypeError", "an iteration"),
    ("return [x for x in n]", "TypeError", "an iteration"),
    ("return next(n)", "StopIteration", "a call of next"),
    ("raise IndexError", "IndexError", "its own raise"),
    ("assert xs[n]", "IndexError", "its own assertion"),
    ("del n", "NameError", "a del"),
    ("print(n)", "OSError", "a call"),
    ("pass", "OSError", "a statement"),
    ("import missing", "ImportError", "an import"),
]


@pytest.mark.parametrize(("line", "exception", "words"), STEPS)
def test_a_step_has_a_name(line: str, exception: str, words: str) -> None:
    tree = parse(f"def f(n, xs=()):\n    n = n\n    {line}\n")
    assert tree is not None
    assert site(tree, 3, exception) == words


def test_the_step_is_on_the_line() -> None:
    tree = parse(
        "def f(x):\n    y = [\n        x[0],\n        x.pop(),\n    ]\n"
        "    if (\n        y[1]):\n        y[2]\n"
    )
    assert tree is not None
    lines = [site(tree, line, "IndexError") for line in range(1, 10)]
    assert lines == [
        "a function's head", "an assignment", "an item read", "a call of .pop", "an assignment",
        "a condition", "an item read", "an item read", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "head", ["if x:", "while x:", "with x:", "for y in x.y:", "async def g():", "class X:"]
)
def test_what_is_within_a_block_is_no_part_of_its_head(head: str) -> None:
    tree = parse(f"def f(x):\n    {head}\n        z = [y for y in x]\n")
    assert tree is not None
    words = {"for y in x.y:": "an iteration", "if x:": "a condition", "while x:": "a while loop"}
    words["with x:"] = "a with block"
    assert site(tree, 2, "TypeError") == words.get(head, "a statement")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return x", ""),
        ("while x: pass", "a while loop"),
        ("for y in x: pass", "a for loop"),
        ("return [y for y in x]", "a comprehension"),
        ("return f(x)", "a call of itself"),
        ("for y in x: f(y)", "a for loop and a call of itself"),
        ("while x:\n        for y in x: f(y)", "a while loop and a for loop"),
        ("return g(x)", ""),
        ("return x.f(x)", ""),
    ],
)
def test_the_loops_of_code_have_names(body: str, words: str) -> None:
    tree = parse(f"def f(x):\n    {body}\n")
    assert tree is not None
    assert loops(tree) == words


def test_a_call_of_a_coroutine_is_one_of_itself() -> None:
    tree = parse("async def f(x):\n    return await f(x)\n")
    assert tree is not None
    assert loops(tree) == "a call of itself"
    assert site(tree, 2, "RecursionError") == "a call of its own function"
