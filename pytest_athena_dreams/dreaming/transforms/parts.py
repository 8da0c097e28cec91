"""Lets a procedure of another project compute a part."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..merging import partners
from ..pieces import places
from ..statements import line_of
from ..target import New, Target, Variant
from ..tasks import Role


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each piece that such a procedure computes."""
    found = places(target)
    for merger in partners(target, Role.PART):
        place = found[merger.partner.piece]
        call = f"{merger.name}({', '.join(place.parameters)})"
        first, *rest = place.nodes
        changes: dict[cst.CSTNode, New] = {}
        if place.variable is not None:
            changes[first] = line_of(f"{place.variable} = {call}", *place.nodes)
            changes |= dict.fromkeys(rest, cst.RemoveFromParent())
        else:
            changes[first] = cst.parse_expression(call)
        inner = target.function.visit(target.replacer(changes))
        assert isinstance(inner, cst.FunctionDef)
        yield merger.merged(
            {target.function: inner},
            f"line {target.line(first)}: `{merger.other.name}` of {merger.partner.subject.project}"
            f" computes this: {merger.partner.how}",
        )
