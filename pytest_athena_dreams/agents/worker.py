"""A process with a checker of its own, which can be ended at any time: frames in, frames out.

Invariants: the process runs no code of a variant itself, which runs in its jails; it ends with its parent,
whose end of the pipe closes, and its jails end with it. Killing it ends a test at once.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import struct
import subprocess
import sys
from typing import Any, BinaryIO

import msgspec

from ..config import Settings
from ..errors import DreamsError
from .checker import Checked
from .variant import Variant

_LENGTH = struct.Struct("<Q")
_FRAME_FORMAT = 4
_COMMAND = (sys.executable, "-I", "-m", "pytest_athena_dreams.agents.worker")


class WorkerLost(Exception):
    """The process ended before it answered."""


class Worker:
    """The parent's handle. ``start`` is enough to have it warm up; use one from one thread at a time."""

    def __init__(self, settings: Settings, *, folders: tuple[str, ...] = ()) -> None:
        self._process = subprocess.Popen(
            _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests, self._replies = self._process.stdin, self._process.stdout
        with contextlib.suppress(BrokenPipeError):  # the parent notices: no first answer comes
            _write(self._requests, [msgspec.to_builtins(settings), list(folders)])

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def fileno(self) -> int:
        """The descriptor that can be read once an answer is due."""
        return self._replies.fileno()

    def request(self, variant: Variant, *, number: int = 0, repair: bool = False) -> None:
        """Have a variant tested; ``answer`` gives what came of it. Raises ``WorkerLost``."""
        try:
            _write(self._requests, [number, repair, msgspec.to_builtins(variant)])
        except OSError as error:
            raise self._lost() from error

    def answer(self) -> Checked:
        """Wait for the answer to the last request. Raises ``WorkerLost`` or the worker's ``DreamsError``."""
        try:
            reply = _read(self._replies)
        except (OSError, ValueError, EOFError) as error:
            raise self._lost() from error
        if isinstance(reply, str):
            raise DreamsError(reply)
        return msgspec.convert(reply, Checked)

    def kill(self) -> None:
        """End the process at once, and its jails with it. Safe to call twice."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._requests, self._replies):
            with contextlib.suppress(OSError):
                pipe.close()

    def _lost(self) -> WorkerLost:
        self._process.wait()
        return WorkerLost(f"exit status {self._process.returncode}")


def _write(pipe: BinaryIO | Any, data: Any) -> None:
    text = marshal.dumps(data, _FRAME_FORMAT)
    pipe.write(_LENGTH.pack(len(text)) + text)
    pipe.flush()


def _read(pipe: BinaryIO | Any) -> Any:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (size,) = _LENGTH.unpack(head)
    return marshal.loads(pipe.read(size))


def main() -> None:
    """Serve the parent until it closes the pipe."""
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else is printed must not get between the frames
    try:
        settings, folders = _read(requests)
    except EOFError:
        return
    from .checker import Checker

    with Checker(msgspec.convert(settings, Settings), folders=tuple(folders)) as checker:
        while True:
            try:
                number, repair, variant = _read(requests)
            except EOFError:
                return
            try:
                found = checker.check(msgspec.convert(variant, Variant), number=number, repair=repair)
                reply: Any = msgspec.to_builtins(found)
            except DreamsError as error:
                reply = str(error)
            _write(replies, reply)


if __name__ == "__main__":
    main()
