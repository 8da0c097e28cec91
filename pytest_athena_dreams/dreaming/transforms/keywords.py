"""Turns a constant into a parameter with a default, so that callers may explore it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..literals import literals
from ..target import Target, Variant

_UNINTERESTING = {"result", "initial"}
"""Roles of constants that are hardly ever meant to be chosen."""


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each constant that has an effect of its own."""
    function = target.function
    if function.params.star_kwarg is not None:
        return
    annotated = any(parameter.annotation for parameter in function.params.params)
    for literal in sorted(literals(target), key=lambda each: each.role == "step"):
        if literal.role in _UNINTERESTING or literal.value in ("", None):
            continue
        name = target.unused(literal.role)
        text = target.module.code_for_node(literal.node)
        kind = type(literal.value).__name__ if annotated else None
        body = function.body.deep_replace(literal.node, cst.Name(name))
        yield target.replaced(
            function,
            function.with_changes(body=body, params=with_parameter(function.params, name, kind, text)),
            f"line {target.line(literal.node)}: the constant {text} is the parameter `{name}`",
        )


def with_parameter(parameters: cst.Parameters, name: str, kind: str | None, default: str) -> cst.Parameters:
    """``parameters`` with one more after all others, with an annotation if ``kind`` is given."""
    annotation = f": {kind} = " if kind else "="
    module = cst.parse_module(f"def f({name}{annotation}{default}): pass\n")
    new = module.body[0]
    assert isinstance(new, cst.FunctionDef)
    added = new.params.params[0]
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    where = "kwonly_params" if isinstance(parameters.star_arg, cst.Param | cst.ParamStar) else "params"
    others = [*getattr(parameters, where)]
    if others and others[-1].comma is cst.MaybeSentinel.DEFAULT:
        others[-1] = others[-1].with_changes(comma=comma)
    return parameters.with_changes(**{where: [*others, added]})
