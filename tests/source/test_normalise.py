"""Syntax without what does not matter, and how far two of them are apart."""

from __future__ import annotations

import ast
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.learn.novelty import Profile, distance, novelty, profile
from pytest_athena_dreams.source.normalise import canonical, digest, parse
from pytest_athena_dreams.source.syntax import PARSED_SOURCE
from tests.corpus import corpus

from .kit import renamed, shifted

CODE = '''\
def count(items: list[int], low: int = 0) -> int:
    """How many are above low."""
    total = 0
    for item in items:
        if item > low:
            total += 1
    return total
'''
names = st.text("abcdefgh_", min_size=3, max_size=8).map(lambda name: f"x_{name}")


def own(text: str) -> Profile:
    found = profile(text)
    assert found is not None
    return found


def test_negative_numbers_are_constants() -> None:
    tree = parse("x = [-1, -2.5]\n")
    assert tree is not None
    assert [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)] == [-1, -2.5]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.UnaryOp)]


@given(prefix=names, lines=st.integers(0, 40))
def test_locals_layout_and_comments_do_not_matter(prefix: str, lines: int) -> None:
    other = shifted(renamed(CODE, lambda name: f"{prefix}{name}"), lines).replace("    ", "  ")
    assert other != CODE
    assert digest(other) == digest(CODE)
    assert distance(own(other), own(CODE)) == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("low", "least"),  # a parameter can be named in a call
        ("total = 0", "total = 1"),
        ("item > low", "item >= low"),
        ("count", "tally"),
        ("How many", "The number that"),
        ("total += 1", "total += item"),
        ("list[int]", "list[str]"),
    ],
)
def test_what_can_be_seen_from_outside_matters(old: str, new: str) -> None:
    assert digest(CODE.replace(old, new)) != digest(CODE)


@pytest.mark.parametrize("look", ["locals()", "eval('total')", "vars()"])
def test_code_that_looks_at_its_names_is_taken_as_it_is(look: str) -> None:
    code = CODE.replace("return total", f"{look}; return total")
    assert digest(renamed(code, str.upper)) != digest(code)


def test_a_tree_is_without_docstrings_wherever_they_stand() -> None:
    code = '"""M."""\nclass A:\n    """A."""\n    def f(self):\n        """f."""\n        return "kept"\n'
    code += 'if code:\n    async def g():\n        """g."""\n'
    tree = parse(code)
    assert tree is not None
    assert [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)] == ["kept"]


def test_two_locals_are_not_made_one() -> None:
    one = "def f(x):\n    a = x\n    b = 2 * x\n    return a - b\n"
    other = "def f(x):\n    a = x\n    b = 2 * x\n    return b - a\n"
    assert digest(one) != digest(other)


def test_a_class_in_a_function_keeps_its_attributes() -> None:
    code = "def f():\n    class C:\n        size = 1\n    return C\n"
    assert digest(code.replace("size", "mass")) != digest(code)


DEEP = {
    "brackets": "(" * 5000 + "1" + ")" * 5000,
    "signs": "-" * 90_000 + "1",
    "attributes": "a" + ".b" * 45_000,
    "sums": "1" + "+1" * 45_000,
    "lambdas": "lambda:" * 13_000 + "1",
    "branches": "if 1: pass\n" + "elif 1: pass\n" * 5000,
    "blocks": "".join(" " * depth + "if 1:\n" for depth in range(300)),
    "null byte": "a\0b",
    "lone surrogate": "a = '\ud800'",
    "fences": "```python\nx = 1\n```",
    "too long": "x = 1\n" * PARSED_SOURCE,
}


@pytest.mark.parametrize("code", DEEP.values(), ids=list(DEEP))
def test_what_can_not_be_read_is_none_and_has_a_digest_of_its_own(code: str) -> None:
    assert canonical(code) is None
    assert profile(code) is None
    assert profile(code) is None
    assert digest(code) != digest(code + " ")


def test_an_odd_escape_warns_nobody() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert canonical("x = '\\d'") is not None
        assert profile("x = '\\d'") is not None


profiles = st.sampled_from(
    [CODE, CODE.replace("> low", "< low"), "def f(): pass", "x = [1, 2]", "def g(a):\n    return a\n"]
).map(own)


@given(profiles, profiles, profiles)
def test_distance_is_a_metric(a: Profile, b: Profile, c: Profile) -> None:
    assert 0 <= distance(a, b) <= 1
    assert distance(a, b) == distance(b, a)
    assert distance(a, a) == 0
    assert distance(a, c) <= distance(a, b) + distance(b, c) + 1e-9


def test_novelty_is_the_distance_from_the_nearest() -> None:
    near, far = CODE.replace("total += 1", "total += item"), "def other(): return {}\n"
    assert novelty(own(CODE), []) == 1
    assert novelty(own(CODE), [own(CODE), own(far)]) == 0
    nearest, farthest = novelty(own(CODE), [own(near), own(far)]), novelty(own(CODE), [own(far)])
    assert nearest is not None
    assert farthest is not None
    assert 0 < nearest < 0.2 < farthest < 1


@pytest.mark.parametrize("name", ["small", "mbpp_typed", "mbpp_untyped"])
def test_renaming_every_local_of_a_corpus_changes_no_digest(name: str) -> None:
    for dream in corpus(name):
        code = dream["code"]
        try:
            ast.parse(code)
        except SyntaxError:
            continue
        assert digest(shifted(renamed(code, lambda local: f"{local}_9"), 3)) == digest(code), dream["label"]
