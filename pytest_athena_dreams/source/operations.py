"""What an operation gives and tells, by the shapes of what it is used on."""

from __future__ import annotations

import ast

from .shaping import Shape
from .tells import (
    ITEMS_OUT,
    MADE_BY,
    OF_CONTAINERS,
    SAME_ITEMS,
    SCALAR_TAKERS,
    TOLD_BY_ATTRIBUTES,
    TOLD_BY_METHODS,
)


def attribute(owner: Shape, name: str) -> Shape:
    if name in TOLD_BY_ATTRIBUTES:
        owner.mark(TOLD_BY_ATTRIBUTES[name])
        return Shape("int")
    return owner.attribute(name)


def arithmetic(left: Shape, right: Shape, operator: ast.operator) -> Shape:
    """The shape of a result. Of numbers both sides are alike, and a time span is added to a date."""
    for one, other in ((left, right), (right, left)):
        if "datetime.timedelta" in other.marks and not one.marks & {"datetime.datetime", "int", "float"}:
            return one.mark("datetime.date")
        if "decimal.Decimal" in other.marks and not one.marks & {"int", "sequence"}:
            one.mark("decimal.Decimal")
    if isinstance(operator, ast.Mod) and "str" in left.marks:
        return left
    if "sequence" in left.marks and "sequence" in right.marks:
        return left.is_same(right)
    if isinstance(operator, ast.Add) and "str" in (left.marks | right.marks):
        return left.mark("str").is_same(right)
    if not isinstance(operator, ast.Add | ast.Mult):
        for side in (left, right):
            if not side.marks & {
                "decimal.Decimal",
                "datetime.date",
                "datetime.datetime",
                "float",
                "sequence",
            }:
                side.mark("int")
    return left


def builtin(name: str, given: list[Shape]) -> Shape:
    if name in MADE_BY:
        return Shape(*MADE_BY[name])
    if name in ("map", "filter") and len(given) == 2:
        given[0].mark("callable")
        given[1].mark("sequence")
        return Shape()
    if name in SAME_ITEMS and len(given) == 1:
        if name in ("deepcopy", "copy"):
            return given[0]
        copied = Shape("sequence")
        given[0].mark("sequence").part("item").is_same(copied.part("item"))
        return copied
    if name in ITEMS_OUT and len(given) == 1:
        return given[0].mark("sequence").part("item")
    if name in SCALAR_TAKERS and given:
        given[-1].mark(SCALAR_TAKERS[name])
    if name in ("abs", "round", "min", "max") and given:
        return given[0]
    return Shape()


def _got(owner: Shape, given: list[Shape], keys: list[str | None]) -> Shape:
    """What a mapping has under a key, which may be missing."""
    if keys and keys[0] is not None:
        found = owner.at(keys[0])
        owner.root().optional.add(keys[0])
    else:
        owner.mark("mapping")
        if given:
            owner.part("key").is_same(given[0].mark("key"))
        found = owner.part("value")
    return found.is_same(given[1]) if len(given) > 1 else found


def method(owner: Shape, name: str, given: list[Shape], keys: list[str | None]) -> Shape:
    """What a method gives that is called on ``owner``; ``keys`` are its arguments that are literal texts."""
    tells = TOLD_BY_METHODS.get(name, ())
    if name in ("get", "setdefault"):
        return _got(owner, given, keys)
    owner.mark(*tells)
    if name == "join" and given:
        given[0].mark("sequence").part("item").mark("str")
    if name in ("append", "add", "appendleft") and given and "item" not in owner.parts:
        owner.part("item").is_same(given[0])
    if name in ("popleft", "pop"):
        return owner.part("item")
    if "decimal.Decimal" in tells:
        return owner
    if name not in TOLD_BY_METHODS and name not in OF_CONTAINERS:
        return owner.attribute(name).mark("callable").part("result")
    text = "str" in tells and name not in ("split", "partition", "splitlines")
    return Shape("str") if text else Shape()
