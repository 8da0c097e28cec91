"""Writes a loop that adds up numbers, texts or truths as `sum`, `join`, `any` or `all`."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
import libcst.matchers as m

from ..collecting import Collecting, collecting, wrapped
from ..statements import assignment, line_of, names, small
from ..target import Target, Variant

_EMPTY_TEXT = m.SimpleString('""') | m.SimpleString("''")


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each such loop."""
    for found in collecting(target):
        made = _expression(target, found)
        if made is not None and found.name not in names(cst.parse_expression(made[1])):
            how, text = made
            yield target.merged(
                line_of(f"{found.name} = {text}", found.first, found.loop),
                found.first,
                found.loop,
                why=f"line {target.line(found.loop)}: `{how}` adds up `{found.name}` instead of a loop",
            )


def _items(text: str, clauses: str) -> str:
    """A generator expression, or only what it goes through if it changes nothing."""
    _, loop, items = clauses.partition(f"for {text} in ")
    plain = loop and clauses.startswith(loop) and items.isidentifier()
    return items if plain else f"{text} {clauses}"


def _expression(target: Target, found: Collecting) -> tuple[str, str] | None:
    match small(found.step):
        case cst.AugAssign(target=cst.Name(value=name), operator=cst.AddAssign(), value=value) if (
            name == found.name
        ):
            text = wrapped(target, value)
            if m.matches(found.initial, m.Integer("0")):
                return "sum", f"sum({_items(text, found.clauses)})"
            if m.matches(found.initial, _EMPTY_TEXT):
                return "join", f'"".join({_items(text, found.clauses)})'
    set_ = assignment(found.step)
    if set_ is not None and set_[0] == found.name and " if " in found.clauses:
        clauses, _, test = found.clauses.rpartition(" if ")
        if clauses.count("(") != clauses.count(")") or " for " in test or " if " in clauses:
            return None  # the condition is no whole one
        before, after = (getattr(node, "value", None) for node in (found.initial, set_[1]))
        if (before, after) == ("False", "True"):
            return "any", f"any({test} {clauses})"
        if (before, after) == ("True", "False"):
            return "all", f"not any({test} {clauses})"
    return None
