"""Sequences of calls as arguments, for regression tests."""

from __future__ import annotations

import pytest

from pytest_athena_dreams.source.sequence_calls import as_arguments


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("it = A(1, n=2); it.put('a')", "(1, n=2, then_calls=[('put', ('a', ), {})])"),
        ("it = A(); it.put(x=3); it.size", "(then_calls=[('put', (), {'x': 3}), ('.size', (), {})])"),
        ("it = A(); it.get()", "(then_calls=[('get', (), {})])"),
        ("f(1, 2)", None),
        ("it = A(); x = 1", None),
        ("it = A(", None),
    ],
)  # fmt: skip
def test_lines_as_arguments(lines: str, expected: str | None) -> None:
    assert as_arguments(lines) == expected
