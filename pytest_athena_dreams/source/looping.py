"""The names that decide how often a source's loops run."""

from __future__ import annotations

import ast

from .syntax import syntax


def loop_names(code: str) -> tuple[str, ...]:
    """The names in the headers of loops, and those that they are assigned from, in alphabetical order."""
    found = syntax(code)
    if found is None:
        return ()
    headers = [
        node.test if isinstance(node, ast.While) else node.iter
        for node in found.nodes
        if isinstance(node, ast.While | ast.For | ast.AsyncFor | ast.comprehension)
    ]
    names = {name for header in headers for name in _names(header)}
    assigned = [
        ({name for target in _targets(node) for name in _names(target)}, set(_names(node.value)))
        for node in found.nodes
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.NamedExpr) and node.value
    ]
    size = 0
    while size < len(names):
        size = len(names)
        for targets, sources in assigned:
            if targets & names:
                names |= sources
    return tuple(sorted(names))


def _targets(node: ast.Assign | ast.AugAssign | ast.AnnAssign | ast.NamedExpr) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def _names(node: ast.AST) -> list[str]:
    return [inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)]
