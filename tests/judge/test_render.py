"""How canonical values read: a table of every tag, and the limit of a text's length."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.judge.render import number, render, shorten
from pytest_athena_dreams.sandbox.jail.grammar import GRAMMAR

TEXT = ["str", "é".encode().hex()]

READS: list[tuple[Any, str]] = [
    (None, "None"),
    (True, "True"),
    (7, "7"),
    (1.5, "1.5"),
    ("a\nb", "'a\\nb'"),
    (["int", hex(1 << 70)], str(1 << 70)),
    (["int", hex((1 << 399) - 1)], str((1 << 399) - 1)),
    (["int", hex(1 << 399)], hex(1 << 399)),
    (["int", hex(-(1 << 500))], hex(-(1 << 500))),
    (["float", "nan"], "float('nan')"),
    (TEXT, "'é'"),
    (["bytes", b"a\0".hex()], "b'a\\x00'"),
    (["bytearray", b"a".hex()], "bytearray(b'a')"),
    (["complex", 1.0, ["float", "inf"]], "complex(1.0, float('inf'))"),
    (["list", []], "[]"),
    (["list", [1, TEXT]], "[1, 'é']"),
    (["tuple", []], "()"),
    (["tuple", [1]], "(1,)"),
    (["tuple", [1, 2]], "(1, 2)"),
    (["deque", [1, 2]], "deque([1, 2])"),
    (["set", []], "set()"),
    (["set", [1, 2]], "{1, 2}"),
    (["frozenset", []], "frozenset()"),
    (["frozenset", [1]], "frozenset({1})"),
    (["dict", []], "{}"),
    (["dict", [[1, "a"], [TEXT, ["list", []]]]], "{1: 'a', 'é': []}"),
    (["enum", "Color", "RED", 1], "Color.RED"),
    (["object", "P", []], "P()"),
    (["object", "P", [["x", 1], ["y", "b"]]], "P(x=1, y='b')"),
    (["sub", "Metres", 1.5, []], "Metres(1.5)"),
    (["sub", "Metres", 1.5, [["unit", "m"]]], "Metres(1.5, unit='m')"),
    (["sub", "N", ["tuple", [1, 2]], [["_fields", ["tuple", ["x", "y"]]]]], "N(x=1, y=2)"),
    (["sub", "N", ["tuple", [1]], [["_fields", ["tuple", ["x"]]], ["z", 3]]], "N(x=1, z=3)"),
    (
        ["sub", "N", ["tuple", [1]], [["_fields", ["tuple", ["x", "y"]]]]],
        "N((1,), _fields=('x', 'y'))",
    ),
    (["sub", "N", ["list", [1]], [["_fields", ["tuple", ["x"]]]]], "N([1], _fields=('x',))"),
    (["sub", "N", ["tuple", [1]], [["_fields", ["list", ["x"]]]]], "N((1,), _fields=['x'])"),
    (["sub", "N", ["list", [1]], [["_fields", ["list", ["x"]]]]], "N([1], _fields=['x'])"),
    (["sub", "N", ["value", "D", "1"], [["_fields", ["tuple", ["x"]]]]], "N(1, _fields=('x',))"),
    (["sub", "N", 1, [["_fields", ["tuple", ["x"]]]]], "N(1, _fields=('x',))"),
    (["sub", "N", ["tuple", [1]], [["_fields", 3]]], "N((1,), _fields=3)"),
    (["sub", "N", ["tuple", [1]], [["fields", ["tuple", ["x"]]]]], "N((1,), fields=('x',))"),
    (["iterator", "generator", [1, 2], False, None], "<generator giving [1, 2]>"),
    (["iterator", "generator", [1], True, None], "<generator giving [1] and more>"),
    (
        ["iterator", "generator", [], False, ["exception", "KeyError", None, [], []]],
        "<generator giving [], then KeyError()>",
    ),
    (["exception", "E", ["tuple", ["m", 2]], [], [["code", 3]]], "E('m', 2, code=3)"),
    (["exception", "E", ["tuple", []], [["name", "x"]], []], "E(name='x')"),
    (["ref", 1], "..."),
    (["cut", -1, [], ["list", [1]]], "<too large: [1] and more>"),
    (["cut", 0, [], ["list", [1]]], "<too large, some 0 characters: [1] and more>"),
    (["cut", 900, [], ["list", [1]]], "<too large, some 900 characters: [1] and more>"),
]


@pytest.mark.parametrize(("value", "text"), READS, ids=lambda each: str(each)[:40])
def test_how_a_value_reads(value: Any, text: str) -> None:
    assert render(value, limit=10_000) == text


def test_every_tag_is_read_with_the_fields_that_it_has() -> None:
    assert all(len(v) == 1 + len(GRAMMAR[v[0]]) for v, _ in READS if isinstance(v, list))
    of_the_jail = {"value", "opaque"}  # whose text is the jail's own
    assert {value[0] for value, _ in READS if isinstance(value, list)} | of_the_jail >= set(GRAMMAR)


@given(st.text(min_size=1), st.integers(4, 40))
def test_a_text_is_shortened_in_its_middle_to_exactly_the_limit(text: str, limit: int) -> None:
    short = shorten(text, limit)
    if len(text) <= limit:
        assert short == text
        return
    kept = limit - len("...")
    assert short in {text[:head] + "..." + text[len(text) - kept + head :] for head in range(kept)}


@pytest.mark.parametrize(
    ("limit", "text"), [(10, "0123456789"), (9, "0123...89"), (8, "012...89"), (4, "...9"), (5, "0...9")]
)
def test_three_quarters_of_the_text_are_its_beginning(limit: int, text: str) -> None:
    assert shorten("0123456789", limit) == text


@pytest.mark.parametrize("kind", ["list", "set", "tuple"])
@pytest.mark.parametrize("count", [39, 40, 41, 400])
def test_items_that_can_not_be_seen_are_not_read(kind: str, count: int) -> None:
    limit = 20
    items = [*range(count - 1), ["list", ["the", "end"]]]
    whole = render([kind, items], limit=1 << 20)
    assert render([kind, items], limit=limit) == shorten(whole, limit)


@pytest.mark.parametrize(
    ("value", "float_"),
    [
        (1.5, 1.5),
        (["float", "inf"], math.inf),
        (["float", "-inf"], -math.inf),
        (1, None),
        ("inf", None),
        (None, None),
        (["str", "6e616e"], None),
        (["list", []], None),
    ],
)
def test_a_number_is_a_float_of_the_canonical_form(value: Any, float_: float | None) -> None:
    assert number(value) == float_


def test_nan_is_a_number() -> None:
    found = number(["float", "nan"])
    assert found is not None
    assert math.isnan(found)
