"""Raises a clear error at once for arguments on which the procedure would raise anyway."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..parameters import Kind, Parameter, parameters
from ..target import Target, Variant

_EAGER = (
    ast.BinOp | ast.UnaryOp | ast.Compare | ast.Call | ast.Subscript | ast.Attribute | ast.Tuple | ast.List
)
"""Expressions all parts of which are evaluated."""


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each parameter that must not be empty or zero."""
    known = {each.name: each for each in parameters(target.node) if not each.rebound and not each.tested}
    done = set()
    for node in _certain(target.node.body):
        for name, test, what in _demands(node, known):
            if (name, test) not in done:
                done.add((name, test))
                yield target.opened(
                    f'if {test}:\n    raise ValueError("{name} {what}")\n',
                    f"line {node.lineno}: it would fail if `{name}` {what}, which is checked first",
                )


def _certain(body: list[ast.stmt]) -> Iterator[ast.expr]:
    """Expressions that each call evaluates, before anything else that may end it."""
    for statement in body:
        if isinstance(statement, ast.Assign | ast.Return | ast.Expr) and statement.value is not None:
            yield from _parts(statement.value)
        elif isinstance(statement, ast.For):
            yield from _parts(statement.iter)
            return
        elif isinstance(statement, ast.If):
            yield from _parts(statement.test)
            return
        else:
            return


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    yield node
    if isinstance(node, _EAGER):
        if isinstance(node, ast.Compare):
            children: list[ast.expr] = [node.left, node.comparators[0]]
        else:
            children = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        for child in children:
            yield from _parts(child)


def _demands(node: ast.expr, known: dict[str, Parameter]) -> Iterator[tuple[str, str, str]]:
    """What an expression demands of a parameter: its name, the test for what is wrong, and words for that."""
    empty = zero = ""
    match node:
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=0) | ast.UnaryOp()):
            empty = name
        case ast.Call(func=ast.Name(id="max" | "min"), args=[ast.Name(id=name)], keywords=words):
            if not any(word.arg == "default" for word in words):
                empty = name
        case ast.BinOp(op=ast.Div() | ast.FloorDiv(), right=ast.Call() as length):
            if ast.unparse(length.func) == "len" and len(length.args) == 1:
                empty = getattr(length.args[0], "id", "")
        case ast.BinOp(op=ast.Div() | ast.FloorDiv() | ast.Mod(), left=left, right=ast.Name(id=name)):
            if not isinstance(left, ast.Constant | ast.JoinedStr):
                zero = name
        case ast.Call(func=ast.Attribute(value=ast.Name(id="math"), attr="sqrt"), args=[ast.Name(id=name)]):
            if name in known and known[name].kind in (Kind.INT, Kind.FLOAT):
                yield name, f"{name} < 0", "is negative"
    if empty in known and known[empty].kind is not Kind.DICT:
        yield empty, f"not {empty}", "is empty"
    if zero in known and known[zero].kind in (Kind.INT, Kind.FLOAT):
        yield zero, f"{zero} == 0", "is 0"
