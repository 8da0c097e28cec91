"""Arguments that are literals, and those that are not."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_athena_dreams.source.literal_calls import literal_arguments


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("()", ((), {})),
        ("('a', [1, -2.5], {'b': None}, c=(True,))", (("a", [1, -2.5], {"b": None}), {"c": (True,)})),
        ("(b'\\xff')", ((b"\xff",), {})),
        ("(a)", None),
        ("(f())", None),
        ("(**{'a': 1})", None),
        ("(*[1])", None),
        ("(1)(2)", None),
        ("(1", None),
        ("({[]: 1})", None),
    ],
)
def test_only_literals_are_read(text: str, given: tuple[Any, Any] | None) -> None:
    assert literal_arguments(text) == given
