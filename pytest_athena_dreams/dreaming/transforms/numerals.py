"""Accepts a number in other forms: as a text, or as a float without a fraction where an int was needed."""

from __future__ import annotations

from collections.abc import Iterator

from ..parameters import Kind, parameters
from ..target import Target, Variant


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each parameter that is a number."""
    for parameter in parameters(target.node):
        name = parameter.name
        if parameter.tested:
            continue
        if parameter.kind is Kind.INT:
            yield target.opened(
                f"if isinstance({name}, str) or (isinstance({name}, float) and {name}.is_integer()):\n"
                f"    {name} = int({name})\n",
                f"line {target.node.lineno}: `{name}` may be a text or a whole float as well as an int",
            )
        elif parameter.kind is Kind.FLOAT:
            yield target.opened(
                f"if isinstance({name}, str):\n    {name} = float({name})\n",
                f"line {target.node.lineno}: `{name}` may be a text as well as a float",
            )
