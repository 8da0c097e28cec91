"""The fixed edge cases of a type: empty, zero, negative, large, and ``None`` where it is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from ..models import Parameter, ParameterKind, Signature, TypeSpec
from .arguments import Arguments
from .strategies import literal_value

LARGE = 1_000
"""Items of a large container, characters of a long text."""

_ANY = TypeSpec(kind="any")


def edge_values(spec: TypeSpec) -> list[Any]:
    """Edge cases of one type, the plainest first; empty for a type without any."""
    match spec.kind:
        case "none":
            return [None]
        case "bool":
            return [False, True]
        case "int":
            return [0, 1, -1, 2, 100, 2**31]
        case "float":
            return [0.0, 1.0, -1.0, 0.5, 1e308]
        case "str":
            return ["", "a", " ", "Aa1 é", "a" * LARGE]
        case "bytes":
            return [b"", b"\x00", b"a" * LARGE]
        case "any":
            return [None, 0, "", []]
        case "list" | "tuple..." | "set" | "frozenset":
            inner = edge_values(spec.args[0])
            made = _maker(spec.kind)
            singles = [
                made([value]) for value in inner[:3] if spec.kind in ("list", "tuple...") or _plain(value)
            ]
            large = [made(inner[1:2] * LARGE)] if spec.kind in ("list", "tuple...") and len(inner) > 1 else []
            return [made([]), *singles, *large]
        case "dict":
            keys, values = edge_values(spec.args[0]), edge_values(spec.args[1])
            pairs = list(zip(filter(_plain, keys), values, strict=False))
            return [{}, *({key: value} for key, value in pairs[:2])]
        case "tuple":
            columns = [edge_values(arg) for arg in spec.args]
            return list(zip(*columns, strict=False))[:3] if all(columns) else []
        case "union":
            return [value for arg in spec.args for value in edge_values(arg)[:3]]
        case "literal":
            return [literal_value(value) for value in spec.values]
    return []


def edge_arguments(signature: Signature, limit: int) -> list[Arguments]:
    """At most ``limit`` calls: all parameters at an edge together, then one at a time."""
    required = [p for p in signature.parameters if not p.has_default and not _variadic(p)]
    columns = [edge_values(p.type or _ANY) for p in required]
    if not required:
        return [Arguments()]
    if not all(columns):
        return []
    return [_arguments(required, values) for values in islice(_rows(columns), limit)]


def _rows(columns: list[list[Any]]) -> Iterator[list[Any]]:
    longest = max(map(len, columns))
    for n in range(longest):
        yield [column[n % len(column)] for column in columns]
    if len(columns) > 1:
        for which, column in enumerate(columns):
            for value in column:
                yield [
                    value if n == which else other[min(1, len(other) - 1)] for n, other in enumerate(columns)
                ]


def _arguments(parameters: Iterable[Parameter], values: Iterable[Any]) -> Arguments:
    positional: list[Any] = []
    keyword: dict[str, Any] = {}
    for p, value in zip(parameters, values, strict=True):
        if p.kind is ParameterKind.KEYWORD_ONLY:
            keyword[p.name] = value
        else:
            positional.append(value)
    return Arguments(tuple(positional), keyword)


def _variadic(p: Parameter) -> bool:
    return p.kind in (ParameterKind.VAR_POSITIONAL, ParameterKind.VAR_KEYWORD)


def _plain(value: Any) -> bool:
    return not isinstance(value, list | dict | set)


def _maker(kind: str) -> Any:
    return {"list": list, "tuple...": tuple, "set": set, "frozenset": frozenset}[kind]
