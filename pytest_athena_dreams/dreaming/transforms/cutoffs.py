"""Adds a parameter that limits how many items are returned; by default all are."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import libcst as cst
import libcst.matchers as m

from ..target import New, Target, Variant, own_nodes
from .keywords import with_parameter

_SEQUENCE_TYPES = ("list", "List", "str", "tuple", "Tuple")


def variants(target: Target) -> Iterator[Variant]:
    """A variant if the function returns a list, tuple or text, by its annotation or all that it returns."""
    function = target.function
    if function.params.star_kwarg is not None or target.is_generator or not _is_sequence(target):
        return
    name = target.unused("limit")
    changes: dict[cst.CSTNode, New] = {}
    for node in m.findall(function.body, m.Return()):
        assert isinstance(node, cst.Return)
        if node.value is None or m.matches(node.value, m.List(elements=[]) | m.Name("None")):
            continue
        text = target.module.code_for_node(node.value)
        changes[node] = node.with_changes(value=cst.parse_expression(f"({text})[:{name}]"))
    if not changes:
        return
    annotated = any(parameter.annotation for parameter in function.params.params)
    added = with_parameter(function.params, name, "int | None" if annotated else None, "None")
    yield target.changed(
        {function.params: added, **changes},
        f"line {target.line(function.name)}: `{name}` says how many items are returned, all by default",
    )


def _is_sequence(target: Target) -> bool:
    returns = target.node.returns
    if returns is not None:
        base = returns.value if isinstance(returns, ast.Subscript) else returns
        return getattr(base, "id", "") in _SEQUENCE_TYPES
    values = [node.value for node in own_nodes(target.node) if isinstance(node, ast.Return)]
    return bool(values) and all(map(_builds_sequence, values))


def _builds_sequence(value: ast.expr | None) -> bool:
    match value:
        case ast.List() | ast.ListComp() | ast.JoinedStr() | ast.Tuple():
            return True
        case ast.Call(func=ast.Name(id="list" | "sorted" | "tuple" | "str")):
            return True
        case ast.Call(func=ast.Attribute(attr="join" | "split")):
            return True
    return False
