"""Writes a loop that fills a list, set or dict as a comprehension."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
import libcst.matchers as m

from ..collecting import Collecting, collecting, wrapped
from ..statements import line_of, names, small
from ..target import Target, Variant

_NEW_LIST = m.List(elements=[]) | m.Call(func=m.Name("list"), args=[])
_NEW_DICT = m.Dict(elements=[]) | m.Call(func=m.Name("dict"), args=[])
_NEW_SET = m.Call(func=m.Name("set"), args=[])


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each such loop."""
    for found in collecting(target):
        text = _comprehension(target, found)
        if text is not None:
            yield target.merged(
                line_of(f"{found.name} = {text}", found.first, found.loop),
                found.first,
                found.loop,
                why=f"line {target.line(found.loop)}: the loop that fills `{found.name}` is a comprehension",
            )


def _comprehension(target: Target, found: Collecting) -> str | None:
    match small(found.step):
        case cst.Expr(
            value=cst.Call(
                func=cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=method)),
                args=[cst.Arg(keyword=None, star="", value=item)],
            )
        ) if owner == found.name and found.name not in names(item):
            text = wrapped(target, item)
            if method == "append" and m.matches(found.initial, _NEW_LIST):
                return _closed(found, f"[{text} {found.clauses}]")
            if method == "add" and m.matches(found.initial, _NEW_SET):
                return _closed(found, f"{{{text} {found.clauses}}}")
        case cst.Assign(
            targets=[
                cst.AssignTarget(
                    target=cst.Subscript(
                        value=cst.Name(value=owner),
                        slice=[cst.SubscriptElement(slice=cst.Index(value=key, star=None))],
                    )
                )
            ],
            value=value,
        ) if (
            owner == found.name
            and found.name not in names(key, value)
            and m.matches(found.initial, _NEW_DICT)
        ):
            return _closed(found, f"{{{wrapped(target, key)}: {wrapped(target, value)} {found.clauses}}}")
    return None


def _closed(found: Collecting, text: str) -> str | None:
    """``text``, unless a clause reads the variable that is filled."""
    return text if found.name not in names(cst.parse_expression(text)) else None
