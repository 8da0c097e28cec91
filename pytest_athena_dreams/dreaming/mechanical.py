"""Writes drafts by transforms: no key, no network, the same drafts for the same seed.

Invariants: sources are parsed in a process of their own; a procedure that ends that process loses its own
drafts and no others; no draft is a copy of its procedure or of another draft of it.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from ..rewriting.process import Lost, ask
from .catalogue import TRANSFORMS, Transform
from .drafts import Draft, Subject
from .tasks import Answer, Made, Task

WORKSHOP = "pytest_athena_dreams.dreaming.workshop"
"""The module that the process imports."""


@dataclass(frozen=True, slots=True)
class Losses:
    """What went wrong while drafts were written: subjects by reason, errors of transforms by text."""

    lost: Counter[Lost] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        parts = [
            f"{number} {'procedure' if number == 1 else 'procedures'} {why}"
            for why, number in self.lost.items()
        ]
        parts += [f"{fault} ({number} times)" for fault, number in self.faults.items()]
        return "; ".join(parts)


def write(
    subjects: Sequence[Subject],
    *,
    types: Collection[str],
    others: Sequence[Subject] = (),
    seed: int = 0,
    losses: Losses | None = None,
) -> Iterator[tuple[Subject, list[Draft]]]:
    """All drafts for each subject, in order, the most promising first and the transforms in turns.

    ``types`` are the dream types to write, ``others`` the procedures that may be combined with a subject.
    What went wrong is counted in ``losses``.
    """
    losses = losses if losses is not None else Losses()
    chosen = [transform for transform in TRANSFORMS if transform.dream_type in types]
    names = tuple(transform.name for transform in chosen)
    tasks = [msgspec.json.encode(Task(subject=printable(subject), transforms=names)) for subject in subjects]
    for subject, line in zip(subjects, ask(WORKSHOP, tasks), strict=True):
        if isinstance(line, Lost):
            losses.lost[line] += 1
            yield subject, []
            continue
        answer = msgspec.json.decode(line, type=Answer)
        for name, text in answer.faults.items():
            losses.faults[f"{name}: {text}"] += 1
        yield subject, list(_drafts(subject, answer, chosen, seed))


def _drafts(subject: Subject, answer: Answer, chosen: Sequence[Transform], seed: int) -> Iterator[Draft]:
    """The drafts of an answer in turns: the first of each transform, then the second, types in turns too."""
    chance = random.Random(f"{seed}:{subject.id}:{subject.name}")
    queues: list[list[Draft]] = []
    for transform in _in_turns(chosen):
        made = [one for one in answer.made if one.transform == transform.name]
        rest = made[1:]
        chance.shuffle(rest)
        queues.append([_draft(subject, transform, one, answer.entry_point) for one in (*made[:1], *rest)])
    while any(queues):
        for queue in queues:
            if queue:
                yield queue.pop(0)


def _in_turns(chosen: Sequence[Transform]) -> list[Transform]:
    """The transforms so that each type has its turn, in the order of the catalogue."""
    seen: Counter[str] = Counter()
    places = {}
    for transform in chosen:
        places[transform.name] = seen[transform.dream_type]
        seen[transform.dream_type] += 1
    return sorted(chosen, key=lambda transform: places[transform.name])


def _draft(subject: Subject, transform: Transform, made: Made, entry_point: str) -> Draft:
    return Draft(
        code=made.code,
        entry_point=entry_point,
        dream_type=transform.dream_type,
        reasoning=made.why,
        writer=f"transform:{transform.name}",
        contract=transform.contract,
        parents=(subject.id,),
    )


def printable(subject: Subject) -> Subject:
    """A subject that can be written as UTF-8: lone surrogates are replaced."""
    return msgspec.structs.replace(subject, code=_clean(subject.code), name=_clean(subject.name))


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
