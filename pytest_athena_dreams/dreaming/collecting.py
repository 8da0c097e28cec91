"""Loops that collect something in a variable: what comes before them, what they add, and how often.

Invariants: pure; a loop is described only if it does nothing else. Only the process that changes sources
imports this module, for it needs libcst.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from .statements import assignment, count, is_plain, names, only, pairs
from .target import Target


@dataclass(frozen=True, slots=True)
class Collecting:
    """``name = initial`` and a loop with one statement, ``step``, behind conditions that have no ``else``.

    ``clauses`` is the loop as the clauses of a comprehension.
    """

    first: cst.BaseStatement
    loop: cst.For
    name: str
    initial: cst.BaseExpression
    step: cst.BaseStatement
    clauses: str


def collecting(target: Target) -> Iterator[Collecting]:
    """The loops of a function that collect, whose variables are used nowhere else."""
    for first, second in pairs(target.function):
        start = assignment(first)
        if start is None or not isinstance(second, cst.For):
            continue
        name, initial = start
        found = _inner(target, second)
        if found is None:
            continue
        clauses, step, variables = found
        alone = all(count(target.function, x) == count(second, x) for x in variables)
        if alone and name not in variables and is_plain(second):
            yield Collecting(first, second, name, initial, step, clauses)


def _inner(target: Target, node: cst.For) -> tuple[str, cst.BaseStatement, set[str]] | None:
    """The clauses, the innermost statement and the variables of a loop."""
    if node.orelse is not None or node.asynchronous is not None:
        return None
    code = target.module.code_for_node
    clauses = [f"for {code(node.target).strip()} in {code(node.iter).strip()}"]
    variables, inner = names(node.target), only(node.body)
    while True:
        if isinstance(inner, cst.If) and inner.orelse is None:
            clauses.append(f"if {wrapped(target, inner.test)}")
            inner = only(inner.body)
        elif isinstance(inner, cst.For):
            found = _inner(target, inner)
            if found is None:
                return None
            return f"{' '.join(clauses)} {found[0]}", found[1], variables | found[2]
        else:
            return (" ".join(clauses), inner, variables) if inner is not None else None


def wrapped(target: Target, node: cst.BaseExpression) -> str:
    """An expression's source, in parentheses where a clause or an argument would need them."""
    text = target.module.code_for_node(node).strip()
    loose = isinstance(node, cst.IfExp | cst.Lambda | cst.Tuple | cst.NamedExpr) and not node.lpar
    return f"({text})" if loose or "\n" in text else text
