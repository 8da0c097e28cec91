"""A plugin that writes dreams: athena-dreams dream --plugin examples/swap_operands.py

Each variant exchanges the operands of one ``+`` or ``*``: right for numbers, wrong for texts and lists, and
sometimes a little faster. The test in the jail shows which.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

MEANT = "constraint_relaxation"
"""The only type that this plugin writes."""


def pytest_athena_dreams_generate(procedure, dream_type, count, lessons):
    """Give at most ``count`` variants, each with its reason."""
    if dream_type != MEANT:
        return None
    return [variant for variant, _ in zip(_swapped(procedure.code), range(count), strict=False)]


def _swapped(code: str) -> Iterator[tuple[str, str]]:
    places = [place for place, node in enumerate(ast.walk(ast.parse(code))) if _is_swappable(node)]
    for place in places:
        tree = ast.parse(code)
        node = list(ast.walk(tree))[place]
        node.left, node.right = node.right, node.left
        yield ast.unparse(tree) + "\n", f"line {node.lineno}: the operands are exchanged"


def _is_swappable(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mult)
