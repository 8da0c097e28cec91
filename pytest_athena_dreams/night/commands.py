"""Runs one command of a night: with a time limit, its output in a log.

Invariants: the command and all its children end with it, at the latest some seconds after its limit or the
end of this process; at its limit it is asked to end first, so that it stores what it has.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

END_SECONDS = 20.0
"""Seconds that a command gets to end after it was asked to."""
WAIT_SECONDS = 0.1
"""Seconds between two looks at the clock."""
_TETHER = (sys.executable, "-m", "pytest_athena_dreams.night.tether")
LAST_LINES = 3
"""Lines of output that a failure shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended: its exit status, ``None`` if its limit ended it, and the last lines it printed."""

    status: int | None
    seconds: float
    said: tuple[str, ...]


def run(
    command: Sequence[str], *, log: Path, limit: float | None, clock: Callable[[], float] = time.monotonic
) -> Ran:
    """Run a command until it ends, or for ``limit`` seconds of ``clock``. Its output is added to ``log``."""
    end = None if limit is None else clock() + limit
    started = time.monotonic()
    with log.open("ab") as file:
        begin = file.tell()
        process = subprocess.Popen(
            [*_TETHER, str(os.getpid()), *command],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = _wait(process, end, clock)
            if status is None:
                _end(process)
        except BaseException:
            _end(process)
            raise
    return Ran(status=status, seconds=time.monotonic() - started, said=_last_lines(log, begin))


def _wait(process: subprocess.Popen[bytes], end: float | None, clock: Callable[[], float]) -> int | None:
    """The exit status of a process, or ``None`` once its ``end`` has come."""
    while end is None or (left := end - clock()) > 0:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(None if end is None else min(left, WAIT_SECONDS))
    return process.poll()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask a command to end, and kill it with its children if it does not."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _last_lines(log: Path, begin: int) -> tuple[str, ...]:
    with log.open("rb") as file:
        file.seek(max(begin, file.seek(0, os.SEEK_END) - 4096))
        text = file.read().decode("utf-8", "replace")
    return tuple(line for line in text.splitlines() if line.strip())[-LAST_LINES:]
