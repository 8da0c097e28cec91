"""Does not search or sort a collection of one item."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..parameters import Kind, parameters
from ..statements import calls, positional
from ..target import Target, Variant


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each ``max``, ``min`` or ``sorted`` of a parameter that is a list or tuple."""
    sequences = {
        each.name
        for each in parameters(target.node)
        if each.kind in (Kind.LIST, Kind.TUPLE) and not each.rebound
    }
    for name, call in calls(target.function):
        given = positional(call)
        if name not in ("max", "min", "sorted") or given is None or len(call.args) != 1:
            continue
        if not isinstance(given[0], cst.Name) or given[0].value not in sequences:
            continue
        items = given[0].value
        quick = f"list({items})" if name == "sorted" else f"{items}[0]"
        text = target.module.code_for_node(call)
        yield target.replaced(
            call,
            cst.parse_expression(f"({quick} if len({items}) == 1 else {text})"),
            f"line {target.line(call)}: one item needs no `{name}`",
        )
