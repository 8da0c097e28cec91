"""Every kind of repair, in the order in which they are proposed."""

from __future__ import annotations

import msgspec

from ..rewriting.process import CHANGED_SOURCE
from .fences import fences
from .guards import guards, lost_guards
from .imports import missing_import, useless_import
from .misspellings import entry_point, parameters
from .task import Proposal, Task
from .values import copied_arguments, mutable_defaults, returns

PROPOSALS = 6
"""Maximum proposals for one dream."""
_REPAIR_FUNCTIONS = (
    missing_import,
    useless_import,
    copied_arguments,
    mutable_defaults,
    returns,
    parameters,
    entry_point,
    lost_guards,
    guards,
)


def propose(task: Task) -> list[Proposal]:
    """The repairs that may help, the likeliest first."""
    found: dict[str, Proposal] = {}
    fenced = list(fences(task))  # code can't be parsed with the fences around it
    for proposal in fenced or (proposal for repair in _REPAIR_FUNCTIONS for proposal in repair(task)):
        if proposal.code != task.code:
            found.setdefault(proposal.code, proposal)
    return list(found.values())[:PROPOSALS]


def answer(line: bytes) -> bytes:
    """The proposals for one task, both as JSON."""
    task = msgspec.json.decode(line, type=Task)
    fits = len(task.code) + len(task.procedure or "") <= CHANGED_SOURCE
    return msgspec.json.encode(propose(task) if fits else [])
