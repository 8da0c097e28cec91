"""Sources as syntax trees.

Invariants: nothing here runs or compiles code. CPython's parser bounds its own depth and answers with an
exception where source is nested too deeply. Source that can't be read, or is longer than ``PARSED_SOURCE``,
is ``None``: never an error, for dreams are often no Python at all.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

PARSED_SOURCE = 100_000
"""Characters of source beyond which it is not read."""
TREES = 4
"""Trees that are kept: those of a dream and its procedure are asked for again and again."""
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What parsing a source raises, and walking through what came of it."""

_LINE_END = re.compile("\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Syntax:
    """A tree, and all its nodes, breadth first. Both serve all who ask, and are not to be changed."""

    tree: ast.Module
    nodes: list[ast.AST]


def parsed(code: str) -> ast.Module | None:
    """The syntax tree of ``code``, made anew each time."""
    tree = _parsed(code, "exec")
    return tree if isinstance(tree, ast.Module) else None


def expression(text: str) -> ast.expr | None:
    """The syntax tree of a single expression."""
    tree = _parsed(text, "eval")
    return tree.body if isinstance(tree, ast.Expression) else None


def _parsed(code: str, mode: Literal["exec", "eval"]) -> ast.AST | None:
    if len(code) > PARSED_SOURCE:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape in a dream's text is no news to the user
            return ast.parse(code, mode=mode)
    except UNREADABLE:
        return None


@lru_cache(maxsize=TREES)
def syntax(code: str) -> Syntax | None:
    """The syntax of ``code``, kept for a while."""
    tree = parsed(code)
    return None if tree is None else Syntax(tree, list(ast.walk(tree)))


def split_lines(code: str) -> list[str]:
    """The lines of ``code`` as Python counts them: ``str.splitlines`` splits at form feeds as well."""
    lines = _LINE_END.split(code)
    return lines if lines[-1] else lines[:-1]


def line_of(code: str, number: int) -> str:
    """The text of a line, counted from 1, without its indentation; empty where there is none."""
    lines = split_lines(code)
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""
