"""Parts of functions in a syntax tree: names of parameters, defaults, the nodes of one function alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ..sandbox.jail.usage import FUNCTION_NODES

Defined = ast.FunctionDef | ast.AsyncFunctionDef


def called_name(node: ast.Call) -> str:
    """The last name of what a call calls."""
    return last_name(node.func)


def last_name(node: ast.AST) -> str:
    """``c`` of ``a.b.c``; empty for what is no name."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def parameter_names(function: Defined) -> list[str]:
    """The parameters of a function that have a name and one value."""
    arguments = function.args
    return [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def default_values(function: Defined) -> Iterator[tuple[str, ast.expr]]:
    """Parameters with a default, and its expression."""
    arguments = function.args
    positional = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    yield from zip(positional[::-1], arguments.defaults[::-1], strict=False)
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            yield argument.arg, default


def own_nodes(function: Defined) -> Iterator[ast.AST]:
    """The nodes of a function in the order of its source, without those of functions within it."""
    left: list[Any] = list(function.body)
    while left:
        node = left.pop(0)
        yield node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):  # the method is no attribute
            left[:0] = [node.func.value, *node.args, *(keyword.value for keyword in node.keywords)]
        elif not isinstance(node, FUNCTION_NODES):
            left[:0] = list(ast.iter_child_nodes(node))
