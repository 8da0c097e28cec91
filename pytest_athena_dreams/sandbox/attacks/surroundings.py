"""Targets for hostile dreams, set up before an attack and inspected afterwards from outside.

Invariants: everything here belongs to this process and is removed when the block ends; harm is found by
inspecting the targets, never by believing the dream. Linux only.
"""

from __future__ import annotations

import contextlib
import os
import platform
import resource
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from ..jail.syscalls import known, numbers

_SETTLE = 2.0
"""Seconds that killed processes may take to disappear."""


class Surroundings:
    """A secret, files, listening sockets and a process to attack. Use it in a ``with`` block."""

    def __init__(self) -> None:
        self.secret = secrets.token_hex(16)
        self.mark = "athena-dreams-" + secrets.token_hex(8)
        self._resources = contextlib.ExitStack()

    def __enter__(self) -> Surroundings:
        with contextlib.ExitStack() as resources:
            self._lay_out(resources)
            self._resources = resources.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._resources.close()

    def _lay_out(self, resources: contextlib.ExitStack) -> None:
        folder = Path(resources.enter_context(tempfile.TemporaryDirectory(prefix="athena-dreams-attack-")))
        folder.chmod(0o755)
        self._folder = folder / "files"
        self._folder.mkdir()
        (self._folder / "secret").write_text(self.secret)
        (self._folder / "target").write_text("untouched")
        self._listeners: dict[str, socket.socket] = {}
        for name, family, kind, address in (
            ("tcp", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            ("udp", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            ("unix", socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "stream")),
            ("unixgram", socket.AF_UNIX, socket.SOCK_DGRAM, str(folder / "datagrams")),
            ("abstract", socket.AF_UNIX, socket.SOCK_STREAM, "\0" + self.mark),
        ):
            listener = resources.enter_context(socket.socket(family, kind))
            listener.bind(address)
            listener.setblocking(False)
            if kind == socket.SOCK_STREAM:
                listener.listen()
            self._listeners[name] = listener
        sleep = [shutil.which("sleep") or sys.executable, "3600"]
        self._victim = resources.enter_context(subprocess.Popen(sleep, start_new_session=True))
        resources.callback(self._victim.kill)
        self._files = self._snapshot()
        self._standing = self._victim_standing()

    def where(self) -> dict[str, Any]:
        """The argument of an attack: where its targets are."""
        addresses = {name: listener.getsockname() for name, listener in self._listeners.items()}
        return {
            "secret": str(self._folder / "secret"),
            "target": str(self._folder / "target"),
            "tcp": addresses["tcp"][1],
            "udp": addresses["udp"][1],
            "unix": addresses["unix"],
            "unixgram": addresses["unixgram"],
            "abstract": "\0" + self.mark,
            "victim": self._victim.pid,
            "parent": os.getpid(),
            "mark": self.mark,
            "numbers": numbers(platform.machine()) if known(platform.machine()) else {},
        }

    def harm(self, output: str) -> list[str]:
        """The harm done, as texts; ``output`` is everything that came out of the jail."""
        found = []
        if self.secret in output:
            found.append("the secret got out")
        if self._snapshot() != self._files:
            found.append("files were changed")
        found += [
            f"a file was left in {f}" for f in ("/tmp", "/dev/shm") if os.path.exists(f"{f}/{self.mark}")
        ]
        found += [f"something reached the {n} socket" for n, s in self._listeners.items() if _reached(s)]
        if self._victim.poll() is not None:
            found.append("another process was killed")
        elif self._victim_standing() != self._standing:
            found.append("another process was interfered with")
        return found

    def _snapshot(self) -> dict[str, tuple[Any, ...]]:
        seen: dict[str, tuple[Any, ...]] = {}
        for path in [self._folder, *sorted(self._folder.rglob("*"))]:
            status = path.lstat()
            content = path.read_bytes() if path.is_file() else b""
            attributes = tuple(os.listxattr(path, follow_symlinks=False))
            seen[str(path)] = (status.st_mode, status.st_uid, status.st_mtime_ns, content, attributes)
        return seen

    def _victim_standing(self) -> tuple[Any, ...]:
        pid = self._victim.pid
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        limits = resource.prlimit(pid, resource.RLIMIT_CPU)
        stopped = state in "Tt"
        return stopped, os.getpriority(os.PRIO_PROCESS, pid), os.sched_getaffinity(pid), limits


def _reached(listener: socket.socket) -> bool:
    try:
        if listener.type == socket.SOCK_STREAM:
            listener.accept()[0].close()
        else:
            listener.recv(1)
    except BlockingIOError:
        return False
    return True


def processes(mark: str) -> set[int]:
    """Processes with ``mark`` in their command line, such as all of one fork server."""
    found = set()
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            with contextlib.suppress(OSError):
                if mark.encode() in Path(f"/proc/{entry}/cmdline").read_bytes():
                    found.add(int(entry))
    return found


def left_over(mark: str, before: set[int]) -> list[str]:
    """A text if the processes of a fork server differ from ``before`` even after ``_SETTLE`` seconds."""
    until = time.monotonic() + _SETTLE
    while (now := processes(mark)) != before:
        if time.monotonic() > until:
            gone = f", {len(before - now)} of its own gone" if before - now else ""
            return [f"{len(now - before)} processes were left{gone}"]
        time.sleep(0.01)
    return []


def end(pids: set[int]) -> None:
    """Kill the processes that an attack left, so that the next attack starts from the same state."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
