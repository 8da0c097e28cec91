"""Repairs for names of parameters and functions that differ from the procedure's."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..rewriting.functions import Rename, function_of, like, names_in, parameter_names, replaced
from .task import Proposal, Task


def parameters(task: Task) -> Iterator[Proposal]:
    """Rename the parameters to the procedure's names."""
    base, function = _pair(task)
    if base is None or function is None:
        return
    wanted, own = parameter_names(base), parameter_names(function)
    if len(wanted) == len(own) and wanted != own and not set(wanted) & (names_in(function) - set(own)):
        changed = function.visit(Rename(dict(zip(own, wanted, strict=True))))
        assert isinstance(changed, cst.FunctionDef)
        yield Proposal(
            kind="parameter",
            why="the parameters are called what the procedure calls them",
            code=replaced(task.code, function, changed),
        )


def entry_point(task: Task) -> Iterator[Proposal]:
    """Call the function what the procedure calls it."""
    base, function = _pair(task)
    if base is None or function is None or function.name.value == base.name.value:
        return
    tree = cst.parse_module(task.code).visit(Rename({function.name.value: base.name.value}))
    yield Proposal(kind="entry point", why=f"the function is called {base.name.value} again", code=tree.code)


def _pair(task: Task) -> tuple[cst.FunctionDef | None, cst.FunctionDef | None]:
    """The procedure's function, and the dream's by its name or else by its parameters."""
    base = function_of(task.procedure or "", task.entry)
    return base, function_of(task.code, task.entry) or like(task.code, base)
