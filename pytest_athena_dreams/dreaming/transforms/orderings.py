"""Does not sort what is sorted already."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..parameters import Kind, parameters
from ..statements import calls, positional
from ..target import Target, Variant


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each ``sorted`` of a parameter that is a list or tuple."""
    sequences = {
        each.name
        for each in parameters(target.node)
        if each.kind in (Kind.LIST, Kind.TUPLE) and not each.rebound
    }
    for name, call in calls(target.function):
        given = positional(call)
        if name != "sorted" or given is None or len(call.args) != 1 or not isinstance(given[0], cst.Name):
            continue
        items = given[0].value
        if items in sequences:
            yield target.replaced(
                call,
                cst.parse_expression(
                    f"(list({items}) if all(a <= b for a, b in zip({items}, {items}[1:]))"
                    f" else sorted({items}))"
                ),
                f"line {target.line(call)}: `{items}` is not sorted again if it is in order",
            )
