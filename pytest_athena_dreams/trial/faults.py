"""The distinct faults of a dream, each with the smallest input found that shows it."""

from __future__ import annotations

import msgspec

from ..judge.finding import Finding
from ..judge.verdict import Group
from ..models import Category, Fault
from ..worlds import World
from .shrinking import Budget, Shrinker, Smallest
from .trial import Result

WORLD_LINES = 12
"""Maximum lines about a world."""
KEPT_WORLD = 1 << 16
"""Maximum bytes of a world as JSON that a fault keeps."""


def fault_of(group: Group, finding: Finding, call: str | None, world: World | None = None) -> Fault:
    """A group of findings for people: ``finding`` is what ``call`` shows in ``world``."""
    explanation = finding.explanation
    return Fault(
        category=finding.category,
        summary=explanation.summary,
        expected=explanation.expected,
        got=explanation.got,
        call=call,
        line=finding.line,
        exception=finding.exception,
        inputs=group.inputs,
        contrast=finding.contrast(),
        world=tuple(world.lines()[:WORLD_LINES]) if world is not None else (),
        surroundings=world if world is not None and len(msgspec.json.encode(world)) <= KEPT_WORLD else None,
    )


def smallest_faults(result: Result, shrinker: Shrinker, name: str) -> tuple[Fault, ...]:
    """A fault for each group of the judgement; ``name`` is that of the dream's entry point."""
    budget = Budget(shrinker.lab.settings.shrink_time)
    faults = []
    for group in result.judgement.groups:
        if group.index is None:
            faults.append(fault_of(group, group.finding, None))
            continue
        example, finding = _smallest(result, shrinker, group, budget)
        world = example.arguments.world
        if world is not None:
            world = shrinker.lab.jails.main.contents.described(world)
        faults.append(fault_of(group, finding, example.arguments.call(name), world))
    return tuple(faults)


def _smallest(result: Result, shrinker: Shrinker, group: Group, budget: Budget) -> Smallest:
    assert group.index is not None
    if group.finding.category is Category.FLAKY:
        return result.case.examples[group.index], group.finding
    found = result.smallest.get(group.index)
    return found or shrinker.smallest(result.observations, group.index, group.finding, budget)
