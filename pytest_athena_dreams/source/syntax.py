"""Parses sources into syntax trees.

Invariants: nothing here runs or compiles code. CPython's parser limits its own depth and raises an exception
for source that is nested too deeply. Source that can't be parsed, or is longer than ``PARSED_SOURCE``, gives
``None``, never an error, because dreams are often not Python at all.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

PARSED_SOURCE = 100_000
"""Maximum characters of source to parse."""
TREES = 4
"""Trees to cache: those of a dream and its procedure are needed repeatedly."""
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
"""Exceptions from parsing a source or walking its tree."""

_LINE_END = re.compile("\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Syntax:
    """A tree and all its nodes, breadth first. Both are shared: callers must not change them."""

    tree: ast.Module
    nodes: list[ast.AST]


def parsed(code: str, *, limit: int = PARSED_SOURCE) -> ast.Module | None:
    """A new syntax tree of ``code``, which the caller may change; ``None`` if it can't be parsed.

    ``limit`` is in characters.
    """
    tree = _parsed(code, "exec", limit)
    return tree if isinstance(tree, ast.Module) else None


def alike(one: str, other: str) -> bool:
    """Whether two sources differ in comments and formatting alone."""
    trees = parsed(one), parsed(other)
    return None not in trees and len({ast.dump(tree) for tree in trees if tree is not None}) == 1


def expression(text: str) -> ast.expr | None:
    """A new syntax tree of a single expression; ``None`` if it can't be parsed."""
    tree = _parsed(text, "eval", PARSED_SOURCE)
    return tree.body if isinstance(tree, ast.Expression) else None


def _parsed(code: str, mode: Literal["exec", "eval"], limit: int) -> ast.AST | None:
    if len(code) > limit:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape in a dream is not the user's problem
            return ast.parse(code, mode=mode)
    except UNREADABLE:
        return None


@lru_cache(maxsize=TREES)
def syntax(code: str) -> Syntax | None:
    """The syntax of ``code``, cached; ``None`` if it can't be parsed."""
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
