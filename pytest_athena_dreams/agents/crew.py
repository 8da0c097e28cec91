"""Several workers at once: verdicts as they come.

Invariants: a worker tests one variant at a time. Variants of one procedure go to one worker where that keeps
nobody idle, for a procedure's inputs and results are cached where it ran. A verdict does not depend on which
worker gave it. A worker that ends is replaced, and the variant that it had is tested once more.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Generator, Iterable, Sequence
from multiprocessing.connection import wait

from ..closing import Closing
from ..config import Settings
from ..errors import SandboxError
from .checker import Checked
from .variant import Variant
from .worker import TRIES, Worker, WorkerLost

LOOKAHEAD = 200
"""Variants of a list among which a worker finds one of a procedure that it knows."""
_Task = tuple[int, Variant]
_Procedure = tuple[str | None, str | None, str]


class Crew(Closing):
    """``size`` workers, started when first needed. A context manager: closing it ends them.

    ``_known`` holds the procedure that each worker had last, and ``_busy`` the task that it has now.
    """

    def __init__(self, settings: Settings, size: int, *, folders: tuple[str, ...] = ()) -> None:
        self._settings = settings
        self._folders = folders
        self.size = size
        self._idle: list[Worker] = []
        self._busy: dict[Worker, _Task] = {}
        self._known: dict[Worker, _Procedure] = {}
        self._tries: dict[int, int] = {}

    def close(self) -> None:
        """End the workers. Safe to call twice."""
        for worker in [*self._idle, *self._busy]:
            worker.kill()
        self._idle.clear()
        self._busy.clear()
        self._known.clear()

    def check(
        self, variants: Iterable[Variant], *, repair: bool = False
    ) -> Generator[tuple[int, Checked], None, None]:
        """Each variant's place, from 0, and its result, as they finish.

        A list is read as a whole; of another iterable no more is read than there are workers that have
        nothing to do. Raises ``SandboxError`` where there is no jail, and where a variant ends its worker
        twice.
        """
        tasks = enumerate(variants)
        ahead = LOOKAHEAD if isinstance(variants, Sequence) else 1
        waiting: deque[_Task] = deque()
        self._tries = {}
        try:
            more = True
            while True:
                while len(self._busy) < self.size:
                    while more and len(waiting) < ahead:
                        task = next(tasks, None)
                        more = task is not None
                        waiting += [task] if task is not None else []
                    if not waiting:
                        break
                    self._start(waiting, repair)
                if not self._busy:
                    break
                by_descriptor = {worker.fileno(): worker for worker in self._busy}
                for ready in wait(list(by_descriptor)):
                    assert isinstance(ready, int)
                    done = self._collect(by_descriptor[ready], waiting)
                    if done is not None:
                        yield done
        finally:
            for worker in [*self._busy]:  # nobody waits for what these do
                del self._busy[worker]
                self._known.pop(worker, None)
                worker.kill()

    def _start(self, waiting: deque[_Task], repair: bool) -> None:
        """Give one idle worker a task, the one that suits it best."""
        if not self._idle:
            self._idle.append(Worker(self._settings, folders=self._folders))
        theirs = {self._known[worker] for worker in self._busy if worker in self._known}
        ranked = []
        for worker in self._idle:
            own = self._known.get(worker)
            for place, (_, variant) in enumerate(waiting):
                procedure = _procedure(variant)
                ranked.append((procedure != own, procedure in theirs, place, worker))
                if procedure == own or (own is None and procedure not in theirs):
                    break
        *_, place, worker = min(ranked, key=lambda entry: entry[:3])
        task = waiting[place]
        del waiting[place]
        self._idle.remove(worker)
        self._busy[worker] = task
        self._known[worker] = _procedure(task[1])
        with contextlib.suppress(WorkerLost):  # the answer says so as well
            worker.request(task[1], number=task[0], repair=repair)

    def _collect(self, worker: Worker, waiting: deque[_Task]) -> tuple[int, Checked] | None:
        task = self._busy[worker]
        try:
            found = worker.answer()
        except WorkerLost as lost:
            del self._busy[worker]
            self._known.pop(worker, None)
            worker.kill()
            self._tries[task[0]] = self._tries.get(task[0], 0) + 1
            if self._tries[task[0]] == TRIES:
                raise SandboxError(
                    f"variant {task[0]}: the process that tests it ended {TRIES} times ({lost}); "
                    "the machine may be out of memory: use fewer workers"
                ) from None
            waiting.appendleft(task)
            return None
        del self._busy[worker]
        self._idle.append(worker)
        return task[0], found


def _procedure(variant: Variant) -> _Procedure:
    return variant.like, variant.like_entry_point or variant.entry_point, variant.name
