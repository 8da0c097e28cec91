"""Repairs that put statements at the start of a dream's function."""

from __future__ import annotations

from ..rewriting.functions import function_of, prepended, replaced
from .task import Proposal, Task


def at_start(task: Task, source: str, *, kind: str, why: str) -> Proposal:
    """The proposal to put statements at the start of the dream's function."""
    function = function_of(task.code, task.entry)
    if function is None:
        return Proposal(kind=kind, why=why, code=task.code)
    return Proposal(kind=kind, why=why, code=replaced(task.code, function, prepended(function, source)))
