"""Swaps two statements that follow one another and do not depend on each other."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
import libcst.matchers as m

from ...source.purity import METHODS, PURE_FUNCTIONS
from ..parameters import MUTATING
from ..statements import names, pairs, reads_only, small
from ..target import Target, Variant

_ASKING = {"set", "frozenset", "sqrt", "exists", "isfile", "isdir", "getsize", "run", "check_output"}
_READING = (PURE_FUNCTIONS | METHODS | _ASKING) - MUTATING
"""Functions and methods that change nothing."""


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each such pair."""
    for first, second in pairs(target.function):
        one, other = _assigned(first), _assigned(second)
        if one is None or other is None:
            continue
        own, value = one
        theirs, source = other
        if own & theirs or own & names(source) or theirs & names(value) or names(value) & own & theirs:
            continue
        if not reads_only((value, source), _READING) or _swapped_before(target, first, second):
            continue
        yield target.changed(
            {first: _like(second, first), second: _like(first, second)},
            f"line {target.line(first)}: it is swapped with the next line, which does not depend on it",
        )


def _assigned(statement: cst.BaseStatement) -> tuple[set[str], cst.BaseExpression] | None:
    """The variables and the value of an assignment to variables only."""
    match small(statement):
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name() | cst.Tuple() as place)], value=value):
            if m.findall(place, m.Attribute() | m.Subscript()):
                return None
            return names(place), value
    return None


def _swapped_before(target: Target, first: cst.BaseStatement, second: cst.BaseStatement) -> bool:
    """Whether both are constants: the order of two constants does not matter."""
    values = [found[1] for each in (first, second) if (found := _assigned(each)) is not None]
    return all(not names(value) and not m.findall(value, m.Call()) for value in values)


def _like(statement: cst.BaseStatement, place: cst.BaseStatement) -> cst.BaseStatement:
    """A statement with its own comments, and the blank lines before ``place``."""
    blank = [line for line in getattr(place, "leading_lines", ()) if line.comment is None]
    own = [line for line in getattr(statement, "leading_lines", ()) if line.comment is not None]
    return statement.with_changes(leading_lines=[*blank, *own])
