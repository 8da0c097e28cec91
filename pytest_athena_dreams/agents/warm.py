"""What this process keeps warm between calls: a checker and a crew, those that were used last.

Invariants: one thread at a time uses a checker or a crew; a forked child starts its own; all end when the
process does.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ..config import Settings
from ..sandbox.policy import Policy
from ..trial import policy_of
from .checker import Checker
from .crew import Crew

_Key = tuple[Settings, Policy]


class _Warm:
    """``checker`` is lent under ``lock``; ``crew`` is taken out while somebody uses it."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self.lock = threading.Lock()
        self.checker: tuple[_Key, Checker] | None = None
        self.crew: tuple[tuple[_Key, int], Crew] | None = None

    def close(self) -> None:
        if self.process != os.getpid():
            return  # they are the parent's
        for kept in (self.checker, self.crew):
            if kept is not None:
                kept[1].close()
        self.checker = self.crew = None


_warm = _Warm()


@contextmanager
def warm_checker(settings: Settings) -> Iterator[Checker]:
    """A checker for these settings. Other threads wait for it meanwhile."""
    warm, key = _here(), _key(settings)
    with warm.lock:
        if warm.checker is None or warm.checker[0] != key:
            if warm.checker is not None:
                warm.checker[1].close()
            warm.checker = key, Checker(settings)
        try:
            yield warm.checker[1]
        except BaseException:
            warm.checker[1].close()  # it may have stopped halfway
            warm.checker = None
            raise


@contextmanager
def warm_crew(settings: Settings, size: int) -> Iterator[Crew]:
    """A crew of ``size`` for these settings, that nobody else uses."""
    warm, key = _here(), (_key(settings), size)
    with warm.lock:
        kept, warm.crew = warm.crew, None
    if kept is not None and kept[0] != key:
        kept[1].close()
        kept = None
    crew = kept[1] if kept else Crew(settings, size)
    try:
        yield crew
    except GeneratorExit:  # whoever wanted verdicts has seen enough
        _keep(warm, key, crew)
        raise
    except BaseException:
        crew.close()
        raise
    _keep(warm, key, crew)


def _keep(warm: _Warm, key: tuple[_Key, int], crew: Crew) -> None:
    with warm.lock:
        other, warm.crew = warm.crew, (key, crew)
    if other is not None:
        other[1].close()


def _here() -> _Warm:
    global _warm
    if _warm.process != os.getpid():
        _warm = _Warm()
    return _warm


def _key(settings: Settings) -> _Key:
    return settings, policy_of(settings, os.environ)


atexit.register(lambda: _warm.close())
