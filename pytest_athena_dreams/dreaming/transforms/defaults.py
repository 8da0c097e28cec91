"""Tries other defaults of a parameter: a grid around a number, the other truth."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import libcst as cst

from ..literals import Literal
from ..target import Target, Variant
from .constants import grid


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each value of each default."""
    parameters = target.function.params
    for parameter in (*parameters.params, *parameters.kwonly_params):
        default = parameter.default
        flag = isinstance(default, cst.Name) and default.value in ("True", "False")
        if not flag and not isinstance(default, cst.Integer | cst.Float | cst.SimpleString):
            continue
        assert isinstance(default, cst.Name | cst.Integer | cst.Float | cst.SimpleString)
        for value in grid(Literal(default, ast.literal_eval(default.value), "default")):
            yield target.replaced(
                default,
                cst.parse_expression(repr(value)),
                f"line {target.line(default)}: `{parameter.name.value}` is {value!r} by default"
                f" instead of {default.value}",
            )
