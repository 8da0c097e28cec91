"""The process in which sources are changed: JSON tasks in, JSON answers out, a line each.

``ask`` is the parent's side, ``main`` the child's. The child imports one module of this package, the name of
which is its only argument, and calls that module's ``answer`` with each line.

Invariants: the child reads and prints, and no more; it bounds its own memory and CPU time first, because the
sources that it parses are untrusted and the parser is native. A task that ends the process costs its own
answer and no other.
"""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from importlib import import_module

MEMORY = 1 << 30
"""Bytes of address space of the process."""
TASK_CPU = 20.0
"""Seconds of CPU time for one task."""
BATCH_SECONDS = 600.0
"""Wall time of one batch: a backstop, since tasks only compute."""
BATCH = 50
"""Tasks for one process."""
CHANGED_SOURCE = 50_000
"""Maximum characters of the sources of one task; longer ones are not parsed."""


class Lost(StrEnum):
    """Why a task has no answer."""

    UNREADABLE = "unreadable"
    """It holds no Python, or too much of it for the parser."""
    TIMED_OUT = "timed out"
    CRASHED = "crashed"


def ask(module: str, tasks: Sequence[bytes]) -> Iterator[bytes | Lost]:
    """The answers of ``module`` to ``tasks``, in order. Each task is one line of JSON without line ends."""
    answered = 0
    while answered < len(tasks):
        batch = tasks[answered : answered + BATCH]
        lines, lost = run_batch(module, batch)
        yield from (line if line != b"null" else Lost.UNREADABLE for line in lines)
        answered += len(lines)
        if len(lines) < len(batch):
            yield lost  # the process ended on this one
            answered += 1


def run_batch(module: str, batch: Sequence[bytes]) -> tuple[list[bytes], Lost]:
    """The answers before the process ended, and how it ended if some are missing."""
    command = [sys.executable, "-I", "-m", __name__, module]
    try:
        done = subprocess.run(
            command, input=b"\n".join(batch) + b"\n", capture_output=True, timeout=BATCH_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").split(b"\n")[:-1], Lost.TIMED_OUT
    lost = Lost.TIMED_OUT if done.returncode == -signal.SIGPROF else Lost.CRASHED
    return done.stdout.split(b"\n")[:-1], lost  # a line without its end is incomplete


def main() -> None:
    """Answer each line of standard input."""
    for limit, value in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(limit)
        resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # ends the process, native code included
    from libcst import CSTLogicError, CSTValidationError, ParserSyntaxError

    module = import_module(sys.argv[1])
    for line in sys.stdin.buffer:
        signal.setitimer(signal.ITIMER_PROF, TASK_CPU)
        try:
            answer: bytes = module.answer(line)
        except (ParserSyntaxError, CSTValidationError, CSTLogicError, RecursionError, MemoryError):
            answer = b"null"
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.stdout.buffer.write(answer + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
