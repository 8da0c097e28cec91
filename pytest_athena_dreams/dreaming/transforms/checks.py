"""Drops a check: an `assert`, or an `if` that only raises."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
import libcst.matchers as m

from ..statements import blocks, line_of, small
from ..target import Target, Variant

_RAISES = m.If(body=m.IndentedBlock(body=[m.SimpleStatementLine(body=[m.Raise()])]), orelse=None)


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each check."""
    for block in blocks(target.function):
        for statement in block:
            if isinstance(small(statement), cst.Assert):
                what = target.text(statement)
            elif isinstance(statement, cst.If) and m.matches(statement, _RAISES):
                what = f"if {target.text(statement.test)}"
            else:
                continue
            why = f"line {target.line(statement)}: the check `{what}` is gone"
            if len(block) == 1:
                yield target.replaced(statement, line_of("pass", statement), why)
            else:
                yield target.replaced(statement, cst.RemoveFromParent(), why)
