"""A virtual clock in the place of the machine's, for code with a world: nobody waits, and no time differs.

It starts where the world says. It advances by what the code sleeps, and a little with each look, because code
that waits in a loop for a time to come must get there.

Invariants: each sleep is asked of the parent, which notes how long it is. Dates stay values of the standard
library's own types.
"""

from __future__ import annotations

import _thread
import datetime
import gc
import os
import selectors
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, cast

from .window import Window

_FREE_LOOKS = 100
"""Looks at the time of day that do not advance it: code that looks once more is not another code."""
_WALL_TICK, _CLOCK_TICK = 10**6, 10**3
"""Nanoseconds by which later looks advance it, and looks at other clocks these."""
_CLOCK_SECOND = 10**9
_LONGEST = 10.0**9
"""Maximum seconds of one sleep."""
_STARTED = 10**12
"""What clocks with an arbitrary start show when a call begins, in nanoseconds."""
_OWN_DESCRIPTORS = 1
"""Descriptors that an event loop waits for on its own account."""
_BOUND = ("queue", "time"), ("threading", "_time"), ("subprocess", "_time")
"""Where modules hold the machine's monotonic clock under a name of their own."""
_CONVERSIONS = "gmtime", "localtime", "strftime", "ctime", "asctime"
"""Functions that take a time, or the present."""
_threads = _thread._count
_stat, _lstat, _fstat, _Stat = os.stat, os.lstat, os.fstat, os.stat_result
_wait_real = threading.Condition.wait
_UTC = datetime.UTC


class Clock:
    """The clock of one call after another."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._start = self._wall = self._mono = self._looks = 0
        self._real = {
            name: getattr(time, name) for name in ("gmtime", "localtime", "strftime", "ctime", "asctime")
        }

    def begin(self, start: float) -> None:
        """Set the clock to ``start``, in seconds since 1970, for another call."""
        self._start = self._wall = int(start) * _CLOCK_SECOND + round(start % 1 * _CLOCK_SECOND)
        self._mono, self._looks = _STARTED, 0

    def install(self) -> None:
        """Put it in the place of the machine's clock."""
        for name, now in (("time", self._now), ("monotonic", self._ticks), ("perf_counter", self._ticks)):
            setattr(time, name, lambda now=now: now() / _CLOCK_SECOND)
            setattr(time, f"{name}_ns", lambda now=now: now())
        for module, name in _BOUND:
            setattr(sys.modules[module], name, time.monotonic)
        setattr(time, "sleep", self.sleep)  # noqa: B010
        for name in ("gmtime", "localtime", "ctime"):
            setattr(time, name, lambda seconds=None, real=self._real[name]: real(self._seconds(seconds)))
        time.asctime = lambda *parts: self._real["asctime"](*(parts or (time.localtime(),)))
        time.strftime = lambda form, *parts: self._real["strftime"](form, *(parts or (time.localtime(),)))
        self._install_dates()
        self._install_waits()
        for name, real in (("stat", _stat), ("lstat", _lstat), ("fstat", _fstat)):
            setattr(os, name, self._dated(real))

    def sleep(self, seconds: float) -> None:
        """Advance by ``seconds``, which the parent notes."""
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        seconds = min(float(seconds), _LONGEST)
        self._window.ask("sleep", seconds=seconds)
        self._advance(seconds)

    def _advance(self, seconds: float) -> None:
        self._wall += round(seconds * _CLOCK_SECOND)
        self._mono += round(seconds * _CLOCK_SECOND)

    def _now(self) -> int:
        self._looks += 1
        if self._looks > _FREE_LOOKS:
            self._wall += _WALL_TICK
            self._mono += _WALL_TICK
        return self._wall

    def _ticks(self) -> int:
        self._now()
        self._mono += _CLOCK_TICK
        return self._mono

    def _seconds(self, seconds: float | None) -> float:
        return self._now() / _CLOCK_SECOND if seconds is None else seconds

    def _install_dates(self) -> None:
        """Replace what makes a date of the present: in the types themselves, which are everybody's."""

        def now(cls: Any, tz: Any = None) -> Any:
            return cls.fromtimestamp(self._now() / _CLOCK_SECOND, tz)

        def utcnow(cls: Any) -> Any:
            return cls.fromtimestamp(self._now() / _CLOCK_SECOND, _UTC).replace(tzinfo=None)

        def today(cls: Any) -> Any:
            return cls.fromtimestamp(self._now() / _CLOCK_SECOND)

        _methods(datetime.datetime).update(now=classmethod(now), utcnow=classmethod(utcnow))
        for kind in (datetime.datetime, datetime.date):
            _methods(kind)["today"] = classmethod(today)
            _changed(kind)

    def _install_waits(self) -> None:
        """Let no time pass where nobody is left who could end a wait."""

        def wait(condition: threading.Condition, timeout: float | None = None) -> bool:
            if timeout is None or timeout <= 0 or _threads():
                notified = _wait_real(condition, timeout)
                if not notified and timeout is not None:
                    self._advance(max(timeout, 0))
                return notified
            self.sleep(timeout)
            return False

        setattr(threading.Condition, "wait", wait)  # noqa: B010
        for kind in (selectors.EpollSelector, selectors.PollSelector, selectors.SelectSelector):
            kind.select = self._selecting(kind.select)  # type: ignore[method-assign]

    def _selecting(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def select(selector: Any, timeout: float | None = None) -> Any:
            if timeout is None or timeout <= 0:
                return real(selector, timeout)
            ready = real(selector, 0)
            if ready:
                return ready
            if _threads() or len(selector.get_map()) > _OWN_DESCRIPTORS:
                ready = real(selector, timeout)
                if not ready:
                    self._advance(timeout)
                return ready
            self.sleep(timeout)
            return real(selector, 0)

        return select

    def _dated(self, real: Callable[..., os.stat_result]) -> Callable[..., os.stat_result]:
        """``real`` with the clock's time for files that were written meanwhile, by the machine's clock."""

        def stat(*args: Any, **kwargs: Any) -> os.stat_result:
            found = real(*args, **kwargs)
            if found.st_mtime_ns <= self._wall or not self._start:
                return found
            words: tuple[int, ...]
            named: dict[str, float]
            words, named = cast(Any, found.__reduce__())[1]
            now = self._wall
            for name in ("st_atime", "st_mtime", "st_ctime"):
                if getattr(found, f"{name}_ns") > now:
                    named |= {name: now / _CLOCK_SECOND, f"{name}_ns": now}
            whole = [min(part, now // _CLOCK_SECOND) for part in words[7:10]]
            return _Stat((*words[:7], *whole), cast(Any, named))

        return stat


def _methods(kind: type) -> dict[str, Any]:
    """The methods of a type of the interpreter, to be changed."""
    methods: dict[str, Any] = gc.get_referents(vars(kind))[0]
    return methods


def _changed(kind: type) -> None:
    """Have the interpreter forget what it cached of a type."""
    import ctypes

    ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))
