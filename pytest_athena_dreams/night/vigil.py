"""One night, from its first step to its end: runs the steps in order, within the deadline.

Invariants: how a step ended is stored before the next one begins, so that a killed night goes on behind it;
a step that fails undoes nothing and stops nothing. Time is measured by a clock that nobody sets back.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from ..errors import StoreError
from ..store.database import Store
from ..store.nightly import Row, finish_night, put_step
from .agenda import LEAST, Order, Step, seconds_for
from .commands import Ran, run

_USAGE = ("Usage: ", "Try '")
"""How lines begin with which click introduces an error: they don't say what is wrong."""


class How(StrEnum):
    """How a step ended: ``stopped`` by its share of the deadline, ``skipped`` for lack of time."""

    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a step ended: in ``seconds``, with the exit status of its last command, and why if it failed."""

    how: How
    seconds: float = 0.0
    status: int | None = None
    why: str = ""


class Night:
    """A night at work. ``ended`` are the steps that have ended, by name; ``deadline`` is by ``clock``."""

    def __init__(
        self,
        store: Store,
        row: Row,
        order: Order,
        *,
        deadline: float | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self.order = order
        self.ended: dict[str, Ended] = {}
        self._store = store
        self._row = row
        self._deadline = deadline
        self._file = _file(order.store)

    def keep(self, steps: Sequence[Step], ended: dict[str, Any]) -> None:
        """Take over the steps that an interrupted night has finished, up to the first that failed.

        Those behind it run again: there was less for them to do.
        """
        for step in steps:
            found = ended.get(step.name)
            if found is None or found["how"] != How.DONE:
                return
            self.ended[step.name] = Ended(**found | {"how": How.DONE})

    def run(self, steps: Sequence[Step], show: Callable[[Step, Ended], None]) -> None:
        """Run the steps that have not ended yet.

        Raises ``StoreError`` if the store's file is gone, or another file is in its place.
        """
        left = [step for step in steps if step.name not in self.ended]
        while left:
            step = left[0]
            ended = self._step(step, left)
            self.ended[step.name] = ended
            self._check_store()
            put_step(self._store, self._row["id"], step.name, asdict(ended))
            show(step, ended)
            left = left[1:]

    def finish(self) -> Row:
        """Record the end. Raises ``StoreError``."""
        self._check_store()
        status = 1 if any(ended.how is How.FAILED for ended in self.ended.values()) else 0
        return finish_night(self._store, self._row["id"], exit_status=status, path=self.order.store)

    def _step(self, step: Step, left: Sequence[Step]) -> Ended:
        seconds = 0.0
        limit = seconds_for(left, self._left())
        if limit is not None and limit < LEAST:
            return Ended(how=How.SKIPPED, why="no time was left")
        end = None if limit is None else self._clock() + limit
        last: Ran | None = None
        for command in step.commands(self.order):
            rest = None if end is None else max(0.0, end - self._clock())
            log = self.order.folder / f"night-{self.order.number}.log"
            last = run(command, log=log, limit=rest, clock=self._clock)
            seconds += last.seconds
            if last.status is None:
                return Ended(how=How.STOPPED, seconds=seconds, why="its share of the time was used up")
            if last.status not in step.fine:
                said = [line for line in last.said if not line.startswith(_USAGE)]
                why = " / ".join(said) or "it printed nothing"
                return Ended(how=How.FAILED, seconds=seconds, status=last.status, why=why)
        return Ended(how=How.DONE, seconds=seconds, status=last.status if last else None)

    def _check_store(self) -> None:
        """What this process wrote to a file that was deleted would be lost without a word."""
        if _file(self.order.store) != self._file:
            raise StoreError(
                f"store {self.order.store} was removed or replaced while night {self._row['id']} ran; put it "
                "back, and begin another night"
            )

    def _left(self) -> float | None:
        return None if self._deadline is None else self._deadline - self._clock()


def _file(path: Path) -> tuple[int, int] | None:
    """Which file is at ``path``, if there is one."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
