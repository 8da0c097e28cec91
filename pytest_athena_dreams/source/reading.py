"""Facts from a source without running it: literals, guards, and where its statements begin."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..models import Canonical
from ..sandbox.jail.canonical import canonical
from ..sandbox.jail.usage import FUNCTION_NODES, constant, is_script
from .syntax import syntax

LITERALS = 60
"""Maximum constants to read, in the order of the source."""
LITERAL_LENGTH = 200
"""Maximum length of a text or bytes constant; longer ones are left out."""

_GUARDS = frozenset({"ValueError", "TypeError"})
_CONSTANTS = frozenset({ast.Constant, ast.UnaryOp})
_MUTABLE_NODES = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.Call)
"""Values of module globals that a call may change."""
_BLOCKS = frozenset({"body", "orelse", "finalbody", "handlers", "cases"})
_CLOCKLESS = frozenset({
    "__future__", "abc", "array", "ast", "base64", "binascii", "bisect", "cmath", "collections",
    "collections.abc", "copy", "csv", "dataclasses", "decimal", "difflib", "enum", "fractions",
    "functools", "hashlib", "heapq", "html", "io", "itertools", "json", "keyword", "math", "numbers",
    "operator", "re", "statistics", "string", "struct", "textwrap", "typing", "unicodedata",
    "urllib.parse", "zlib",
})  # fmt: skip
"""Modules whose functions give the same at any time of day."""
_REACHING = frozenset({"__builtins__", "__import__", "__loader__", "eval", "exec", "globals"})
"""Builtin names by which code may reach modules that it does not import."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Facts from a source.

    ``literals`` are its distinct constants, without docstrings; ``declares`` are the exceptions that it
    raises itself to guard its arguments.
    """

    literals: tuple[Canonical, ...] = ()
    declares: tuple[str, ...] = ()


def reading(code: str) -> Reading:
    """The facts from ``code``; empty if it can't be parsed."""
    found = syntax(code)
    if found is None:
        return Reading()
    return Reading(literals=_literals(found.nodes), declares=_declares(found.nodes))


def keeps_state(code: str) -> bool:
    """Whether functions of ``code`` may keep state between calls, in a global name or a mutable value."""
    found = syntax(code)
    if found is None:
        return False
    if any(isinstance(node, ast.Global) for node in found.nodes):
        return True
    assigned = (node for node in found.tree.body if isinstance(node, ast.Assign | ast.AnnAssign))
    return any(isinstance(node.value, _MUTABLE_NODES) for node in assigned)


def sees_no_clock(code: str) -> bool:
    """Whether ``code`` imports nothing but modules that read no clock."""
    found = syntax(code)
    if found is None:
        return False
    for node in found.nodes:
        if isinstance(node, ast.Import) and any(alias.name not in _CLOCKLESS for alias in node.names):
            return False
        if isinstance(node, ast.ImportFrom) and (node.level or node.module not in _CLOCKLESS):
            return False
        if isinstance(node, ast.Name) and node.id in _REACHING:
            return False
    return True


def imports_alone(code: str) -> str:
    """The imports of ``code`` and nothing else, each in a ``try`` of its own; empty if it can't be parsed."""
    found = syntax(code)
    imports = () if found is None else (node for node in found.nodes if _imports(node))
    return "".join(f"try:\n    {ast.unparse(node)}\nexcept BaseException:\n    pass\n" for node in imports)


def _imports(node: ast.AST) -> bool:
    return isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and node.module != "__future__")


def statement_lines(code: str) -> set[int]:
    """The lines on which statements of functions begin; for a script, those of all statements."""
    found = syntax(code)
    if found is None:
        return set()
    tree, nodes = found.tree, found.nodes
    bodies = (
        [tree.body] if is_script(tree) else [node.body for node in nodes if isinstance(node, FUNCTION_NODES)]
    )
    left: list[ast.AST] = [statement for body in bodies for statement in body]
    for statement in left:
        for name in _BLOCKS.intersection(statement._fields):
            left += getattr(statement, name)
    lines = {statement.lineno for statement in left if isinstance(statement, ast.stmt)}
    return lines | {node.body.lineno for node in nodes if type(node) is ast.Lambda}


def _literals(nodes: Sequence[ast.AST]) -> tuple[Canonical, ...]:
    documentation = {id(node.value) for node in nodes if type(node) is ast.Expr}
    found: dict[tuple[type, Any], Canonical] = {}
    for node in nodes:
        value = constant(node) if type(node) in _CONSTANTS else None
        if value is None or isinstance(value, bool) or id(node) in documentation:
            continue
        if isinstance(value, str | bytes) and len(value) > LITERAL_LENGTH:
            continue
        found.setdefault((type(value), value), canonical(value, consume=False))
        if len(found) == LITERALS:
            break
    return tuple(found.values())


def _declares(nodes: Sequence[ast.AST]) -> tuple[str, ...]:
    found = set()
    for node in nodes:
        if type(node) is ast.Raise and node.exc is not None:
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if isinstance(raised, ast.Name) and raised.id in _GUARDS:
                found.add(raised.id)
    return tuple(sorted(found))
