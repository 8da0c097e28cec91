"""Accepts `None` where a collection or a text was needed, as an empty one."""

from __future__ import annotations

from collections.abc import Iterator

from ..parameters import Kind, parameters
from ..target import Target, Variant

_EMPTY_VALUES = {Kind.LIST: "[]", Kind.TUPLE: "()", Kind.SET: "set()", Kind.DICT: "{}", Kind.STR: '""'}


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each parameter of such a kind that is not asked for None already."""
    for parameter in parameters(target.node):
        empty = _EMPTY_VALUES.get(parameter.kind)
        if empty is None or parameter.tested or parameter.mutated or parameter.returned:
            continue
        name = parameter.name
        yield target.opened(
            f"if {name} is None:\n    {name} = {empty}\n",
            f"line {target.node.lineno}: `{name}` may be None, which counts as empty",
        )
