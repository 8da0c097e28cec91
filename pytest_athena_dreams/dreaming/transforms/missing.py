"""Answers where there was nothing to work on: an empty collection, an exhausted iterator, a missing item."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
import libcst.matchers as m

from ..parameters import parameters
from ..statements import calls, keyword, positional, with_keyword
from ..target import Target, Variant


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each place that raises for want of items."""
    for name, call in calls(target.function):
        given = positional(call)
        if given is None or len(given) != 1:
            continue
        line = f"line {target.line(call)}: "
        if name in ("max", "min") and not keyword(call, "default"):
            yield target.replaced(
                call,
                with_keyword(call, "default", "None"),
                f"{line}`{name}` of nothing is None, no error",
            )
        elif name == "next":
            new = call.with_changes(args=[*call.args, cst.Arg(cst.Name("None"))])
            yield target.replaced(call, new, f"{line}`next` of an exhausted iterator is None, no error")
    yield from _divisions(target)
    yield from _ends(target)


def _divisions(target: Target) -> Iterator[Variant]:
    pattern = m.BinaryOperation(
        operator=m.Divide() | m.FloorDivide(), right=m.Call(func=m.Name("len"), args=[m.DoNotCare()])
    )
    for node in m.findall(target.function, pattern):
        assert isinstance(node, cst.BinaryOperation)
        text = target.module.code_for_node(node.right)
        yield target.replaced(
            node.right,
            cst.parse_expression(f"({text} or 1)"),
            f"line {target.line(node)}: a division by the length of nothing is one by 1, no error",
        )


def _ends(target: Target) -> Iterator[Variant]:
    """``return items[0]`` and ``items[-1]`` of a parameter."""
    for parameter in parameters(target.node):
        if not parameter.indexed or parameter.tested or parameter.annotation is None:
            continue
        if not (parameter.is_collection or parameter.kind == "str"):
            continue
        index = m.Index(m.Integer("0") | m.UnaryOperation(operator=m.Minus(), expression=m.Integer("1")))
        first = m.Subscript(m.Name(parameter.name), slice=[m.SubscriptElement(index)])
        for node in m.findall(target.function, m.Return(first)):
            assert isinstance(node, cst.Return)
            assert node.value is not None
            text = target.module.code_for_node(node.value)
            yield target.replaced(
                node.value,
                cst.parse_expression(f"{text} if {parameter.name} else None"),
                f"line {target.line(node)}: an empty `{parameter.name}` gives None, no error",
            )
