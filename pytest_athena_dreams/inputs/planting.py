"""Inputs with a literal put into them: two sources may differ where only one of them names a value.

A literal replaces a value of its type, anywhere in an input. A number also becomes the length of a text or
list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from ..models import Canonical
from ..signatures import Signature, TypeSpec
from .arguments import VARIADIC, Arguments
from .scalars import FEW_ITEMS, LONGEST, literal_value

_LISTS = ("list", "sequence", "iterable")


def planted(
    signature: Signature, literals: Sequence[Canonical], inputs: Sequence[Arguments], limit: int
) -> list[Arguments]:
    """At most ``limit`` of ``inputs``, each with one of ``literals`` (or a number next to it) put into it."""
    return list(islice(_planted(signature, literals, inputs), limit)) if inputs else []


def _planted(
    signature: Signature, literals: Sequence[Canonical], inputs: Sequence[Arguments]
) -> Iterator[Arguments]:
    turn = 0
    parameters = [p for p in signature.parameters if p.type is not None and p.kind not in VARIADIC]
    for step in (0, -1, 1):
        for value in map(literal_value, literals):
            if step and type(value) is not int:
                continue
            literal = value + step if step else value
            for p in parameters:
                turn += 1
                base = inputs[turn % len(inputs)]
                given = base.by_name(signature)
                if p.type is None or p.name not in given:
                    continue
                for changed in _with(given[p.name], p.type, literal, turn):
                    yield base.replaced(signature, {p.name: changed})


def _with(value: Any, spec: TypeSpec, literal: Any, turn: int) -> Iterator[Any]:
    """``value``, which is of type ``spec``, with ``literal`` in it, in each way there is."""
    if spec.kind in (type(literal).__name__, "any") and type(literal) is not type(None):
        yield literal
        if type(literal) is str and type(value) is str and value:
            yield value[: turn % len(value)] + literal + value[turn % len(value) :]
    elif spec.kind == "float" and type(literal) is int:
        yield float(literal)
    elif spec.kind == "union":
        for arg in spec.args:
            yield from _with(value, arg, literal, turn)
    elif spec.kind in _LISTS and isinstance(value, list | tuple):
        yield from _in_list(list(value), spec, literal, turn)
    elif spec.kind == "tuple" and isinstance(value, tuple) and len(value) == len(spec.args) and value:
        at = turn % len(value)
        for changed in _with(value[at], spec.args[at], literal, turn):
            yield (*value[:at], changed, *value[at + 1 :])
    elif spec.kind == "dict" and isinstance(value, dict):
        yield from _in_dict(value, spec, literal, turn)
    elif spec.kind == "str" and type(value) is str and _is_length(literal):
        yield ((value or "a") * literal)[:literal]


def _in_list(value: list[Any], spec: TypeSpec, literal: Any, turn: int) -> Iterator[Any]:
    if not value:
        return
    at = turn % len(value)
    for changed in _with(value[at], spec.args[0], literal, turn):
        yield [*value[:at], changed, *value[at + 1 :]]
        yield [*value, changed]
    if _is_length(literal):
        yield (value * literal)[:literal]


def _in_dict(value: dict[Any, Any], spec: TypeSpec, literal: Any, turn: int) -> Iterator[Any]:
    keys = list(value)
    if not keys:
        return
    key = keys[turn % len(keys)]
    for changed in _with(value[key], spec.args[1], literal, turn):
        yield value | {key: changed}
    if spec.args[0].kind in (type(literal).__name__, "any") and not isinstance(literal, list | dict | set):
        yield value | {literal: value[key]}


def _is_length(literal: Any) -> bool:
    return type(literal) is int and FEW_ITEMS < literal <= LONGEST
