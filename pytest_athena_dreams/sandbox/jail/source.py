"""What a dream's source tells without running it: its literals, and the exceptions it announces."""

from __future__ import annotations

import ast
import re
from typing import Any

from .canonical import canonical

LITERALS = 60
"""Constants that are told, in the order of the source."""
LENGTH = 200
"""Characters above which a string constant is not told."""

_GUARDS = frozenset({"ValueError", "TypeError"})
_RAISES = re.compile(
    r"^\s*(?::raises?\s+|Raises?:?\s+)?([A-Z]\w*(?:Error|Exception|Exit|Interrupt|Iteration))\b"
)
_SECTION = re.compile(r"^\s*(?::raises?\b|Raises?\b)")


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


def declares(tree: ast.AST, doc: str) -> list[str]:
    """Exceptions that a docstring's ``Raises`` names, and the guards that the code raises itself."""
    found: list[str] = []
    section = False
    for line in doc.splitlines():
        section = bool(_SECTION.match(line)) or (section and bool(line.strip()))
        if section and (match := _RAISES.match(line)):
            found.append(match.group(1))
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and node.exc is not None:
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if isinstance(raised, ast.Name) and raised.id in _GUARDS:
                found.append(raised.id)
    return sorted(set(found))
