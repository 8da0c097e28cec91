"""Runs ``athena-dreams dream`` in this process and kills it with SIGKILL at a named point.

``python -m tests.dreaming.killed POINT ARGUMENT...``; the point ``never`` runs it to its end.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from pytest_athena_dreams.cli import main
from pytest_athena_dreams.dreaming import authors, generating
from pytest_athena_dreams.store import generation


def die(*args: Any, **options: Any) -> Any:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def nth(number: int, module: Any, name: str, before: Callable[..., Any] | None, after: bool = False) -> None:
    """Let ``module.name`` die at its call number ``number``: before it does anything, or once it is done."""
    real = getattr(module, name)
    calls = [0]

    def wrapped(*args: Any, **options: Any) -> Any:
        calls[0] += 1
        if calls[0] == number and before is not None:
            before()
        found = real(*args, **options)
        if calls[0] == number and after:
            die()
        return found

    setattr(module, name, wrapped)


POINTS: dict[str, Callable[[], None]] = {
    "never": lambda: None,
    "before a procedure is begun": lambda: nth(2, generating, "assign", die),
    "before a request is sent": lambda: nth(2, authors, "put_calls", None, after=True),
    "after an answer came": lambda: nth(2, authors, "put_answer", None, after=True),
    "in the middle of a transaction": lambda: nth(3, generation, "_put_dream", None, after=True),
    "after a procedure is stored": lambda: nth(1, generating, "finish_procedure", None, after=True),
    "before the run is finished": lambda: nth(3, generating, "finish_procedure", None, after=True),
}
"""Where the process dies. While a request is in flight it is the server that kills it."""

if __name__ == "__main__":
    POINTS[sys.argv[1]]()
    main(sys.argv[2:])
