"""What earlier tests change in the next night, and why: the rules of prompts, and who gets the places.

Invariant: pure; it shows what prompts and the allotment use, and nothing that they don't.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..models import Lesson
from .allotment import Allotment, Arm, Tally
from .briefing import Briefing
from .drafts import Subject
from .generating import Past

DRAWS = 1_000
"""Places that are dealt to estimate the shares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tightened:
    """A rule that the next prompts carry: for which procedures and types, as ``(name, type)``."""

    lesson: Lesson
    prompts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """How a type and writer fared, and the share of places that it gets, if it has drafts enough.

    ``better`` and ``worse`` are dreams, older nights counting less. ``share`` and ``even``, the share if all
    got the same, are from 0 to 1.
    """

    dream_type: str
    writer: str
    better: float
    worse: float
    share: float
    even: float


def rules_for(briefing: Briefing, subjects: Iterable[Subject], types: Sequence[str]) -> list[Tightened]:
    """The rules that prompts for these procedures and types carry, those in most prompts first."""
    lessons: dict[str, Lesson] = {}
    prompts: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for subject in subjects:
        for dream_type in types:
            for lesson in briefing.rules(subject.id, dream_type):
                lessons.setdefault(lesson.pattern, lesson)
                prompts[lesson.pattern].append((subject.name, dream_type))
    found = [Tightened(lesson=lessons[key], prompts=tuple(pairs)) for key, pairs in prompts.items()]
    return sorted(found, key=lambda one: (-len(one.prompts), -one.lesson.open, one.lesson.pattern))


def turns(past: Past, seed: int) -> list[Turn]:
    """The types and writers that earlier nights tested, those with the largest share first."""
    tally = Tally(past.records)
    counts = tally.pooled
    if not counts:
        return []
    allotment = Allotment(tally, f"{seed}:turns")
    arms = [Arm(procedure=0, dream_type=kind, writer=writer) for kind, writer in sorted(counts)]
    won = Counter(allotment.best(arms) for _ in range(DRAWS))
    found = [
        Turn(
            dream_type=arm.dream_type,
            writer=arm.writer,
            better=counts[arm.dream_type, arm.writer][1],
            worse=counts[arm.dream_type, arm.writer][0],
            share=won[arm] / DRAWS,
            even=1 / len(arms),
        )
        for arm in arms
    ]
    return sorted(found, key=lambda turn: (-turn.share, turn.dream_type, turn.writer))
