"""Structure: the types of parameters, from what the code does with them."""

from __future__ import annotations

import pytest

from pytest_athena_dreams.source.structure import structure

CASES = [
    ("def f(p): return p.weekday()", "date"),
    ("def f(p):\n    q = p\n    while q < r:\n        q += timedelta(days=1)", "date"),
    ("def f(p): return p.quantize(2)", "Decimal"),
    ("def f(p):\n    for a, b in sorted(p):\n        x = a - b", "list[tuple[int, int]]"),
    ("def f(p): return [math.isnan(x) for x in p]", "list[float]"),
    ("def f(p): return p(1)", "callable[int]"),
    ("def f(p, q): return sorted(q, key=p)", "callable[int]"),
    ("def f(p):\n    for x in p.get(1, []):\n        x.upper()", "dict[int, list[str]]"),
    ("def f(p): return g(p)\ndef g(x): return x.isoformat()", "date"),
    ("def f(p):\n    def g(x): return x.isoformat()\n    return g(p)", "date"),
    ("def f(p): return [x + 1 for x in p if isinstance(x, (int, float))]", "list[int | float | None]"),
]


@pytest.mark.parametrize(("code", "expected"), CASES)
def test_what_the_code_does_tells_the_type(code: str, expected: str) -> None:
    types, _ = structure(code, "f")
    text = str(types["p"])
    assert text.replace("datetime.", "").replace("decimal.", "") == expected


def test_a_record_has_the_keys_that_are_read() -> None:
    code = """
def f(lines):
    for line in lines:
        total = line["price"] * line.get("count", 1)
        name = line["name"].upper()
"""
    types, (record,) = structure(code, "f")
    assert str(types["lines"]) == "list[Record1]"
    found = {p.name: (str(p.type), p.has_default) for p in record.parameters}
    assert found == {"price": ("int", False), "count": ("int", True), "name": ("str", False)}


def test_a_record_may_hold_itself() -> None:
    code = "def f(t):\n    return t['size'] + sum(f(c) for c in t.get('parts', []))\n"
    types, (record,) = structure(code, "f")
    assert str(types["t"]) == "Record1"
    assert {p.name: str(p.type) for p in record.parameters} == {"size": "int", "parts": "list[Record1]"}


def test_an_object_has_the_attributes_that_are_read() -> None:
    code = (
        "def f(node):\n    while node is not None:\n        x = node.value + 1\n        node = node.after\n"
    )
    types, (described,) = structure(code, "f")
    assert described.kind == "protocol"
    assert {p.name for p in described.parameters} == {"value", "after"}
    assert "None" in str(types["node"])


@pytest.mark.parametrize("code", ["def f(", "x = 1", "def f(p): pass", "def f(p): return p"])
def test_code_that_tells_nothing(code: str) -> None:
    assert structure(code, "f") == ({}, ())
