"""A sequence of calls on one object, read from the lines that show it."""

from __future__ import annotations

import ast

from .syntax import parsed

OBJECT_NAME = "it"
"""The name of the object in the lines, as ``inputs.steps`` writes it."""
CALLS_PARAMETER = "then_calls"
"""The parameter for the calls, as ``sandbox.jail.sequences`` names it."""


def as_arguments(lines: str) -> str | None:
    """The arguments in brackets with which a jail makes the calls; ``None`` if ``lines`` are no sequence."""
    tree = parsed(lines)
    match tree.body if tree else []:
        case [ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as made), *rest] if (
            name == OBJECT_NAME
        ):
            steps = [_step(statement) for statement in rest]
            if None in steps:
                return None
            given = [*map(ast.unparse, made.args), *map(_keyword, made.keywords)]
            calls = ", ".join(map(str, steps))
            return f"({', '.join([*given, f'{CALLS_PARAMETER}=[{calls}]'])})"
    return None


def _step(statement: ast.stmt) -> str | None:
    """The name, arguments and keyword arguments of a call; the name of an attribute has a dot."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name), args=args, keywords=keywords)):
            positional = "".join(f"{ast.unparse(arg)}, " for arg in args)
            named = ", ".join(f"{word.arg!r}: {ast.unparse(word.value)}" for word in keywords)
            return f"({name!r}, ({positional}), {{{named}}})"
        case ast.Expr(value=ast.Attribute(attr=name)):
            return f"({f'.{name}'!r}, (), {{}})"
    return None


def _keyword(word: ast.keyword) -> str:
    return f"{word.arg}={ast.unparse(word.value)}"
