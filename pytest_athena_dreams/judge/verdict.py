"""Reduces the findings of all inputs to one judgement.

A finding that stopped the dream outranks one that it did something wrong; among equals, the one on the most
inputs wins, then the first. Callers must check that a pass has at least one accepted input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from ..models import Category, Contract, Observation
from .categories import category_of
from .finding import Explanation, Finding
from .oracle import Oracle

STOPPED = (Category.TIMEOUT, Category.RESOURCE, Category.BLOCKED)
"""Categories of a dream that was stopped, the one that wins first."""
FAULTS = 5
"""Maximum distinct faults of one dream to report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Findings with the same key: the first, the index of its input, and the number of such inputs."""

    finding: Finding
    index: int | None
    inputs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The judgement of one dream, before its inputs are shrunk.

    ``groups`` are the distinct faults, the deciding one first; empty for a pass. ``diverged`` counts the
    inputs on which a ``compatible`` dream returned another value.
    """

    groups: tuple[Group, ...]
    accepted: int
    diverged: int

    @property
    def deciding(self) -> tuple[int, Finding]:
        """The deciding finding of a dream that ran, and the index of its input."""
        group = self.groups[0]
        assert group.index is not None
        return group.index, group.finding


def judge(
    oracle: Oracle, expected: Sequence[Observation | None], got: Sequence[Observation], *, start: int = 0
) -> Judgement:
    """Compare the dream's observations with the procedure's, input by input, from the index ``start`` on.

    An expectation is ``None`` if there is no procedure. ``got`` may be shorter than ``expected``, because a
    dream that hangs does not run on every input.
    """
    accepted = diverged = 0
    loose = oracle.contract is Contract.COMPATIBLE
    found: dict[object, list[tuple[int, Finding]]] = {}
    pairs = enumerate(zip(expected, got, strict=False))
    for index, (reference, observation) in islice(pairs, start, None):
        if reference is None and oracle.rejects(observation):
            continue
        accepted += 1
        finding = oracle.check(reference, observation)
        if finding is not None:
            found.setdefault(finding.key, []).append((index, finding))
        elif reference is not None and loose and oracle.diverges(reference, observation):
            diverged += 1
    groups = [Group(finding=g[0][1], index=g[0][0], inputs=len(g)) for g in found.values()]
    groups.sort(key=_rank)  # which leaves those of one rank in the order of their first inputs
    return Judgement(groups=tuple(groups[:FAULTS]), accepted=accepted, diverged=diverged)


def _rank(group: Group) -> tuple[int, int]:
    category = group.finding.category
    stopped = STOPPED.index(category) if category in STOPPED else len(STOPPED)
    return stopped, -group.inputs


def judge_load(failure: Observation) -> Judgement:
    """The judgement of a dream that did not load."""
    raised = failure.raised
    category = category_of(failure) or Category.UNKNOWN
    text = f"{raised.type}: {raised.message}" if raised else failure.detail or failure.kind.value
    stage = _LOAD_STAGES.get(raised.stage if raised else "", "could not be loaded")
    finding = Finding(
        category=category,
        explain=lambda: Explanation(text, got=stage),
        line=raised.line if raised else None,
        exception=raised.type if raised else None,
    )
    return Judgement(groups=(Group(finding=finding, index=None, inputs=0),), accepted=0, diverged=0)


_LOAD_STAGES = {
    "compile": "does not compile",
    "load": "raised while its module was executed",
    "entry": "has no usable entry point",
}


def refusal(category: Category, summary: str) -> Judgement:
    """The judgement of a dream that could not run on any input; ``summary`` says why."""
    finding = Finding(category=category, explain=lambda: Explanation(summary))
    return Judgement(groups=(Group(finding=finding, index=None, inputs=0),), accepted=0, diverged=0)
