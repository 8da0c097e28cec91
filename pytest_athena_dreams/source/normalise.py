"""Source as syntax: what is left of code when formatting, comments and the names of locals are not looked at.

Invariants: nothing here runs or compiles code. Source that can't be read, or is nested too deeply for a walk
through it, is ``None``: never an error, for dreams are often no Python at all.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from .syntax import TREES, UNREADABLE, parsed

_FUNCTION_DEFS = ast.FunctionDef | ast.AsyncFunctionDef
_COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_SCOPES = _FUNCTION_DEFS | ast.Lambda | ast.ClassDef | _COMPREHENSIONS
_BUILTINS = frozenset(dir(builtins))
_LOOKS_AT_NAMES = frozenset({"locals", "vars", "eval", "exec", "dir", "globals", "_getframe", "inspect"})
"""Code that uses one of these can see the names of its locals: there they are no matter of taste."""


@lru_cache(maxsize=TREES)
def nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    """All nodes of a tree that :func:`parse` gave, breadth first: later ones are further in."""
    return tuple(ast.walk(tree))


@lru_cache(maxsize=TREES)
def parse(code: str) -> ast.Module | None:
    """The syntax tree of ``code`` without docstrings, negative numbers folded; ``None`` if unreadable.

    It is not to be changed: whoever asks for the same code is given the same tree.
    """
    tree = parsed(code)
    if tree is None:
        return None
    _undocument(tree)
    try:
        if "-" in code.replace("->", ""):
            _fold(tree)
    except UNREADABLE:
        return None
    return tree


def canonical(code: str) -> str | None:
    """Text that is equal for two sources that differ in formatting, comments and names of locals alone.

    Parameters, functions, attributes, numbers and docstrings count. Where the code can see the names of
    its locals, they count as well.
    """
    tree = parsed(code)
    if tree is None:
        return None
    try:
        if not any(_word(node) in _LOOKS_AT_NAMES for node in ast.walk(tree)):
            units = list(_units(tree))
            outside = _names_outside(tree, units)
            for unit in units:
                _rename(unit, outside)
        return ast.dump(tree)
    except UNREADABLE:
        return None


def digest(code: str, *, exact: bool = False) -> str:
    """A short name for all sources that :func:`canonical` makes equal.

    A source that can't be read, or is to be named ``exact``, shares its name with its copies alone.
    """
    text = None if exact else canonical(code)
    content = f"text\0{code}" if text is None else f"syntax\0{text}"
    return hashlib.blake2b(content.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()


def label(node: ast.AST) -> str:
    """A node in a word: its kind and what counts of it; own names and values of constants do not."""
    kind = type(node)
    return _LABELS[kind](node) if kind in _LABELS else kind.__name__


def shape(node: ast.AST, known: dict[ast.AST, str]) -> str:
    """The syntax of a node without own names and values of constants.

    ``known`` caches the shapes of statements.
    """
    if node in known:
        return known[node]
    children = [c for c in ast.iter_child_nodes(node) if not isinstance(c, ast.expr_context)]
    text = f"{label(node)}({','.join([shape(child, known) for child in children])})"
    if isinstance(node, ast.stmt):
        known[node] = text
    return text


def _constant(node: ast.Constant) -> str:
    number = isinstance(node.value, int | float) and not isinstance(node.value, bool)
    return "number" if number else repr_type(node.value)


_LABELS: dict[type[ast.AST], Callable[[Any], str]] = {
    ast.Name: lambda node: node.id if node.id in _BUILTINS else "name",
    ast.Attribute: lambda node: f".{node.attr}",
    ast.keyword: lambda node: f"{node.arg}=",
    ast.alias: lambda node: f"import {node.name}",
    ast.Constant: _constant,
}


def repr_type(value: object) -> str:
    """The type of a constant in a word."""
    return type(value).__name__


def is_builtin(name: str) -> bool:
    """Whether Python itself knows ``name``."""
    return name in _BUILTINS


def _undocument(tree: ast.Module) -> None:
    """Drop docstrings, and whatever constant stands in the place of one."""
    left: list[ast.AST] = [tree]
    while left:
        node = left.pop()
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                del node.body[0]
        for name in ("body", "orelse", "handlers", "finalbody", "cases"):
            left += getattr(node, name, ())


def _fold(node: ast.AST) -> ast.AST:
    """``node`` with ``-1``, which Python reads as an operation, as a constant."""
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            setattr(node, name, _fold(value))
        elif isinstance(value, list):
            value[:] = [_fold(part) if isinstance(part, ast.AST) else part for part in value]
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            if not isinstance(number, bool):
                return ast.copy_location(ast.Constant(value=-number), node)
    return node


def _word(node: ast.AST) -> str:
    match node:
        case ast.Name(id=word) | ast.Attribute(attr=word) | ast.alias(name=word):
            return word
        case ast.ImportFrom(module=module):
            return module or ""
    return ""


def _units(tree: ast.AST) -> Iterator[_FUNCTION_DEFS]:
    """The outermost functions: locals never leave them."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, _FUNCTION_DEFS):
            yield child
        else:
            yield from _units(child)


def _names_outside(tree: ast.AST, units: Sequence[_FUNCTION_DEFS]) -> set[str]:
    """Names that a function may mean though it binds the same ones in another scope of its own."""
    found = set(_BUILTINS)
    for unit in units:
        found.update(name for n in ast.walk(unit) if isinstance(n, ast.Global) for name in n.names)
    for node in _within(tree, _FUNCTION_DEFS):
        if isinstance(node, _FUNCTION_DEFS | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        found.update(_bound(node))
    return found


def _bound_directly(unit: _FUNCTION_DEFS) -> set[str]:
    """Names that a function binds in its own scope, which all scopes in it then mean."""
    nodes = (node for statement in unit.body for node in _within(statement, _SCOPES))
    return {name for node in nodes if not isinstance(node, _SCOPES) for name in _bound(node)}


def _header(unit: _FUNCTION_DEFS) -> list[ast.AST]:
    """The parts of a function that are evaluated where it is defined."""
    return [*unit.decorator_list, unit.args, *([unit.returns] if unit.returns else [])]


def _within(tree: ast.AST, closed: Any) -> Iterator[ast.AST]:
    """The nodes of ``tree``, those of the kinds ``closed`` without what is in them."""
    left = [tree]
    while left:
        node = left.pop()
        yield node
        left += () if isinstance(node, closed) else ast.iter_child_nodes(node)


def _rename(unit: _FUNCTION_DEFS, outside: set[str]) -> None:
    """Number the locals of ``unit`` in the order in which they come up, as no Python name can be spelt."""
    kept = {node.arg for node in ast.walk(unit) if isinstance(node, ast.arg)}
    kept |= outside - _bound_directly(unit)
    kept |= {node.id for part in _header(unit) for node in ast.walk(part) if isinstance(node, ast.Name)}
    bound: set[str] = set()
    for node in ast.walk(unit):
        if isinstance(node, ast.Global):
            kept.update(node.names)
        elif isinstance(node, ast.ClassDef):  # names bound in its body are attributes
            kept.update(name for inner in ast.walk(node) for name in _bound(inner))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            kept.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        elif isinstance(node, _FUNCTION_DEFS):
            kept.add(node.name)
        bound.update(_bound(node))
    _Renamer(bound - kept).visit(unit)


def _bound(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name


class _Renamer(ast.NodeVisitor):
    def __init__(self, names: set[str]) -> None:
        self._names = names
        self._numbers: dict[str, str] = {}

    def _new(self, name: str | None) -> str | None:
        if name is None or name not in self._names:
            return name
        return self._numbers.setdefault(name, f"·{len(self._numbers)}")

    def generic_visit(self, node: ast.AST) -> None:
        match node:
            case ast.Name():
                node.id = self._new(node.id) or node.id
            case ast.ExceptHandler() | ast.MatchAs() | ast.MatchStar():
                node.name = self._new(node.name)
            case ast.MatchMapping():
                node.rest = self._new(node.rest)
            case ast.Nonlocal():
                node.names = [self._new(name) or name for name in node.names]
        super().generic_visit(node)
