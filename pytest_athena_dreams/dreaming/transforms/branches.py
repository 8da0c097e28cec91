"""Writes two returns, one of them behind a condition, as one."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
import libcst.matchers as m

from ..collecting import wrapped
from ..statements import is_plain, line_of, only, pairs, small, statements
from ..target import Target, Variant

_BOOLEAN = m.Comparison() | m.UnaryOperation(operator=m.Not())


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each such condition."""
    follower = dict(pairs(target.function))
    for statement in statements(target.function):
        if not isinstance(statement, cst.If) or not is_plain(statement.test):
            continue
        first = small(only(statement.body))
        if isinstance(statement.orelse, cst.Else):
            last, rest = small(only(statement.orelse.body)), []
        elif statement.orelse is None and statement in follower:
            last, rest = small(follower[statement]), [follower[statement]]
        else:
            continue
        match first, last:
            case (
                cst.Return(value=cst.BaseExpression() as yes),
                cst.Return(value=cst.BaseExpression() as no),
            ):
                text = _choice(target, statement.test, yes, no)
                yield target.merged(
                    line_of(f"return {text}", statement, *rest),
                    statement,
                    *rest,
                    why=f"line {target.line(statement)}: two returns are one",
                )


def _choice(target: Target, test: cst.BaseExpression, yes: cst.BaseExpression, no: cst.BaseExpression) -> str:
    text = wrapped(target, test)
    values = getattr(yes, "value", None), getattr(no, "value", None)
    if values == ("True", "False"):
        return text if m.matches(test, _BOOLEAN) else f"bool({text})"
    if values == ("False", "True"):
        return f"not ({text})"
    return f"{wrapped(target, yes)} if {text} else {wrapped(target, no)}"
