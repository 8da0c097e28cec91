"""The processor that a worker keeps to while it tests dreams.

A worker, its fork server and the child that it asks take turns: no two of them have work for long. Where
every processor has a worker anyway, turns on one processor are quicker than turns on whichever is idle.

Invariants: ordinary tests, and what is torn down before them, may use all processors; no verdict depends on
this.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Set
from typing import Any


def processors_of(workerinput: dict[str, Any] | None) -> Set[int] | None:
    """The one processor for the dreams of this worker, ``None`` where they may use all.

    They may where it is no worker, or on a machine that has more processors than workers.
    """
    place, workers = (workerinput or {}).get("athena_place", (0, 0))
    if sys.platform != "linux":
        return None
    allowed = sorted(os.sched_getaffinity(0))
    return {allowed[place % len(allowed)]} if workers >= len(allowed) else None


class Keeper:
    """Keeps this thread, and the processes that it starts, to some processors, if they are given."""

    def __init__(self, processors: Set[int] | None) -> None:
        self._processors = processors
        self._before: Set[int] | None = None

    def keep(self) -> None:
        """Keep to them from here on. Safe to call twice."""
        if self._before is None and self._processors is not None and sys.platform == "linux":
            self._before = os.sched_getaffinity(0)
            with contextlib.suppress(OSError):  # they may have been taken from this machine since
                os.sched_setaffinity(0, self._processors)

    def free(self) -> None:
        """May use again what it might before. Safe to call twice."""
        before, self._before = self._before, None
        if before is not None and sys.platform == "linux":
            with contextlib.suppress(OSError):
                os.sched_setaffinity(0, before)
