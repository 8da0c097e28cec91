"""The fixed edge cases of a type, in groups that can be switched off: empty, large, extreme, none.

Values that belong to no group (zero, one, minus one) are always there.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any

from ..models import Parameter, ParameterKind, Signature, TypeSpec
from .arguments import Arguments
from .scalars import literal_value

LARGE_ITEMS = 10_000
"""Items of a large container."""
LARGE_TEXT = 100_000
"""Characters of a large text."""

_ANY = TypeSpec(kind="any")
_SEQUENCES = ("list", "sequence", "iterable", "tuple...")
_PLAIN: dict[str, list[Any]] = {
    "bool": [False, True],
    "int": [0, 1, -1, 2, 100],
    "float": [0.0, 1.0, -1.0, 0.5],
    "complex": [0j, 1j],
    "str": ["a", " ", "Aa1 é"],
    "bytes": [b"\x00"],
    "any": [0, 1, "a", [1]],
}
_GROUPED: dict[str, dict[str, list[Any]]] = {
    "empty": {"str": [""], "bytes": [b""], "any": ["", []]},
    "large": {
        "int": [2**31, 2**63],
        "float": [1e308],
        "str": ["a" * LARGE_TEXT],
        "bytes": [b"a" * LARGE_TEXT],
    },
    "extreme": {
        "float": [math.nan, math.inf, -math.inf],
        "str": ["\ud800", "e\u0301", "\u200f\U0001f469\u200d\U0001f469"],
    },
    "none": {"any": [None], "none": [None]},
}


def edge_values(spec: TypeSpec, groups: Collection[str]) -> list[Any]:
    """Edge cases of one type, the plainest first; empty for a type without any."""
    kind = spec.kind
    scalars = [*_PLAIN.get(kind, ())]
    for group, by_kind in _GROUPED.items():
        scalars += by_kind.get(kind, ()) if group in groups else ()
    if scalars:
        return scalars
    if kind == "annotated":
        return []  # the bounds are the edges, and the strategy draws those
    if kind == "literal":
        return [literal_value(value) for value in spec.values]
    if kind == "union":
        return [value for arg in spec.args for value in edge_values(arg, groups)[:3]]
    if kind in _SEQUENCES or kind in ("set", "frozenset"):
        return _containers(spec, groups)
    if kind == "dict":
        keys, values = edge_values(spec.args[0], groups), edge_values(spec.args[1], groups)
        pairs = list(
            zip([key for key in keys if not isinstance(key, list | dict | set)], values, strict=False)
        )
        return [*([{}] if "empty" in groups else []), *({key: value} for key, value in pairs[:2])]
    if kind == "tuple":
        columns = [edge_values(arg, groups) for arg in spec.args]
        return list(zip(*columns, strict=False))[:3] if all(columns) else []
    return []


def _containers(spec: TypeSpec, groups: Collection[str]) -> list[Any]:
    make: Any = {"tuple...": tuple, "set": set, "frozenset": frozenset}.get(spec.kind, list)
    inner = [v for v in edge_values(spec.args[0], groups) if not _huge(v)]
    if spec.kind in ("set", "frozenset"):
        inner = [value for value in inner if not isinstance(value, list | dict | set)]
    found = [make([])] if "empty" in groups else []
    found += [make([value]) for value in inner[:4]]
    if spec.kind in _SEQUENCES and len(inner) > 1:
        found.append(make([inner[1], inner[1]]))
        if "large" in groups:
            found.append(make((inner[:5] * LARGE_ITEMS)[:LARGE_ITEMS]))
    if "extreme" in groups:
        found += [
            make([inner[1], value]) for value in inner if isinstance(value, float) and value - value != 0
        ]
    return found


def _huge(value: Any) -> bool:
    return isinstance(value, str | bytes | list | tuple) and len(value) > 100


def edge_arguments(signature: Signature, groups: Collection[str], limit: int) -> list[Arguments]:
    """At most ``limit`` calls: all required parameters at an edge together, then one at a time."""
    required = [p for p in signature.parameters if not p.has_default and not _variadic(p)]
    if not required:
        return [Arguments()]
    columns = [edge_values(p.type or _ANY, groups) for p in required]
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
    pairs = list(zip(parameters, values, strict=True))
    positional = tuple(value for p, value in pairs if p.kind is not ParameterKind.KEYWORD_ONLY)
    return Arguments(
        positional, {p.name: value for p, value in pairs if p.kind is ParameterKind.KEYWORD_ONLY}
    )


def _variadic(p: Parameter) -> bool:
    return p.kind in (ParameterKind.VAR_POSITIONAL, ParameterKind.VAR_KEYWORD)
