"""The resources that a child has used, read from outside it.

Invariants: every figure comes from the kernel, never from the child; one that the system does not give reads
as zero. The child is not yet reaped, so its process id can't belong to another process.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

_WALL_FACTOR = 10.0
"""The wall clock may run this many times as long as the deadline before it counts on its own."""
_SLACK = 5.0
"""Seconds of wall clock added to that."""
_LATE = 0.02
"""Seconds by which this process may check late before it counts as not having been scheduled."""

_PAGE = mmap.PAGESIZE
_TEXT = 1 << 14
"""Bytes to read from a file in ``/proc``; those read here are all shorter."""
_TICK, _LONGEST_TICK = 0.0002, 0.01
"""Seconds between two checks of whether the threads have stopped: twice as long each time, up to the second.
A process that wakes up 4,000 times a second kept a child on the same busy processor waiting for ten seconds.
"""
_STILL = ("T", "t", "Z", "X", "")
"""States of a thread that does not run: stopped, traced, ended; empty if it is gone."""
_PEAK = re.compile(r"^VmHWM:\s*(\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Seconds at one moment: wall clock, processor time used, time spent waiting for a processor."""

    wall: float
    cpu: float
    queued: float


class Meter:
    """The clocks and the memory of one process."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._tasks = f"/proc/{pid}/task"
        self._clock = (~pid << 3) | 2  # the kernel's encoding of a process's CPU clock
        self._baseline = 0
        self._schedule = opened(f"/proc/{pid}/schedstat")
        self._answers: Callable[[], float] = float

    def read(self) -> Reading:
        return Reading(wall=time.monotonic(), cpu=self._cpu(), queued=self._queued())

    def _cpu(self) -> float:
        try:
            return time.clock_gettime(self._clock)
        except (OSError, AttributeError):
            return 0.0

    def count(self, answers: Callable[[], float]) -> None:
        """Count also the seconds that ``answers`` returns, for which answers to the child came late."""
        self._answers = answers

    def _queued(self) -> float:
        return queued(self._schedule) + self._answers()

    def close(self) -> None:
        """Close the files that stay open for fast reading."""
        if self._schedule is not None:
            os.close(self._schedule)
            self._schedule = None

    def mark(self) -> None:
        """Reset the high-water mark: memory counts from here."""
        self._write("clear_refs", b"5")
        self._baseline = int((self._text("statm").split() or ("", "0"))[1]) * _PAGE

    def prefer_oom_kill(self) -> None:
        """Make this process the first that the kernel kills when memory runs out."""
        self._write("oom_score_adj", b"1000")

    def above(self, resident: int) -> int:
        """The part of ``resident`` bytes that is above the mark, 0 if unknown."""
        return max(0, resident - self._baseline) if self._baseline else 0

    def peak(self) -> int:
        """The peak so far in bytes above the mark, 0 if unknown."""
        found = _PEAK.search(self._text("status"))
        return self.above(int(found[1]) * 1024 if found else 0)

    def threads(self) -> int:
        """How many threads it has, 0 if unknown."""
        try:
            links = os.stat(self._tasks).st_nlink  # one per thread, and the two that every folder has
        except OSError:
            return 0
        return links - 2 if links > 2 else int(self.status().get("Threads", 0))

    def still(self) -> bool:
        """Whether all of its threads have ended or are stopped."""
        try:
            threads = os.listdir(self._tasks)
        except OSError:
            return True
        return all(self._text(f"task/{thread}/stat").rpartition(")")[2][1:2] in _STILL for thread in threads)

    def settles(self, patience: float) -> bool:
        """Whether all of its threads stop, after a stop signal, within ``patience`` seconds."""
        end, pause = time.monotonic() + patience, _TICK
        while not self.still():
            if time.monotonic() > end:
                return False
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_TICK)
        return True

    def status(self) -> dict[str, str]:
        """The fields of ``/proc/PID/status``, empty if there is no such file."""
        lines = (line.partition(":") for line in self._text("status").splitlines())
        return {name: value.strip() for name, _, value in lines}

    def namespaces(self) -> tuple[str, ...]:
        """Namespaces that it does not share with this process, as far as the system shows them."""
        apart = []
        for name in ("ipc", "mnt", "net", "pid", "user", "uts"):
            try:
                there, here = os.stat(f"/proc/{self._pid}/ns/{name}"), os.stat(f"/proc/self/ns/{name}")
            except OSError:
                continue
            if there.st_ino != here.st_ino:
                apart.append(name)
        return tuple(apart)

    def _text(self, name: str) -> str:
        try:
            file = os.open(f"/proc/{self._pid}/{name}", os.O_RDONLY | os.O_CLOEXEC)
            try:
                return os.read(file, _TEXT).decode()
            finally:
                os.close(file)
        except OSError:
            return ""

    def _write(self, name: str, text: bytes) -> None:
        with contextlib.suppress(OSError):
            file = os.open(f"/proc/{self._pid}/{name}", os.O_WRONLY | os.O_CLOEXEC)
            try:
                os.write(file, text)
            finally:
                os.close(file)


def opened(path: str) -> int | None:
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None


def queued(schedule: int | None) -> float:
    """Seconds waited for a processor, by an open ``schedstat``."""
    if schedule is None:
        return 0.0
    try:
        return int(os.pread(schedule, 100, 0).split()[1]) / 1e9
    except OSError:
        return 0.0


class Deadline:
    """A call may use ``timeout`` seconds, of processor time or of wall-clock time.

    Wall-clock time does not count while the child queues for a processor, or while this process is not
    scheduled although it is due. So a busy machine, or one that stalls for a while, does not change a
    verdict. After ten times the timeout and five seconds of wall clock, the call ends in any case.
    """

    def __init__(self, start: Reading, timeout: float) -> None:
        self.timeout = timeout
        self._start = self._last = start
        self._own = 0.0
        self._due = 0.0

    def used(self, now: Reading) -> float:
        """Seconds that count, up to ``now``."""
        passed = now.wall - self._last.wall
        waited = max(0.0, now.queued - self._last.queued, passed - self._due - _LATE)
        self._own += max(0.0, passed - waited)
        self._last = now
        return max(self._own, now.cpu - self._start.cpu)

    def pause(self, now: Reading, most: float) -> float:
        """Seconds until the next check, at most ``most``; 0 or less means that the deadline has passed."""
        own, wall = self.used(now), now.wall - self._start.wall
        self._due = min(self.timeout - own, _WALL_FACTOR * self.timeout + _SLACK - wall, most)
        return self._due
