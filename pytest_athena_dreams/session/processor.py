"""Pins a worker to one processor while it tests dreams.

A worker, its fork server and the running child take turns, so they hardly ever run at the same time. If every
processor has a worker anyway, taking turns on one processor is faster than on whichever is idle.

Invariants: ordinary tests, and the teardown before them, may use all processors; verdicts do not depend on
this.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Set
from typing import Any


def processors_of(workerinput: dict[str, Any] | None) -> Set[int] | None:
    """The processor for the dreams of this worker; ``None`` if they may use all.

    That is so outside xdist workers, and on a machine with more processors than workers.
    """
    place, workers = (workerinput or {}).get("athena_place", (0, 0))
    if sys.platform != "linux":
        return None
    allowed = sorted(os.sched_getaffinity(0))
    return {allowed[place % len(allowed)]} if workers >= len(allowed) else None


class Affinity:
    """Pins this thread, and the processes that it starts, to ``processors``; does nothing for ``None``."""

    def __init__(self, processors: Set[int] | None) -> None:
        self._processors = processors
        self._before: Set[int] | None = None

    def pin(self) -> None:
        """Pin from here on. Safe to call twice."""
        if self._before is None and self._processors is not None and sys.platform == "linux":
            self._before = os.sched_getaffinity(0)
            with contextlib.suppress(OSError):  # they may have been taken offline since
                os.sched_setaffinity(0, self._processors)

    def unpin(self) -> None:
        """Allow the processors from before ``pin`` again. Safe to call twice."""
        before, self._before = self._before, None
        if before is not None and sys.platform == "linux":
            with contextlib.suppress(OSError):
                os.sched_setaffinity(0, before)
