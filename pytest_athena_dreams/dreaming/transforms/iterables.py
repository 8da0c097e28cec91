"""Accepts any iterable where a collection was needed: iterators are read into a list first."""

from __future__ import annotations

from collections.abc import Iterator

from ..parameters import Kind, parameters
from ..target import Target, Variant

_ORDERED_KINDS = (Kind.LIST, Kind.TUPLE, Kind.ITEMS)


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each parameter that is a sequence and is not changed in place."""
    for parameter in parameters(target.node):
        name = parameter.name
        if parameter.kind not in _ORDERED_KINDS or parameter.mutated or parameter.returned:
            continue
        if not (parameter.indexed or parameter.iterated):
            continue
        missing = "__getitem__" if parameter.indexed else "__len__"
        yield target.opened(
            f'if hasattr({name}, "__iter__") and not hasattr({name}, "{missing}"):\n'
            f"    {name} = list({name})\n",
            f"line {target.node.lineno}: `{name}` may be any iterable, not a sequence only",
        )
