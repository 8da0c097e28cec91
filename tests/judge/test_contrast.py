"""Two values line by line."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from pytest_athena_dreams.judge.contrast import CONTRAST_LINES, contrast
from tests.judge.kit import travelled

from .test_equality import values


@given(values, values)
def test_it_holds_both_values_wherever_they_read_otherwise(a: object, b: object) -> None:
    told = contrast(travelled(a), travelled(b))
    assert all(line[:2] in ("- ", "+ ", "  ") for line in told)
    assert len(told) <= CONTRAST_LINES
    assert not told or any(line[0] in "-+" for line in told)


@given(values)
def test_a_value_differs_nowhere_from_itself(value: object) -> None:
    assert contrast(travelled(value), travelled(value)) == ()


def of(a: object, b: object) -> list[str]:
    return list(contrast(travelled(a), travelled(b)))


def test_short_values_need_none() -> None:
    assert of([1, 2], [1, 3]) == []


def test_changed_lines_come_in_turns() -> None:
    a: dict[str, Any] = {f"key {n}": [n] * 3 for n in range(9)}
    lines = of(a, a | {"key 3": [0], "key 4": [1], "key 9": "x" * 100})
    assert lines == [
        "  ... 2 equal lines",
        "      'key 1': [1, 1, 1],",
        "      'key 2': [2, 2, 2],",
        "-     'key 3': [3, 3, 3],",
        "+     'key 3': [0],",
        "-     'key 4': [4, 4, 4],",
        "+     'key 4': [1],",
        "      'key 5': [5, 5, 5],",
        "      'key 6': [6, 6, 6],",
        "      'key 7': [7, 7, 7],",
        "      'key 8': [8, 8, 8],",
        "+     'key 9': (",
        f"+         '{'x' * 60}'",
        f"+         '{'x' * 40}'",
        "+     ),",
        "  }",
    ]


def test_what_lies_far_behind_is_not_compared() -> None:
    lines = of(["a"] * 5000, ["b"] * 6000)
    assert len(lines) <= CONTRAST_LINES
    assert lines[:3] == ["  [", "-     'a',", "+     'b',"]
