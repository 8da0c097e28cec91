"""Two values line by line."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from pytest_athena_dreams.judge.contrast import BEFORE, COMPARED, CONTRAST_LINES, CONTRAST_WIDTH, contrast
from tests.judge.kit import travelled

from .test_equality import values


@given(values, values)
def test_it_holds_both_values_wherever_they_read_otherwise(a: object, b: object) -> None:
    lines = contrast(travelled(a), travelled(b))
    assert all(line[:2] in ("- ", "+ ", "  ") for line in lines)
    assert len(lines) <= CONTRAST_LINES
    assert not lines or any(line[0] in "-+" for line in lines)


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


LONG = "x" * (CONTRAST_WIDTH + 10)
PIECES = ["    (", f"        '{'x' * CONTRAST_WIDTH}'", f"        '{'x' * 10}'", "    ),"]
LAYOUTS: list[tuple[Any, list[str]]] = [
    (["list", [LONG, 1]], ["[", *PIECES, "    1,", "]"]),
    (["tuple", [LONG, 1]], ["(", *PIECES, "    1,", ")"]),
    (["deque", [LONG]], ["deque([", *PIECES, "])"]),
    (["set", [LONG]], ["{", *PIECES, "}"]),
    (["frozenset", [LONG]], ["frozenset({", *PIECES, "})"]),
    (["object", "P", [["a", LONG], ["b", 1]]], ["P(", "    a=(", *PIECES[1:], "    b=1,", ")"]),
    (["sub", "Own", ["list", [LONG]], []], ["Own([", *PIECES, "])"]),
    (
        ["iterator", "generator", [LONG, 2], True, None],
        ["<generator giving [", *PIECES, "    2,", "] and more>"],
    ),
    (["iterator", "generator", [LONG], False, None], ["<generator giving [", *PIECES, "]>"]),
    (["cut", 900, [], ["list", [LONG]]], ["[", *PIECES, "] and more"]),
    (
        ["dict", [["b", LONG], ["a", 1], [2, ["list", [LONG]]]]],
        [
            "{",
            "    'a': 1,",
            "    'b': (",
            *PIECES[1:],
            "    2: [",
            *(f"    {line}" for line in PIECES),
            "    ],",
            "}",
        ],
    ),
    (
        ["list", ["a" * 40 + "\n" + "b" * 40 + "\n"]],
        ["[", "    (", f"        '{'a' * 40}\\n'", f"        '{'b' * 40}\\n'", "    ),", "]"],
    ),
    (["list", [["bytes", "61" * 90], 1]], ["[", f"    b'{'a' * 90}',", "    1,", "]"]),
    (["list", [["value", "Decimal", "9" * 70], 1]], ["[", f"    {'9' * 70},", "    1,", "]"]),
]


@pytest.mark.parametrize(
    ("value", "lines"), LAYOUTS, ids=[f"{value[0]}-{n}" for n, (value, _) in enumerate(LAYOUTS)]
)
def test_how_a_long_value_is_laid_out(value: Any, lines: list[str]) -> None:
    assert [line[2:] for line in contrast(value, 0) if line[0] == "-"] == lines
    assert [line[2:] for line in contrast(0, value) if line[0] == "+"] == lines


@pytest.mark.parametrize("length", [CONTRAST_WIDTH, CONTRAST_WIDTH + 1])
def test_a_value_that_fits_on_a_line_is_on_one(length: int) -> None:
    value = "x" * 26, "y" * (length - 26 - len("('', '')"))
    text = repr(value)
    assert len(text) == length
    assert (f"      {text}," in of([value, 1], [value, 2])) == (length <= CONTRAST_WIDTH)


def test_only_lines_around_a_difference_are_shown() -> None:
    a = [f"{n} {LONG[:50]}" for n in range(30)]
    lines = of(a, [*a[:10], "else", *a[11:20], "else", *a[21:]])
    equal = [
        n for n in range(30) if any(abs(n - other) <= BEFORE for other in (10, 20)) and n not in (10, 20)
    ]
    assert [int(line.split()[0].strip("'")) for line in lines if line.startswith("      '")] == equal
    assert lines.count("  ...") == 1
    assert lines[0] == f"  ... {1 + 10 - BEFORE} equal lines"
    assert lines.count("+     'else',") == 2


@pytest.mark.parametrize("more", [-1, 0, 1, 7])
def test_lines_beyond_those_compared_are_counted(more: int) -> None:
    count = COMPARED + more - 2  # beside the two brackets
    lines = of(["a"] * count, ["a" * 9, *["a"] * (count - 1)])
    left_out = [line for line in lines if "not compared" in line]
    assert left_out == ([f"  ... {more} more lines, not compared"] if more > 0 else [])
