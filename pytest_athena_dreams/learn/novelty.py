"""How far a dream's syntax is from that of its procedure and of earlier dreams.

Invariants: pure; own names and the values of constants do not matter.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from ..source.normalise import label, parse

Profile = frozenset[str]
"""The steps of a syntax tree: labels of a node, its parent and its elder sibling; equal ones are numbered."""


def profile(code: str) -> Profile | None:
    """The steps of the syntax of ``code``, without its own names and the values of constants."""
    tree = parse(code)
    if tree is None:
        return None
    try:
        steps = _steps(tree, label(tree), [])
    except RecursionError:
        return None
    met: dict[str, int] = {}
    for step in steps:
        met[step] = met.get(step, 0) + 1
    return frozenset(f"{step}\0{number}" for step, count in met.items() for number in range(count))


def distance(a: Profile, b: Profile) -> float:
    """The Jaccard distance of two profiles, from 0 (equal) to 1 (nothing in common)."""
    shared = len(a & b)
    union = len(a) + len(b) - shared
    return 1 - shared / union if union else 0.0


def novelty(own: Profile, others: Iterable[Profile]) -> float:
    """The distance of a profile from the nearest of ``others``; 1 if there are none."""
    return min((distance(own, other) for other in others), default=1.0)


def _steps(tree: ast.AST, parent: str, found: list[str]) -> list[str]:
    elder = ""
    for child in ast.iter_child_nodes(tree):
        if not isinstance(child, ast.expr_context):
            own = label(child)
            found.append(f"{own}\0{parent}\0{elder}")
            _steps(child, own, found)
            elder = own
    return found
