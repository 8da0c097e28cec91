"""The processor that a worker keeps to while it tests a dream.

A worker, its fork server and the child that it asks take turns: no two of them have work for long. Where
every processor has a worker anyway, turns on one processor are quicker than turns on whichever is idle.

Invariants: whatever else a worker runs may use all processors; no verdict depends on this.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Generator, Set
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


@contextlib.contextmanager
def kept_to(processors: Set[int] | None) -> Generator[None]:
    """Keep this thread, and the processes that it starts, to some processors, if they are given."""
    if processors is None or sys.platform != "linux":
        yield
        return
    before = os.sched_getaffinity(0)
    with contextlib.suppress(OSError):  # they may have been taken from this machine since
        os.sched_setaffinity(0, processors)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, before)
