"""The pieces of a procedure that another one may do: values that it computes, and loops that collect one.

Invariants: pure, and the same pieces in the same order for the same source; a piece depends on names that are
its parameters. Only the process that changes sources imports this module, for it needs libcst.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst
import libcst.matchers as m

from .collecting import collecting
from .statements import assignment, is_plain, names, small, statements
from .target import Target
from .tasks import Piece

MAX_PIECES = 6
"""Maximum pieces of one procedure."""
_LOCAL = frozenset(dir(builtins))


@dataclass(frozen=True, slots=True)
class Place:
    """A piece in its source: the nodes it stands for, its parameters in order, and the variable it sets."""

    nodes: tuple[cst.CSTNode, ...]
    parameters: tuple[str, ...]
    variable: str | None
    body: str


def places(target: Target) -> list[Place]:
    """The first pieces of a function, loops before expressions."""
    return list(_places(target))[:MAX_PIECES]


def pieces(target: Target) -> list[Piece]:
    """The same as functions of their own."""
    found = []
    function = target.function
    around = "".join(target.module.code_for_node(each) for each in target.module.body if each is not function)
    for place in places(target):
        name = target.unused("piece")
        head = f"def {name}({', '.join(place.parameters)}):\n"
        code = f"{target.module.code_for_node(function)}\n\n\n{head}{place.body}"
        found.append(Piece(code=f"{around}\n\n{code}", entry_point=name, arity=len(place.parameters)))
    return found


def _places(target: Target) -> Iterator[Place]:
    outside = {name for each in target.module.body for name in _defined(each)} | _LOCAL
    for found in collecting(target):
        own = names(found.loop, found.initial) - outside - {found.name} - _targets(found.loop)
        text = _indented(target, found.first) + _indented(target, found.loop)
        body = f"{text}    return {found.name}\n"
        if own:
            yield Place((found.first, found.loop), tuple(sorted(own)), found.name, body)
    for statement in statements(target.function):
        line, given = small(statement), assignment(statement)
        value = line.value if isinstance(line, cst.Return) else given[1] if given else None
        if value is None or not isinstance(value, cst.Call | cst.BinaryOperation | cst.BaseComp):
            continue
        own = names(value) - outside - _targets(value)
        if own and is_plain(value) and not m.findall(value, m.Lambda()):
            text = target.module.code_for_node(value)
            yield Place((value,), tuple(sorted(own)), None, f"    return ({text})\n")


def _targets(node: cst.CSTNode) -> set[str]:
    """The variables of loops in a node."""
    found = m.findall(node, m.For() | m.CompFor())
    return names(*(getattr(each, "target", None) for each in found))


def _indented(target: Target, statement: cst.CSTNode) -> str:
    text = target.module.code_for_node(statement.with_changes(leading_lines=()))
    return "".join(f"    {line}\n" for line in text.rstrip("\n").split("\n"))


def _defined(statement: cst.CSTNode) -> set[str]:
    if isinstance(statement, cst.FunctionDef | cst.ClassDef):
        return {statement.name.value}
    found: set[str] = set()
    for node in m.findall(statement, m.AssignTarget() | m.ImportAlias()):
        if isinstance(node, cst.AssignTarget):
            found |= names(node.target)
        elif isinstance(node, cst.ImportAlias):
            found.add((node.evaluated_alias or node.evaluated_name).partition(".")[0])
    return found
