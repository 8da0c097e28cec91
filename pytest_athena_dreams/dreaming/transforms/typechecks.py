"""Checks the type of an argument first, so that a wrong one is named in the error."""

from __future__ import annotations

from collections.abc import Iterator

from ..parameters import Kind, parameters
from ..target import Target, Variant

_CHECKED_TYPES = {
    Kind.INT: "int",
    Kind.FLOAT: "(int, float)",
    Kind.BOOL: "bool",
    Kind.STR: "str",
    Kind.TUPLE: "tuple",
    Kind.DICT: "dict",
}


def variants(target: Target) -> Iterator[Variant]:
    """One variant for all parameters that are annotated with a builtin type and have no default."""
    lines, names = [], []
    for parameter in parameters(target.node):
        name, kind = parameter.name, _CHECKED_TYPES.get(parameter.kind)
        if parameter.kind is Kind.LIST and (parameter.annotation or "").startswith(("list", "List")):
            kind = "list"
        if kind is None or parameter.annotation is None or parameter.has_default:
            continue
        if any(word in parameter.annotation for word in ("None", "Optional", "|", "Mapping")):
            continue
        names.append(f"`{name}`")
        lines.append(
            f"if not isinstance({name}, {kind}):\n"
            f'    raise TypeError(f"{name} is of type {{type({name}).__name__}}, not {kind}")\n'
        )
    if lines:
        yield target.opened(
            "".join(lines), f"line {target.node.lineno}: the types of {', '.join(names)} are checked first"
        )
