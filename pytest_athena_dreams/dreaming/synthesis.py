"""Drafts made of two procedures: partners are found in the jail, and what is written is tried there.

Invariants: a draft that was tried returned on what its procedure returns on; one that should give equal
results did. Drafts of procedures that the jail can't run are not tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from ..rewriting.process import Lost, ask
from .behaviour import Bench, returned
from .catalogue import Transform
from .drafts import Subject
from .kinship import Kinship
from .tasks import WORKSHOP, Answer, Made, Piece, Task

FITTING = 0.8
"""Share of a procedure's inputs on which a draft made of two must return."""
_SAME_RESULTS = ("delegations", "parts")


class Synthesis:
    """Writes drafts made of two procedures by these transforms, and tries them in ``bench``."""

    def __init__(self, bench: Bench, kinship: Kinship, transforms: Sequence[Transform]) -> None:
        self._bench, self._kinship = bench, kinship
        self._names = tuple(each.name for each in transforms)

    def write(
        self, subjects: Sequence[Subject], pieces: Sequence[Sequence[Piece]]
    ) -> Iterator[tuple[Answer, int | None]]:
        """For each subject its variants, and how many procedures behave like it."""
        tasks = []
        for subject, own in zip(subjects, pieces, strict=True):
            partners = (*self._kinship.partners(subject), *self._kinship.parts(subject, own))
            tasks.append(Task(subject=subject, transforms=self._names, partners=partners))
        lines = ask(WORKSHOP, [msgspec.json.encode(task) for task in tasks])
        for subject, line in zip(subjects, lines, strict=True):
            if isinstance(line, Lost):
                answer = Answer(faults={} if line is Lost.UNREADABLE else {"two procedures": line})
            else:
                answer = msgspec.json.decode(line, type=Answer)
            fitting = tuple(each for each in answer.made if self._fits(subject, each, answer.entry_point))
            answer = msgspec.structs.replace(answer, made=fitting)
            yield answer, self._kinship.matches(subject)

    def _fits(self, subject: Subject, made: Made, entry_point: str) -> bool:
        """Whether a variant works on the inputs of its procedure, if the jail can run both procedures."""
        profile = self._kinship.profile(subject.id)
        if profile is None or made.other is None or self._kinship.profile(made.other) is None:
            return True
        seen = self._bench.run(made.code, entry_point, profile.payloads)
        values = [one.value for one in seen if one is not None and returned(one)]
        if made.transform in _SAME_RESULTS:
            pairs = zip(profile.calls, seen, strict=True)
            return all(one is not None and returned(one) and call.is_repeated(one) for call, one in pairs)
        if len(values) < FITTING * len(seen):
            return False
        distinct = {repr(value) for value in values}
        return len(distinct) > 1 or len({repr(call.result) for call in profile.calls}) == 1
