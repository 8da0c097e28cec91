"""The arguments of a call that are all literals, read from its text without evaluating anything else."""

from __future__ import annotations

import ast
from typing import Any

from .syntax import UNREADABLE, expression


def literal_arguments(text: str) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    """What ``text`` in parentheses passes, by position and by keyword; ``None`` unless all are literals."""
    tree = expression(f"given{text}")
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name):
        return None
    try:
        args = tuple(ast.literal_eval(arg) for arg in tree.args)
        kwargs = {word.arg: ast.literal_eval(word.value) for word in tree.keywords}
    except (TypeError, *UNREADABLE):
        return None
    return None if None in kwargs else (args, {str(name): value for name, value in kwargs.items()})
