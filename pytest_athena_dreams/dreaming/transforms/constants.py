"""Tries other values of a constant: a grid around a number, the other truth, another separator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from ..literals import Literal, Value, literals
from ..target import Target, Variant

_SEPARATORS = {" ": "_", ",": ";", ", ": "; ", "-": "_", "_": "-", ";": ",", "\n": "\r\n", "/": "."}
_STARTING = {"initial", "bound"}
"""Roles of constants that loops start from or end at: other ones leave a collection, or never end."""
_ENDING = _STARTING | {"threshold", "offset"}
"""Roles of constants that recursion and `while` end at."""
_DIVIDING = {"divisor", "modulus", "base"}


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each value of each constant, the first value of each first."""
    left_out = _ENDING if target.may_be_endless else _STARTING
    grids = [(literal, grid(literal)) for literal in literals(target) if literal.role not in left_out]
    for place in range(3):
        for literal, values in grids:
            if place < len(values):
                text = target.module.code_for_node(literal.node)
                new = repr(values[place])
                yield target.replaced(
                    literal.node,
                    cst.parse_expression(new),
                    f"line {target.line(literal.node)}: the {literal.role} is {new} instead of {text}",
                )


def grid(literal: Literal) -> Sequence[Value]:
    """Other values of the same type that a constant may have, the most interesting first."""
    value, least = literal.value, 1 if literal.role in _DIVIDING else 0
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        found = [value * 2, value + 1, value // 2, value - 1]
        return [x for x in dict.fromkeys(found) if x != value and x >= least]
    if isinstance(value, float):
        return [x for x in (value * 2, value / 2, value * 10) if x != value]
    return [_SEPARATORS[value]] if value in _SEPARATORS else []
