"""From the findings of all inputs to one verdict.

What stopped the dream outranks what it did wrong; among equals, the finding that the most inputs
show, then the first. A pass needs at least one accepted input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..models import Category, Contract, Observation
from .categories import category_of
from .oracle import Finding, Oracle, Words

STOPPED = (Category.TIMEOUT, Category.RESOURCE, Category.BLOCKED)
"""Categories of a dream that was stopped, in the order in which they win."""
FAULTS = 5
"""Distinct faults of one dream that are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Findings of one key: the first of them, the input that shows it, and how many inputs do."""

    finding: Finding
    index: int | None
    inputs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the observations of one dream come to, before its faults are made smaller.

    ``groups`` are the distinct faults, the deciding one first; empty for a pass. ``diverged`` counts the
    inputs on which a ``compatible`` dream returned another value.
    """

    groups: tuple[Group, ...]
    accepted: int
    diverged: int

    @property
    def deciding(self) -> tuple[int, Finding]:
        """The deciding finding of a dream that ran, and the example that shows it."""
        group = self.groups[0]
        assert group.index is not None
        return group.index, group.finding


def judge(oracle: Oracle, expected: Sequence[Observation | None], got: Sequence[Observation]) -> Judgement:
    """Hold the dream's observations against the procedure's, both by accepted input.

    An expectation is ``None`` where there is no procedure. ``got`` may be shorter than ``expected``: a
    dream that hangs is not asked everything.
    """
    accepted = diverged = 0
    loose = oracle.contract is Contract.COMPATIBLE
    found: dict[object, list[tuple[int, Finding]]] = {}
    for index, (reference, observation) in enumerate(zip(expected, got, strict=False)):
        if reference is None and oracle.rejects(observation):
            continue
        accepted += 1
        finding = oracle.check(reference, observation)
        if finding is not None:
            found.setdefault(finding.key, []).append((index, finding))
        elif reference is not None and loose and oracle.diverges(reference, observation):
            diverged += 1
    groups = [Group(finding=g[0][1], index=g[0][0], inputs=len(g)) for g in found.values()]
    groups.sort(key=_rank)
    return Judgement(groups=tuple(groups[:FAULTS]), accepted=accepted, diverged=diverged)


def _rank(group: Group) -> tuple[int, int, int]:
    category = group.finding.category
    stopped = STOPPED.index(category) if category in STOPPED else len(STOPPED)
    return stopped, -group.inputs, group.index or 0


def judge_load(failure: Observation) -> Judgement:
    """The judgement of a dream that did not load."""
    raised = failure.raised
    category = category_of(failure) or Category.UNKNOWN
    text = f"{raised.type}: {raised.message}" if raised else failure.detail or failure.kind.value
    words = Words(text, got=_LOAD_STAGES.get(raised.stage if raised else "", "could not be loaded"))
    finding = Finding(
        category=category,
        tell=lambda: words,
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
    """The judgement of a dream that could not be tried on any input, for the reason in ``summary``."""
    finding = Finding(category=category, tell=lambda: Words(summary))
    return Judgement(groups=(Group(finding=finding, index=None, inputs=0),), accepted=0, diverged=0)
