"""A process with a checker of its own, which can be ended at any time: frames in, frames out.

Invariants: the process runs no code of a variant itself, which runs in its jails; it ends with its parent,
whose end of the pipe closes, even in the middle of a test, and its jails end with it. Killing it ends a test
at once.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import pickle
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, BinaryIO

import msgspec

from ..config import Settings
from ..errors import DreamsError
from ..models import Dream
from .checker import Checked, Checker
from .variant import Variant

_LENGTH = struct.Struct("<Q")
_FRAME_FORMAT = 4
CLOSING_TIME = 5.0
"""Seconds that a worker has to end by itself when its parent is gone."""
TRIES = 2
"""Maximum workers to try one request in: a request that ends two of them is at fault."""
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
        """Have a variant tested; ``answer`` gives the result. Raises ``WorkerLost``."""
        self.send("check", [number, repair, msgspec.to_builtins(variant)])

    def answer(self) -> Checked:
        """Wait for the answer to the last request. Raises ``WorkerLost`` or the worker's ``DreamsError``."""
        return msgspec.convert(self.receive(), Checked)

    def send(self, task: str, data: Any) -> None:
        """Request a task of ``TASKS``, with what it takes, as marshal writes it. Raises ``WorkerLost``."""
        try:
            _write(self._requests, [task, data])
        except (OSError, ValueError) as error:
            raise self._lost() from error

    def receive(self) -> Any:
        """Wait for the reply to the last request. Raises as ``answer`` does."""
        try:
            reply = _read(self._replies)
        except (OSError, ValueError, EOFError) as error:
            raise self._lost() from error
        done, data = reply
        if not done:
            raise DreamsError(data)
        return data

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


def _check(checker: Checker, data: Any) -> Any:
    number, repair, variant = data
    return msgspec.to_builtins(checker.check(msgspec.convert(variant, Variant), number=number, repair=repair))


def _judge(checker: Checker, data: Any) -> Any:
    repair, dream = data
    return msgspec.to_builtins(checker.judge(msgspec.convert(dream, Dream), repair=repair))


def _call(checker: Checker, data: Any) -> Any:
    from ..trial.direct import Call

    try:
        call = Call(**pickle.loads(data))
    except Exception as error:  # a class of the caller's that this process can't import
        raise DreamsError(
            f"the arguments can't be sent into the jail: {type(error).__name__}: {error}; use builtin types"
        ) from None
    return msgspec.to_builtins(checker.direct.call(call))


TASKS: dict[str, Callable[[Checker, Any], Any]] = {"check": _check, "judge": _judge, "call": _call}
"""What a worker does, by the name of the task. A ``call`` is pickled: only the parent writes requests."""


def _end_with_parent() -> None:
    """End this process some seconds after the parent has closed its end, also in the middle of a task."""
    poll = select.poll()
    poll.register(sys.stdin.fileno(), 0)  # a closed end is reported in any case
    poll.poll()
    time.sleep(CLOSING_TIME)  # for one that is idle ends by itself, and cleans up
    os._exit(1)


def main() -> None:
    """Serve the parent until it closes the pipe."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else is printed must not get between the frames
    try:
        settings, folders = _read(requests)
    except EOFError:
        return
    with Checker(msgspec.convert(settings, Settings), folders=tuple(folders)) as checker:
        while True:
            try:
                task, data = _read(requests)
            except EOFError:
                return
            try:
                reply: list[Any] = [True, TASKS[task](checker, data)]
            except DreamsError as error:
                reply = [False, str(error)]
            _write(replies, reply)


if __name__ == "__main__":
    main()
