"""Commands in a world: what would start a program asks the parent what it does, and passes that on.

The parent answers with what the command prints and how it ends. The pipes, files and waiting around it stay
real, so ``subprocess``, ``os.system`` and ``asyncio`` work unchanged. Programs that make new processes of
Python code are left to the kernel's filter, which refuses them.

Invariants: a command's input is read to its end before it ends; no number of a command is that of a real
process that this child could signal.
"""

from __future__ import annotations

import _posixsubprocess
import _thread
import contextlib
import errno
import os
import select
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from .window import Window, to_text

INPUT_PIECE = 1 << 16
"""Bytes of a command's input in one question."""
_FIRST_COMMAND = 1 << 23
"""The number of the first command; Linux gives no process a number above 2 to the power of 22."""
_SETTLING_SECONDS = 0.2
"""Seconds that a command whose input stays open may take to end after the call."""
_THREAD_WAITS, _THREAD_SECONDS = 10, 0.002
"""How often, and for how many seconds each time, to wait for a call's threads after it returned."""
_OWN_PROCESSES = b"from multiprocessing"
"""In the arguments of the programs that ``multiprocessing`` starts."""
_SHELL = "/bin/sh", "-c"
_EXIT_SHIFT = 8
_read, _dup, _close, _put, _fstat = os.read, os.dup, os.close, os.write, os.fstat
_working_folder, _environ = os.getcwd, os.environ
_start, _poll, _encoded = _thread.start_new_thread, select.poll, os.fsencode
_joined, _decoded = os.path.join, os.fsdecode
_threads, _sleep = _thread._count, time.sleep


class Command:
    """A command that was started: its wait status, and a lock that is held while it runs."""

    __slots__ = ("running", "status")

    def __init__(self, status: int) -> None:
        self.status = status
        self.running = _thread.allocate_lock()


class Commands:
    """The commands of one call after another. Until the first call, no program starts."""

    def __init__(self, window: Window, look_into: Callable[[Any], None]) -> None:
        """``look_into`` opens the folder where a command is to run."""
        self._ask = window.ask
        self._look_into = look_into
        self._begun: dict[int, Command] = {}
        self._number = _FIRST_COMMAND
        self._variables: dict[str, str] = {}
        self._put: dict[str, str | None] = {}
        self._fork_exec: Callable[..., int] = _posixsubprocess.fork_exec
        self._waitpid, self._kill, self._which = os.waitpid, os.kill, shutil.which
        self._killpg, self._system, self._spawn = os.killpg, os.system, os.posix_spawn
        self._live = False
        self._threads = 0

    def install(self) -> None:
        """Take the place of what starts programs."""
        vars(_posixsubprocess).update(fork_exec=self.fork_exec)
        vars(subprocess).update(_fork_exec=self.fork_exec, _USE_POSIX_SPAWN=False)
        shutil.which = self.which
        os.putenv = self._noting(os.putenv)
        os.unsetenv = self._noting(os.unsetenv)
        poll = subprocess.Popen._internal_poll  # type: ignore[attr-defined]
        poll.__defaults__ = tuple(
            self.waitpid if value is self._waitpid else value for value in poll.__defaults__
        )
        if (bound := getattr(subprocess, "_del_safe", None)) is not None:
            bound.waitpid = staticmethod(self.waitpid)
        for module in (os, sys.modules["posix"]):
            for name in ("waitpid", "wait", "kill", "killpg", "system", "posix_spawn", "posix_spawnp"):
                setattr(module, name, getattr(self, name))

    def begin(self) -> None:
        """Forget the commands of the last call."""
        self._live = True
        self._threads = _threads()
        self._begun.clear()
        self._number = _FIRST_COMMAND
        self._variables = _variables()
        self._put.clear()

    def finish(self) -> None:
        """Give threads, and commands whose input has ended, the time to do what they are about to.

        So what a thread does right after the call returned belongs to the call.
        """
        waits = _THREAD_WAITS
        while _threads() > self._threads and waits:
            _sleep(_THREAD_SECONDS)
            waits -= 1
        for command in [*self._begun.values()]:  # no name that the code could have replaced
            if command.running.acquire(timeout=_SETTLING_SECONDS):
                command.running.release()

    def fork_exec(
        self,
        arguments: Sequence[bytes | str],
        executables: Sequence[bytes],
        close_fds: bool,
        keep: Sequence[int],
        folder: Any,
        environment: Sequence[bytes] | None,
        p2cread: int,
        p2cwrite: int,
        c2pread: int,
        c2pwrite: int,
        errread: int,
        errwrite: int,
        *rest: Any,
    ) -> int:
        """As ``_posixsubprocess.fork_exec``."""
        if not self._live or any(_OWN_PROCESSES in _encoded(word) for word in arguments):
            pipes = p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite
            return self._fork_exec(
                arguments, executables, close_fds, keep, folder, environment, *pipes, *rest
            )
        if folder is not None:
            self._look_into(folder)
        return self._run(arguments, folder, environment, (p2cread, c2pwrite, errwrite))

    def system(self, command: str) -> int:
        """As ``os.system``."""
        if not self._live:
            return self._system(command)
        number = self._run([*_SHELL, os.fspath(command)], None, None, (-1, -1, -1))
        return self.waitpid(number, 0)[1]

    def posix_spawn(
        self,
        path: Any,
        arguments: Iterable[Any],
        environment: Mapping[Any, Any],
        *,
        file_actions: Sequence[tuple[Any, ...]] = (),
        **others: Any,
    ) -> int:
        """As ``os.posix_spawn``."""
        if not self._live:
            return self._spawn(path, list(arguments), environment, file_actions=file_actions, **others)
        files, opened = {0: -1, 1: -1, 2: -1}, []
        for action, *given in file_actions:
            if action == os.POSIX_SPAWN_DUP2:
                files[given[1]] = files.get(given[0], given[0])
            elif action == os.POSIX_SPAWN_OPEN:
                opened.append(os.open(*given[1:]))
                files[given[0]] = opened[-1]
        pairs = [b"=".join(map(os.fsencode, pair)) for pair in environment.items()]
        words = [path, *list(arguments)[1:]]
        try:
            return self._run(words, None, pairs, (files[0], files[1], files[2]))
        finally:
            for descriptor in opened:
                _close(descriptor)

    posix_spawnp = posix_spawn

    def which(self, cmd: Any, mode: int = os.F_OK | os.X_OK, path: Any = None) -> Any:
        """As ``shutil.which``."""
        if not self._live or path is not None or os.path.dirname(cmd):
            return self._which(cmd, mode, path)
        found = self._ask("which", program=to_text(cmd))["path"]
        return os.fsencode(found) if found and isinstance(cmd, bytes) else found

    def _run(
        self,
        words: Sequence[Any],
        folder: Any,
        environment: Sequence[bytes] | None,
        files: tuple[int, int, int],
    ) -> int:
        """Start a command with three ``files``, of which -1 is that of this process; returns its number."""
        source, *targets = files
        text, ended = _available(source)
        answer = self._ask(
            "run",
            words=[to_text(word) for word in words],
            folder=to_text(_joined(_working_folder(), "" if folder is None else _decoded(folder))),
            variables=self._changes(environment),
            input=to_text(text),
        )
        if answer["error"]:
            raise OSError(answer["error"], os.strerror(answer["error"]), os.fsdecode(words[0]))
        command = Command(answer["status"] << _EXIT_SHIFT)
        for target, output in zip(targets, (answer["out"], answer["err"]), strict=True):
            if target > 2:
                _deliver(target, output.encode("latin-1"))
        self._number += 1
        self._begun[self._number] = command
        if not ended:
            command.running.acquire()
            _start(self._drain, (_dup(source), answer["number"], command))
        return self._number

    def _noting(self, real: Callable[..., None]) -> Callable[..., None]:
        """``real``, which sets or unsets a variable for this process, and a note of that.

        ``os.environ`` uses it too; who calls it directly does not change that.
        """

        def put(name: Any, *value: Any) -> None:
            real(name, *value)
            self._put[_decoded(name)] = _decoded(value[0]) if value else None

        return put

    def left(self) -> dict[str, str | None]:
        """The variables that the call leaves changed; ``None`` for one that is gone."""
        return self._changes(None)

    def _changes(self, environment: Sequence[bytes] | None) -> dict[str, str | None]:
        """The variables that differ from those at the start of the call; ``None`` for one that is gone."""
        before = self._variables
        if environment is None:
            put = {**_variables(), **self._put}
            now = {name: value for name, value in put.items() if value is not None}
        else:
            pairs = (os.fsdecode(pair).partition("=") for pair in environment)
            now = {name: value for name, _, value in pairs}
        changed = {to_text(name): to_text(value) for name, value in now.items() if before.get(name) != value}
        return {**changed, **{to_text(name): None for name in before if name not in now}}

    def _drain(self, source: int, number: int, command: Command) -> None:
        """Read a command's input to its end, then end the command."""
        try:
            while piece := _read(source, INPUT_PIECE):
                self._ask("input", number=number, text=to_text(piece))
        except OSError:
            pass
        finally:
            _close(source)
            with contextlib.suppress(RuntimeError):  # it was killed
                command.running.release()

    def waitpid(self, pid: int, options: int, /) -> tuple[int, int]:
        """As ``os.waitpid``."""
        if pid <= 0:
            pid = next(iter(self._begun), 0)
        command = self._begun.get(pid)
        if command is None:
            raise ChildProcessError(errno.ECHILD, os.strerror(errno.ECHILD))
        if not command.running.acquire(not options & os.WNOHANG):
            return 0, 0
        self._begun.pop(pid, None)
        command.running.release()
        return pid, command.status

    def wait(self) -> tuple[int, int]:
        """As ``os.wait``."""
        return self.waitpid(-1, 0)

    def kill(self, pid: int, number: int, /) -> None:
        """As ``os.kill``. A command that has nothing left to read has ended already."""
        command = self._begun.get(pid)
        if command is None:
            if pid > _FIRST_COMMAND:
                raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))
            self._kill(pid, number)
        elif number and command.running.locked():
            command.status = int(number)
            command.running.release()

    def killpg(self, group: int, number: int, /) -> None:
        """As ``os.killpg``."""
        (self.kill if group > _FIRST_COMMAND else self._killpg)(group, signal.Signals(number))


def _variables() -> dict[str, str]:
    """The variables of this process, without builtin functions and methods that a dream may have replaced."""
    return {_decoded(name): _decoded(value) for name, value in _environ._data.items()}  # type: ignore[attr-defined]


def _available(source: int) -> tuple[bytes, bool]:
    """What can be read of a command's input without waiting, and whether that is all."""
    if source < 3:
        return b"", True
    pieces: list[bytes] = []
    regular = stat.S_ISREG(_fstat(source).st_mode)
    poll = _poll()
    poll.register(source, select.POLLIN)
    while sum(map(len, pieces)) < INPUT_PIECE and (regular or poll.poll(0)):
        piece = _read(source, INPUT_PIECE)
        if not piece:
            return b"".join(pieces), True
        pieces.append(piece)
    return b"".join(pieces), False


def _deliver(target: int, output: bytes) -> None:
    """Write what a command prints; its reader may be gone."""
    rest = memoryview(output)
    try:
        while rest:
            rest = rest[_put(target, rest) :]
    except BrokenPipeError:
        pass
