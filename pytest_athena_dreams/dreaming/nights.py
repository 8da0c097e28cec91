"""What earlier nights brought, as the allotment needs it: a record for each tested dream of a generation run.

Invariants: a night is a generation run; the age of a record counts the runs since, not days; what a model or
a plugin wrote and the prefilter dropped counts as not better, because it took the place of something else.
"""

from __future__ import annotations

from ..store.database import Store
from ..store.outcomes import last_generation, read_drops, read_nights
from .allotment import Arm, Record
from .generating import MECHANICAL, Past, kind_of
from .improvement import gain

OLDEST = 60
"""Nights after which a record is left out: it would count as less than a five-hundredth."""


def read_past(store: Store) -> Past:
    """The records of all earlier nights. Raises ``StoreError``."""
    last = last_generation(store)
    records = [
        Record(
            arm=Arm(procedure=row["procedure"], dream_type=row["dream_type"], writer=row["writer"]),
            better=bool(gain(row)),
            age=last - row["run"],
        )
        for row in read_nights(store)
        if last - row["run"] <= OLDEST
    ]
    for row in read_drops(store):
        if kind_of(row["writer"]) != MECHANICAL and last - row["run"] <= OLDEST:
            arm = Arm(procedure=row["procedure"], dream_type=row["dream_type"], writer=row["writer"])
            records += [Record(arm=arm, better=False, age=last - row["run"])] * row["drafts"]
    return Past(records=tuple(records))
