"""Captures what calls in this process print, as the jail does.

Invariants: once a block ends, standard output and error, logging and warnings are as they were before it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import stat
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import TextIO

from .jail.printing import Printed
from .outputs import output_file


@contextlib.contextmanager
def printing() -> Iterator[Printed]:
    """Redirect everything that is printed to files, which the result reads."""
    streams, kept = (sys.stdout, sys.stderr), (os.dup(1), os.dup(2))
    for stream in streams:
        stream.flush()
    with contextlib.ExitStack() as stack:
        files = [_file(stack, descriptor) for descriptor in kept]
        try:
            for number, file in enumerate(files, 1):
                os.dup2(file, number)
            sys.stdout = open(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
            sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
            yield Printed((files[0], files[1]), sys.maxsize, _flush())
        finally:
            sys.stdout, sys.stderr = streams
            for number, descriptor in enumerate(kept, 1):
                os.dup2(descriptor, number)
                os.close(descriptor)


@contextlib.contextmanager
def unconfigured() -> Iterator[None]:
    """Give logging and warnings their default behaviour: pytest keeps both from printing."""
    handlers = logging.root.handlers
    logging.root.handlers = []
    try:
        with warnings.catch_warnings():
            warnings.resetwarnings()
            for quiet in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
                warnings.simplefilter("ignore", quiet)
            warnings.showwarning = _show
            yield
    finally:
        logging.root.handlers = handlers


def _show(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    (file or sys.stderr).write(warnings.formatwarning(message, category, filename, lineno, line))


def _file(stack: contextlib.ExitStack, kept: int) -> int:
    """An empty file; where none can be made, as in the jail, the one that is printed to anyway."""
    try:
        return stack.enter_context(output_file()).fileno()
    except OSError:
        status = os.fstat(kept)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink:  # somebody else's file
            raise
        return kept


def _flush() -> Callable[[], None]:
    if os.name != "posix":
        return lambda: None
    from .jail import kernel

    return kernel.flush
