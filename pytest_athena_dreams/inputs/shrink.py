"""The smallest failing input, by Hypothesis' own shrinker, under a time budget.

Hypothesis draws what it drew for the pool, in the same order, so the first failing input is found
again without asking the jail; only smaller candidates are new.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from hypothesis import Phase

from .arguments import Arguments
from .pool import PoolSpec


class _Failing(Exception):
    def __init__(self, arguments: Arguments) -> None:
        self.arguments = arguments


def shrink(
    spec: PoolSpec, known: dict[bytes, bool], fails: Callable[[Arguments], bool], seconds: float
) -> Arguments | None:
    """The smallest input found on which ``fails`` holds, ``None`` where Hypothesis draws none.

    ``known`` tells by payload which inputs are already known to fail or not, and is added to. After
    ``seconds`` no new candidate is tried, so that what is found by then stands.
    """
    end = time.monotonic() + seconds

    def test(arguments: Arguments) -> None:
        payload = arguments.payload()
        if payload not in known:
            known[payload] = time.monotonic() < end and fails(arguments)
        if known[payload]:
            raise _Failing(arguments)

    try:
        spec.run(test, [Phase.generate, Phase.shrink])
    except _Failing as found:
        return found.arguments
    return None
