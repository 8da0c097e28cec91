"""Writes drafts by transforms: no key, no network, the same drafts for the same seed.

Invariants: sources are parsed in a process of their own; a procedure that ends that process loses its own
drafts and no others; no draft is a copy of its procedure or of another draft of it.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING

import msgspec

from ..errors import SandboxError
from ..models import Contract, DreamType
from ..rewriting.process import BATCH, Lost, ask
from ..source.normalise import digest
from .catalogue import TRANSFORMS, Transform
from .drafts import Draft, Subject
from .linting import Fixed, fixes
from .tasks import WORKSHOP, Answer, Made, Task

if TYPE_CHECKING:
    from .synthesis import Synthesis


RUFF = "ruff"
"""The writer of the control group."""


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
    alone = [each for each in chosen if each.dream_type is not DreamType.CROSS_PROJECT_SYNTHESIS]
    together = [each for each in chosen if each not in alone]
    own, near = [printable(one) for one in subjects], [printable(one) for one in others]
    with ExitStack() as stack:
        synthesis = _synthesis(own, near, together, seed, losses, stack) if together and near else None
        for first in range(0, len(own), BATCH):
            batch = own[first : first + BATCH]
            answers = _answers(batch, alone, synthesis is not None, losses)
            joint = synthesis.write(batch, [each.pieces for each in answers]) if synthesis else repeat(None)
            linted, problems = fixes(batch) if DreamType.CONSTRAINT_RELAXATION in types else ({}, [])
            losses.faults.update(problems)
            for subject, answer, more in zip(subjects[first:], answers, joint, strict=False):
                made, matches = answer.made, None
                if more is not None:
                    made, matches = (*made, *more[0].made), more[1]
                    _count_faults(more[0], losses)
                answer = msgspec.structs.replace(answer, made=made)
                drafts = [_measured(draft, matches) for draft in _drafts(subject, answer, chosen, seed)]
                fixed = linted.get(subject.id)
                if fixed is not None and digest(fixed.code) not in {digest(each.code) for each in drafts}:
                    drafts.append(_control(subject, fixed, answer.entry_point))
                yield subject, drafts


def _synthesis(
    subjects: Sequence[Subject],
    others: Sequence[Subject],
    transforms: Sequence[Transform],
    seed: int,
    losses: Losses,
    stack: ExitStack,
) -> Synthesis | None:
    """What writes drafts of two procedures; ``None`` without a jail, which is counted."""
    from .behaviour import Bench
    from .kinship import Kinship
    from .synthesis import Synthesis

    try:
        bench = stack.enter_context(Bench(seed))
        return Synthesis(bench, Kinship(bench, subjects, others, seed), transforms)
    except SandboxError as error:
        losses.faults[f"no {DreamType.CROSS_PROJECT_SYNTHESIS} without a jail: {error}"] += 1
        return None


def _answers(
    subjects: Sequence[Subject], transforms: Sequence[Transform], pieces: bool, losses: Losses
) -> list[Answer]:
    """What the transforms make of each subject, and its pieces if they are asked for."""
    names = tuple(transform.name for transform in transforms)
    tasks = [Task(subject=subject, transforms=names, pieces=pieces) for subject in subjects]
    found = []
    for line in ask(WORKSHOP, [msgspec.json.encode(task) for task in tasks]):
        if isinstance(line, Lost):
            losses.lost[line] += 1
            found.append(Answer())
        else:
            answer = msgspec.json.decode(line, type=Answer)
            _count_faults(answer, losses)
            found.append(answer)
    return found


def _count_faults(answer: Answer, losses: Losses) -> None:
    for name, text in answer.faults.items():
        losses.faults[f"{name}: {text}"] += 1


def _control(subject: Subject, fixed: Fixed, entry_point: str) -> Draft:
    return Draft(
        code=fixed.code,
        entry_point=entry_point or subject.entry_point or subject.name,
        dream_type=DreamType.CONSTRAINT_RELAXATION,
        reasoning=fixed.why,
        writer=RUFF,
        contract=Contract.SUPERSET,
        parents=(subject.id,),
    )


def _measured(draft: Draft, matches: int | None) -> Draft:
    """A draft with how many procedures behave alike, if it is made of two."""
    if draft.dream_type != DreamType.CROSS_PROJECT_SYNTHESIS:
        return draft
    return msgspec.structs.replace(draft, matches=matches)


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
        parents=(subject.id,) if made.other is None else (subject.id, made.other),
    )


def printable(subject: Subject) -> Subject:
    """A subject that can be written as UTF-8: lone surrogates are replaced."""
    return msgspec.structs.replace(subject, code=_clean(subject.code), name=_clean(subject.name))


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
