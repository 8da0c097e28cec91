"""The process in which repairs are made: JSON tasks in, JSON lists of proposals out, a line each.

Invariant: it reads and prints, and no more; it bounds its own memory and CPU time first, for the sources that
it parses are untrusted and the parser is native.
"""

from __future__ import annotations

import resource
import sys

import msgspec

MEMORY = 1 << 30
"""Bytes of address space."""
CPU = 60
"""Seconds of CPU time, for one task and those after it in the same process."""
REPAIRED_SOURCE = 50_000
"""Maximum characters of a source; longer ones get no repair."""


def main() -> None:
    """Answer each line of standard input."""
    for limit, value in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(limit)
        resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))
    from libcst import CSTLogicError, CSTValidationError, ParserSyntaxError

    from .propose import propose
    from .task import Task

    for line in sys.stdin.buffer:
        task = msgspec.json.decode(line, type=Task)
        try:
            found = propose(task) if len(task.code) + len(task.procedure or "") <= REPAIRED_SOURCE else []
        except (ParserSyntaxError, CSTValidationError, CSTLogicError, RecursionError, MemoryError):
            found = []  # no Python, or too much of it: nothing that a repair could hold on to
        sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
