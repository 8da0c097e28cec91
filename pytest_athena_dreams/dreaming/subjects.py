"""Which procedures are varied, and how many dreams each gets."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from ..errors import DreamsError
from ..source.syntax import syntax
from .drafts import Subject
from .prefilter import defines

STRATEGIES = {"light": 5, "balanced": 15, "deep": 30}
"""Athena's strategies: the dreams that each procedure gets."""
SHOWN_NAMES = 8
"""Names that an error lists."""
_DEMONSTRATION = "main"


def subject_of(row: Mapping[str, Any]) -> Subject:
    """The procedure in a row of the store."""
    return Subject(
        id=row["id"],
        name=row["name"],
        project=row["project"],
        code=row["code"],
        entry_point=row["entry_point"],
    )


def choose_subjects(rows: Sequence[Mapping[str, Any]], patterns: Sequence[str]) -> list[Mapping[str, Any]]:
    """The rows that any of ``patterns`` means, all of them if there is no pattern.

    A pattern is an id, a name, or ``project/name``; ``*`` and ``?`` in it stand for anything. Raises
    ``DreamsError`` for a pattern that means none.
    """
    if not patterns:
        return list(rows)
    chosen: dict[int, Mapping[str, Any]] = {}
    for pattern in patterns:
        found = [row for row in rows if _means(pattern, row)]
        if not found:
            names = sorted({str(row["name"]) for row in rows})
            shown = ", ".join(names[:SHOWN_NAMES]) + (", …" if len(names) > SHOWN_NAMES else "")
            raise DreamsError(
                f"no procedure matches {pattern!r}: give an id, a name, PROJECT/NAME, or a pattern with *; "
                + (f"the store has {shown}" if names else "the store has none")
            )
        chosen |= {int(row["id"]): row for row in found}
    return [chosen[key] for key in sorted(chosen)]


def function_of(subject: Subject) -> str | None:
    """The function of a procedure that a dream has to define; ``None`` if there is none.

    As the jail chooses it: what the store says, else the one with the procedure's name, else the last public
    one.
    """
    if subject.entry_point:
        return subject.entry_point if defines(subject.code, subject.entry_point) else None
    if defines(subject.code, subject.name):
        return subject.name
    found = syntax(subject.code)
    names = [
        node.name
        for node in (found.tree.body if found else ())
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
    ]
    return next((name for name in reversed(names) if name != _DEMONSTRATION), names[-1] if names else None)


def _means(pattern: str, row: Mapping[str, Any]) -> bool:
    name = str(row["name"])
    if pattern == str(row["id"]) or fnmatchcase(name, pattern):
        return True
    return bool(row["project"]) and fnmatchcase(f"{row['project']}/{name}", pattern)
