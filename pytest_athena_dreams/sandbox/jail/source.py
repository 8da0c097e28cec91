"""What a dream's source tells without running it.

Its literals, the guards that it raises, and what it does with each parameter, as facts in these words:

- ``passed:NAME`` to a function, ``method:NAME`` called on it, ``isinstance:NAME``, ``called``
- ``iterated``, ``indexed``, ``indexed:str`` (by a constant of that type), ``contains`` (``x in it``)
- ``index`` (of something else), ``arithmetic``, ``added:str``, ``compared:int`` (with such a constant)
- ``item:FACT`` where its items are used so
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from .canonical import canonical

LITERALS = 60
"""Constants that are told, in the order of the source."""
LENGTH = 200
"""Characters above which a string constant is not told."""

_GUARDS = frozenset({"ValueError", "TypeError"})
_KEEPS_ITEMS = frozenset({"sorted", "reversed", "set", "list", "tuple"})
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def literals(tree: ast.AST) -> list[Any]:
    """The constants of ``tree`` in canonical form, without docstrings, each once."""
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found: dict[tuple[type, Any], Any] = {}
    for node in ast.walk(tree):
        value = _constant(node)
        if value is None or isinstance(value, bool) or id(node) in documentation:
            continue
        if isinstance(value, str | bytes) and len(value) > LENGTH:
            continue
        found.setdefault((type(value), value), canonical(value, consume=False))
        if len(found) == LITERALS:
            break
    return list(found.values())


def _constant(node: ast.AST) -> Any:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _constant(node.operand)
        return -inner if isinstance(inner, int | float) and not isinstance(inner, bool) else None
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float | str | bytes):
        return node.value
    return None


def declares(tree: ast.AST) -> list[str]:
    """The exceptions that the code raises itself as guards on its arguments."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and node.exc is not None:
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if isinstance(raised, ast.Name) and raised.id in _GUARDS:
                found.add(raised.id)
    return sorted(found)


def usage(tree: ast.AST, name: str) -> dict[str, list[str]]:
    """Facts on each parameter of the function ``name`` (dotted for a method), by parameter."""
    function = _find(tree, name.split("."))
    if function is None:
        return {}
    arguments = function.args
    names = {a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    return facts(function, names)


def free_names(tree: ast.Module) -> list[str]:
    """Names that a script reads before it gives them a value, in the order of the source."""
    import builtins

    bound: set[str] = set(dir(builtins))
    free: dict[str, None] = {}
    for statement in tree.body:
        names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
        stored = {name.id for name in names if not isinstance(name.ctx, ast.Load)}
        for name in sorted(names, key=lambda name: (name.lineno, name.col_offset)):
            if isinstance(name.ctx, ast.Load) and name.id not in bound | stored:
                free[name.id] = None
        bound |= stored
        for node in ast.walk(statement):
            if isinstance(node, ast.Import | ast.ImportFrom):
                bound |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
            elif isinstance(node, _Function | ast.ClassDef):
                bound.add(node.name)
            elif isinstance(node, ast.arg):
                bound.add(node.arg)
    return list(free)


def facts(tree: ast.AST, names: set[str]) -> dict[str, list[str]]:
    """What ``tree`` does with the variables ``names``, each fact once."""
    items = _loop_variables(tree, names)
    found: dict[str, dict[str, None]] = {name: {} for name in names}
    for node in ast.walk(tree):
        for variable, fact in _told(node):
            if variable in found:
                found[variable][fact] = None
            elif variable in items:
                found[items[variable]][f"item:{fact}"] = None
    return {name: list(told) for name, told in found.items() if told}


def _find(tree: ast.AST, path: list[str]) -> _Function | None:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, _Function | ast.ClassDef) and node.name == path[0]:
            if len(path) > 1:
                return _find(node, path[1:])
            return node if isinstance(node, _Function) else _find(node, ["__init__"])
    return None


def _loop_variables(tree: ast.AST, names: set[str]) -> dict[str, str]:
    """Loop variables, by the variable whose items they take."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension) and isinstance(node.target, ast.Name):
            source = node.iter
            if (
                isinstance(source, ast.Call)
                and source.args
                and _name(source.func) in ("sorted", "reversed", "set")
            ):
                source = source.args[0]
            if _name(source) in names and node.target.id not in names:
                found[node.target.id] = str(_name(source))
    return found


def _told(node: ast.AST) -> Iterator[tuple[str | None, str]]:
    """(variable, fact) pairs that one node tells."""
    if isinstance(node, ast.Call):
        yield from _told_by_call(node)
    elif isinstance(node, ast.Attribute):
        yield _name(node.value), f"method:{node.attr}"
    elif isinstance(node, ast.Subscript):
        key = _constant(node.slice)
        yield _name(node.value), f"indexed:{type(key).__name__}" if isinstance(key, str) else "indexed"
        yield _name(node.slice), "index"
        if isinstance(node.value, ast.Subscript):
            yield _name(node.value.value), "item:indexed"
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        yield _name(node.iter), "iterated"
        if isinstance(node.target, ast.Tuple):
            yield _name(node.iter), "item:indexed"
    elif isinstance(node, ast.BinOp):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            constant = _constant(other)
            text = isinstance(constant, str) or isinstance(other, ast.JoinedStr)
            yield _name(one), "added:str" if text else "arithmetic"
    elif isinstance(node, ast.AugAssign):
        yield _name(node.value), "arithmetic"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield _name(node.operand), "arithmetic"
    elif isinstance(node, ast.Compare):
        yield from _told_by_comparison(node)


def _told_by_call(node: ast.Call) -> Iterator[tuple[str | None, str]]:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else _name(node.func)
    yield _name(node.func), "called"
    if called == "isinstance" and len(node.args) == 2:
        for kind in node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]:
            yield _name(node.args[0]), f"isinstance:{_name(kind)}"
        return
    for argument in node.args:
        yield _name(argument), f"passed:{called}"


def _told_by_comparison(node: ast.Compare) -> Iterator[tuple[str | None, str]]:
    sides = [node.left, *node.comparators]
    for operator, one, other in zip(node.ops, sides, sides[1:], strict=False):
        if isinstance(operator, ast.In | ast.NotIn):
            yield _name(other), "contains"
            if isinstance(_constant(other), str):
                yield _name(one), "compared:str"
        else:
            for this, that in ((one, other), (other, one)):
                constant = _constant(that)
                if constant is not None:
                    yield _name(this), f"compared:{type(constant).__name__}"
                    if isinstance(this, ast.Subscript):
                        yield _name(this.value), f"item:compared:{type(constant).__name__}"


def _name(node: ast.AST) -> str | None:
    return node.id if isinstance(node, ast.Name) else None
