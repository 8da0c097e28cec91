"""The simplest inputs of a signature, in order, which are tried before Hypothesis shrinks a fault.

Most faults show on some small input (Runciman, Naylor and Lindblad, "SmallCheck and Lazy SmallCheck", 2008).
The first input in this order that shows one is its smallest, for the simpler ones were all tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice, product
from typing import Any

from ..signatures import ParameterKind, Signature, TypeSpec
from .arguments import VARIADIC, Arguments
from .scalars import literal_value

_SMALL_SCALARS: dict[str, list[Any]] = {
    "none": [None],
    "bool": [False, True],
    "int": [0, 1, -1, 2, -2, 3],
    "float": [0.0, 1.0, -1.0, 0.5],
    "str": ["", "0", "a", "A", " ", "00", "aa", "ab"],
    "bytes": [b"", b"0"],
}
_SEQUENCE_MAKERS: dict[str, Callable[[Iterable[Any]], Any]] = {
    "list": list,
    "sequence": list,
    "iterable": list,
    "tuple...": tuple,
}
_SET_MAKERS: dict[str, Callable[[Iterable[Any]], Any]] = {"set": set, "frozenset": frozenset}


def small_arguments(signature: Signature, limit: int) -> list[Arguments]:
    """At most ``limit`` calls, the simplest first; none where a required parameter is of another kind.

    Parameters with a default are left out.
    """
    required = [p for p in signature.parameters if not p.has_default and p.kind not in VARIADIC]
    columns = [small_values(p.type) if p.type else [] for p in required]
    if not all(columns):
        return []
    calls = []
    for row in islice(_diagonal(columns), limit):
        pairs = list(zip(required, row, strict=True))
        positional = tuple(v for p, v in pairs if p.kind is not ParameterKind.KEYWORD_ONLY)
        calls.append(
            Arguments(positional, {p.name: v for p, v in pairs if p.kind is ParameterKind.KEYWORD_ONLY})
        )
    return calls


def small_values(spec: TypeSpec) -> list[Any]:
    """The simplest values of a type, in order; an empty list for a type that this module does not know."""
    if spec.kind in _SMALL_SCALARS:
        return _SMALL_SCALARS[spec.kind]
    if spec.kind == "literal":
        return [literal_value(value) for value in spec.values]
    if spec.kind == "union":
        columns = [small_values(arg) for arg in spec.args]
        longest = max(map(len, columns))
        return [c[n] for n in range(longest) for c in columns if n < len(c)] if all(columns) else []
    if spec.kind in _SEQUENCE_MAKERS:
        return [_SEQUENCE_MAKERS[spec.kind](row) for row in _rows(small_values(spec.args[0]))]
    if spec.kind == "tuple":
        columns = [small_values(arg) for arg in spec.args]
        return [tuple(row) for row in islice(_diagonal(columns), 12)] if all(columns) else []
    if spec.kind in _SET_MAKERS or spec.kind == "dict":
        return _hashed(spec)
    return []


def _hashed(spec: TypeSpec) -> list[Any]:
    """Sets and dicts whose keys are scalars, which are hashable."""
    if spec.args[0].kind not in _SMALL_SCALARS:
        return []
    keys = small_values(spec.args[0])
    if spec.kind in _SET_MAKERS:
        return [_SET_MAKERS[spec.kind](row) for row in ([], *([k] for k in keys[:4]), keys[:2], keys[:3])]
    values = small_values(spec.args[1])
    if not values:
        return []
    single = [{k: v} for k, v in islice(_diagonal([keys, values]), 8)]
    return [{}, *single, *(dict(zip(keys[:2], row, strict=False)) for row in product(values[:2], repeat=2))]


def _rows(items: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Sequences of up to three of ``items``, the shorter first."""
    if not items:
        return []
    pairs = list(islice(_diagonal([items[:4], items[:4]]), 10))
    return [(), *((item,) for item in items[:6]), *pairs, *product(items[:2], repeat=3)]


def _diagonal(columns: Sequence[Sequence[Any]]) -> Iterable[tuple[Any, ...]]:
    """All combinations, those whose places in the columns add up to least first."""
    total = sum(len(column) - 1 for column in columns)
    for level in range(total + 1):
        yield from _level(columns, level)


def _level(columns: Sequence[Sequence[Any]], level: int) -> Iterable[tuple[Any, ...]]:
    if not columns:
        if level == 0:
            yield ()
        return
    head, *rest = columns
    for n, value in enumerate(head[: level + 1]):
        for row in _level(rest, level - n):
            yield (value, *row)
