"""The parent's side of one fork server: start it, have children forked and reaped, end it.

Invariants: the parent waits at most ``ANSWER_SECONDS`` for an answer. A server that does not answer, or
answers something unexpected, is ended and counts as lost; the kernel kills its children with it. A server
that does not end within ``_FAREWELL`` is killed.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from .jail.frames import receive
from .launch import prepare
from .policy import Policy, SandboxMode

ANSWER_SECONDS = 20.0
"""Seconds that a server may take for one answer; the first includes its imports, slow on a loaded machine."""
_FAREWELL = 5.0
"""Seconds that a server, or the wrapper around it, may take to end once its socket is closed."""
_UNWATCHED_END = 0.05
"""Seconds that a killed process gets to end where its end can't be watched."""


class ServerLost(Exception):
    """The fork server is gone, or answered something invalid and was ended."""


class Hello(msgspec.Struct, tag="hello", tag_field="kind"):
    """The server's first message: which layers it took."""

    landlock: int
    seccomp: bool


class Spawned(msgspec.Struct, tag="spawned", tag_field="kind"):
    """A child runs; ``pid`` is its id in the server's process namespace."""

    pid: int


class Reaped(msgspec.Struct, tag="reaped", tag_field="kind"):
    """How a child ended: wait status, processor seconds, peak memory in KiB."""

    status: int
    cpu: float
    memory: int


Answer = TypeVar("Answer", Hello, Spawned, Reaped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A child that is not yet reaped. ``server_pid`` is its id in the fork server's process namespace."""

    pid: int
    server_pid: int
    pidfd: int | None

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """Stop all of its threads until ``resume``."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        try:
            if self.pidfd is not None:
                signal.pidfd_send_signal(self.pidfd, number)
            else:
                os.kill(self.pid, number)
        except ProcessLookupError:
            pass  # it has ended by itself

    def allow_cpu(self, seconds: int) -> None:
        """Have the kernel end it after so many seconds of processor time, if the kernel can."""
        if sys.platform != "linux":
            return
        import resource  # not on Windows, where this module is still to be imported

        with contextlib.suppress(ProcessLookupError, PermissionError):
            hard = resource.prlimit(self.pid, resource.RLIMIT_CPU)[1]
            if hard == resource.RLIM_INFINITY or seconds < hard:
                resource.prlimit(self.pid, resource.RLIMIT_CPU, (seconds, hard))

    def ended(self, patience: float) -> bool:
        """Whether it ends within ``patience`` seconds; without pidfds, assumed after a short wait."""
        if self.pidfd is None:
            time.sleep(_UNWATCHED_END)
            return True
        poll = select.poll()
        poll.register(self.pidfd, select.POLLIN)
        return bool(poll.poll(patience * 1000))


class ForkServer:
    """One running fork server. ``hello`` says which layers it took, ``readable`` which paths it lets be read.

    ``outside`` is a folder of the parent's. Children can't see into it, except for the empty folder in it
    where they start.
    """

    def __init__(self, policy: Policy, mode: SandboxMode, *, hash_seed: int, lean: bool = False) -> None:
        launch = prepare(policy, mode, hash_seed, lean=lean)
        self._workspace = launch.workspace
        self.outside = self._workspace.path
        self.readable = launch.readable
        self._killed: list[int] = []
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in ``close``
        self._control, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = subprocess.Popen(
                    launch.command,
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=self._errors,
                    cwd=self._workspace.empty,
                    env=launch.environment,
                    start_new_session=True,
                )
            except OSError as exc:
                self._discard()
                raise ServerLost(str(exc)) from None
        self._control.settimeout(ANSWER_SECONDS)
        pidfds = [os.pidfd_open(os.getpid())] if hasattr(os, "pidfd_open") else []
        try:
            self._order(launch.config, pidfds)
            self.hello = self._answer(Hello)[0]
        finally:
            for pidfd in pidfds:
                os.close(pidfd)

    def spawn(self, order: dict[str, Any], channel: int, files: Sequence[int]) -> Process:
        """Fork a child that serves on ``channel`` and prints to two ``files``; a third one is its window."""
        killed, self._killed = self._killed, []
        self._order({"kind": "spawn", "killed": killed, **order}, [channel, *files])
        spawned, pidfds = self._answer(Spawned)
        pidfd = pidfds[0] if pidfds else None
        return Process(pid=_pid(pidfd, spawned.pid), server_pid=spawned.pid, pidfd=pidfd)

    def reap(self, process: Process) -> Reaped:
        """Collect a child that was killed or has ended."""
        self._order({"kind": "reap", "pid": process.server_pid}, [])
        return self._answer(Reaped)[0]

    def reap_later(self, process: Process) -> None:
        """Collect a killed child when the next one is forked: by then it has ended."""
        self._killed.append(process.server_pid)

    def _order(self, order: dict[str, Any], descriptors: Sequence[int]) -> None:
        try:
            socket.send_fds(self._control, [msgspec.json.encode(order), b"\n"], list(descriptors))
        except OSError as exc:
            raise self._lost(str(exc)) from None

    def _answer(self, kind: type[Answer]) -> tuple[Answer, list[int]]:
        try:
            text, descriptors = receive(self._control)
            return msgspec.json.decode(text, type=kind), descriptors
        except (OSError, msgspec.MsgspecError) as exc:
            raise self._lost(str(exc)) from None

    def _lost(self, why: str) -> ServerLost:
        if self._errors.closed:
            return ServerLost("it had ended before")
        self._end()
        self._errors.seek(0)
        said = self._errors.read(1 << 20).decode(errors="backslashreplace").strip()
        status = self._process.returncode
        self.close()
        return ServerLost(f"exit status {status}, {said.splitlines()[-1] if said else why}")

    def _discard(self) -> None:
        self._control.close()
        if not self._errors.closed:
            self._errors.close()
            self._workspace.remove()

    def _end(self) -> None:
        """Close the socket, which ends the server and its children; kill the server if it does not end."""
        self._control.close()
        try:
            self._process.wait(_FAREWELL)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """End the server and its children, and remove its folder. Safe to call twice."""
        self._end()
        self._discard()


def _pid(pidfd: int | None, inner: int) -> int:
    """The process id in this namespace; ``inner`` is the one in the server's."""
    if pidfd is None:
        return inner
    with open(f"/proc/self/fdinfo/{pidfd}", "rb", buffering=0) as file:
        for line in file.read().splitlines():
            if line.startswith(b"Pid:"):
                return int(line.split()[1])
    return inner
