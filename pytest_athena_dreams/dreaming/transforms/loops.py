"""Writes a comprehension that is returned or assigned as a loop, where each item is seen on its own."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import indent

import libcst as cst

from ..collecting import wrapped
from ..statements import assignment, is_plain, line_of, names, small, statements
from ..target import Target, Variant


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each such comprehension."""
    for statement in statements(target.function):
        line = small(statement)
        found = assignment(statement)
        value = line.value if isinstance(line, cst.Return) else found[1] if found else None
        if not isinstance(value, cst.ListComp | cst.SetComp) or not is_plain(value):
            continue
        if found and found[0] in names(value):
            continue
        variables, clauses = _clauses(target, value.for_in)
        others = names(*(each for each in target.function.body.body if each is not statement))
        if variables & others:
            continue  # its variables would be seen outside
        name = found[0] if found else target.unused("result")
        start, add = ("[]", "append") if isinstance(value, cst.ListComp) else ("set()", "add")
        text = f"{name}.{add}({wrapped(target, value.elt)})"
        if clauses is None or "\n" in text:
            continue
        for clause in reversed(clauses):
            text = f"{clause}:\n{indent(text, '    ')}"
        made = cst.parse_module(f"{name} = {start}\n{text}\n" + ("" if found else f"return {name}\n")).body
        begun = line_of(f"{name} = {start}", statement)
        yield target.replaced(
            statement,
            cst.FlattenSentinel([begun, *made[1:]]),
            f"line {target.line(statement)}: the comprehension is a loop that fills `{name}`",
        )


def _clauses(target: Target, clause: cst.CompFor) -> tuple[set[str], list[str] | None]:
    """The variables of a comprehension, and its clauses as the heads of statements."""
    found: list[str] = []
    variables: set[str] = set()
    inner: cst.CompFor | None = clause
    while inner is not None:
        if inner.asynchronous is not None:
            return variables, None
        code = target.module.code_for_node
        found.append(f"for {code(inner.target).strip()} in {code(inner.iter).strip()}")
        found += [f"if {wrapped(target, each.test)}" for each in inner.ifs]
        variables |= names(inner.target)
        inner = inner.inner_for_in
    return variables, found if not any("\n" in each for each in found) else None
