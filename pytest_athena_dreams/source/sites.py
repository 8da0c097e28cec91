"""Describes where in a dream's code a failure happened by the kind of step, not by its text.

Invariants: pure; a site does not depend on names of locals, numbers or line numbers.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .normalise import is_builtin, nodes

_COMPOUND = (
    ast.If,
    ast.For,
    ast.While,
    ast.With,
    ast.Try,
    ast.FunctionDef,
    ast.ClassDef,
    ast.AsyncFunctionDef,
)
_STEPS = {
    "IndexError": ("subscript", "method", "function"),
    "KeyError": ("subscript", "method"),
    "ZeroDivisionError": ("division", "function"),
    "AttributeError": ("method", "attribute"),
    "ValueError": ("function", "method", "unpacking"),
    "StopIteration": ("function",),
    "RecursionError": ("own call",),
    "TypeError": ("operator", "subscript", "function", "own call", "method", "iteration"),
}
"""The kinds of step that can raise an exception, likeliest first; otherwise the statement is the site."""
_DIVISIONS = (ast.Div, ast.FloorDiv, ast.Mod)
_OWN_STATEMENTS = {ast.Raise: "its own raise", ast.Assert: "its own assertion"}
_LOOPS = ((ast.While, "a while loop"), (ast.For, "a for loop"), (ast.comprehension, "a comprehension"))


def site(tree: ast.Module, line: int, exception: str) -> str:
    """A text for the step on ``line`` that probably raised ``exception``; empty if there is none."""
    statement = _innermost(tree, line)
    if statement is None:
        return ""
    own = _OWN_STATEMENTS.get(type(statement))
    if own:
        return own
    functions = {n.name for n in nodes(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
    steps = [step for node in _header(statement) for step in _steps(node, line, functions)]
    for kind in _STEPS.get(exception, ()):
        for found, words in steps:
            if found == kind:
                return words
    return _KINDS.get(type(statement).__name__, "a statement")


def loops(tree: ast.Module) -> str:
    """The kinds of loops and recursion in the code, for a dream that did not end."""
    kinds = [words for kind, words in _LOOPS if any(isinstance(node, kind) for node in nodes(tree))]
    functions = {n.name for n in nodes(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
    if any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in functions
        for n in nodes(tree)
    ):
        kinds.append("a call of itself")
    return " and ".join(kinds[:2])


_KINDS = {
    "Return": "a return",
    "Assign": "an assignment",
    "AugAssign": "an assignment",
    "AnnAssign": "an assignment",
    "If": "a condition",
    "While": "a while loop",
    "For": "a for loop",
    "Expr": "a call",
    "With": "a with block",
    "Import": "an import",
    "ImportFrom": "an import",
    "FunctionDef": "a function's head",
    "Delete": "a del",
}


def _innermost(tree: ast.Module, line: int) -> ast.stmt | None:
    found: ast.stmt | None = None
    for node in nodes(tree):
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno):
            found = node
    return found


def _header(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a statement, without those of nested statements."""
    queue: list[ast.AST] = [statement]
    while queue:
        node = queue.pop(0)
        yield node
        children = list(ast.iter_child_nodes(node))
        if isinstance(node, _COMPOUND):
            children = [c for c in children if not isinstance(c, ast.stmt | ast.ExceptHandler)]
        queue += children


def _steps(node: ast.AST, line: int, functions: set[str]) -> Iterator[tuple[str, str]]:
    if not getattr(node, "lineno", line) <= line <= (getattr(node, "end_lineno", None) or line):
        return
    match node:
        case ast.Subscript(ctx=context):
            yield "subscript", "an item written" if isinstance(context, ast.Store) else "an item read"
        case ast.BinOp(op=op):
            if isinstance(op, _DIVISIONS):
                yield "division", "a division"
            yield "operator", "an operator"
        case ast.AugAssign(op=op):
            if isinstance(op, _DIVISIONS):
                yield "division", "a division"
            yield "operator", "an operator"
        case ast.Compare():
            yield "operator", "a comparison"
        case ast.Call(func=ast.Name(id=name)):
            if name in functions:
                yield "own call", "a call of its own function"
            elif is_builtin(name):
                yield "function", f"a call of {name}"
        case ast.Call(func=ast.Attribute(attr=name)):
            yield "method", f"a call of .{name}"
        case ast.Attribute(attr=name):
            yield "attribute", f"attribute .{name}"
        case ast.For() | ast.comprehension():
            yield "iteration", "an iteration"
        case ast.Assign(targets=[ast.Tuple() | ast.List()]):
            yield "unpacking", "an unpacking"
