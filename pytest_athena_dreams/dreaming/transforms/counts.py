"""Counts and groups with `dict.get` instead of asking first whether the key is there."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
import libcst.matchers as m

from ..statements import line_of, only, small, statements
from ..target import Target, Variant


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each ``if key in counts: counts[key] += 1 else: counts[key] = 1``."""
    code = target.module.code_for_node
    for statement in statements(target.function):
        if not isinstance(statement, cst.If) or not isinstance(statement.orelse, cst.Else):
            continue
        first, second = small(only(statement.body)), small(only(statement.orelse.body))
        match statement.test:
            case cst.Comparison(left=key, comparisons=[cst.ComparisonTarget() as asked]):
                operator, counts = asked.operator, asked.comparator
            case _:
                continue
        if isinstance(counts, cst.Call):  # counts.keys()
            if not m.matches(counts, m.Call(func=m.Attribute(attr=m.Name("keys")), args=[])):
                continue
            assert isinstance(counts.func, cst.Attribute)
            counts = counts.func.value
        if isinstance(operator, cst.NotIn):
            first, second = second, first
        elif not isinstance(operator, cst.In):
            continue
        place = f"{code(counts)}[{code(key)}]"
        match first, second:
            case (
                cst.AugAssign(target=target_, operator=cst.AddAssign(), value=step),
                cst.Assign(targets=[cst.AssignTarget(target=other)], value=initial),
            ) if code(target_) == code(other) == place and code(step) == code(initial) == "1":
                new = f"{place} = {code(counts)}.get({code(key)}, 0) + 1"
                yield target.replaced(
                    statement,
                    line_of(new, statement),
                    f"line {target.line(statement)}: one look-up counts, with 0 for a new key",
                )
