"""Walks through items instead of indices, which any iterable allows."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
import libcst.matchers as m

from ..statements import count, statements
from ..target import New, Target, Variant


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each loop over ``range(len(items))`` that only reads ``items[i]``."""
    for loop in statements(target.function):
        if not isinstance(loop, cst.For) or not isinstance(loop.target, cst.Name):
            continue
        index = loop.target.value
        match loop.iter:
            case cst.Call(
                func=cst.Name(value="range"),
                args=[
                    cst.Arg(
                        value=cst.Call(
                            func=cst.Name(value="len"), args=[cst.Arg(value=cst.Name(value=items))]
                        )
                    )
                ],
            ):
                pass
            case _:
                continue
        found = _reads(loop.body, items, index)
        if not found or count(target.function, index) != count(loop, index):
            continue
        if count(loop.body, items) != len(found):
            continue  # it may change in the loop
        item = target.unused("item")
        uses = count(loop.body, index)
        if uses == len(found):
            new_target, new_iter, how = item, items, "items"
        else:
            new_target, new_iter, how = f"{index}, {item}", f"enumerate({items})", "items with their index"
        changes: dict[cst.CSTNode, New] = {node: cst.Name(item) for node in found}
        changes |= {loop.target: cst.parse_expression(new_target), loop.iter: cst.parse_expression(new_iter)}
        yield target.changed(
            changes,
            f"line {target.line(loop)}: the loop goes through {how} of `{items}`, not through a range",
        )


def _reads(node: cst.CSTNode, items: str, index: str) -> list[cst.Subscript]:
    """The places that read ``items[index]``, without those that write there."""
    pattern = m.Subscript(
        value=m.Name(items), slice=[m.SubscriptElement(slice=m.Index(value=m.Name(index), star=None))]
    )
    written = {
        id(found)
        for place in m.findall(node, m.AssignTarget() | m.AugAssign() | m.Del())
        for found in m.findall(getattr(place, "target", place), pattern)
    }
    return [
        found
        for found in m.findall(node, pattern)
        if id(found) not in written and isinstance(found, cst.Subscript)
    ]
