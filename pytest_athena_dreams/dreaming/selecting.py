"""Which of a procedure's drafts become its dreams.

Invariants: pure, except that the prefilter checks what is installed; drafts that were paid for come first; no
more dreams than places; every draft that was tried becomes a dream, or counts as dropped with a reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .allotment import Allotment, Arm
from .drafts import Draft
from .prefilter import Dropped, Passed, Prefilter

CONTROL = "ruff"
"""The writer of the control group: its changes are right and improve little."""
CONTROLS = 1
"""Maximum dreams of the control group for a procedure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The drafts to store, each with what the prefilter found, and the number of those dropped by type,
    writer and reason."""

    chosen: tuple[tuple[Draft, Passed], ...]
    dropped: Counter[tuple[str, str, Dropped]]


def select(
    prefilter: Prefilter,
    allotment: Allotment,
    procedure: int,
    *,
    paid: Sequence[Draft],
    free: Iterable[Draft],
    places: int,
) -> Selection:
    """Fill ``places`` with drafts of ``procedure``: those that models and plugins wrote, then mechanical
    ones.

    Who of the mechanical writers gets a place is drawn by what their earlier dreams came to; each gives its
    drafts in their order. A type without a dream comes first.
    """
    chosen: list[tuple[Draft, Passed]] = []
    dropped: Counter[tuple[str, str, Dropped]] = Counter()

    def try_draft(draft: Draft) -> bool:
        seen = prefilter.check(draft)
        if isinstance(seen, Dropped):
            dropped[draft.dream_type, draft.writer, seen] += 1
            return False
        chosen.append((draft, seen))
        return True

    for draft in paid:
        if len(chosen) < places:
            try_draft(draft)
    left: defaultdict[Arm, list[Draft]] = defaultdict(list)
    for draft in free:
        arm = Arm(procedure=procedure, dream_type=draft.dream_type, writer=draft.writer)
        left[arm].append(draft)
    for drafts in left.values():
        drafts.reverse()
    met = {draft.dream_type for draft, _ in chosen}
    controls = 0
    while len(chosen) < places:
        arms = [arm for arm, drafts in sorted(left.items()) if drafts]
        if controls >= CONTROLS:
            arms = [arm for arm in arms if arm.writer != CONTROL]
        missing = [arm for arm in arms if arm.dream_type not in met]
        if not arms:
            break
        arm = allotment.best(missing or arms)
        if try_draft(left[arm].pop()):
            met.add(arm.dream_type)
            controls += arm.writer == CONTROL
    return Selection(chosen=tuple(chosen), dropped=dropped)
