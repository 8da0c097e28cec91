"""Leaves a loop as soon as its result is known."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
import libcst.matchers as m

from ..collecting import collecting
from ..statements import assignment, small
from ..target import Target, Variant

_FIXED = m.Name("True") | m.Name("False") | m.Name("None") | m.Integer() | m.SimpleString()


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each loop that only sets a variable to a constant, behind a condition."""
    for found in collecting(target):
        step = assignment(found.step)
        if step is None or step[0] != found.name or not m.matches(step[1], _FIXED):
            continue
        if found.step in getattr(found.loop.body, "body", ()) or not isinstance(
            small(found.step), cst.Assign | cst.AnnAssign
        ):
            continue
        yield target.replaced(
            found.step,
            cst.FlattenSentinel([found.step, cst.SimpleStatementLine([cst.Break()])]),
            f"line {target.line(found.step)}: the loop ends once `{found.name}` is set",
        )
