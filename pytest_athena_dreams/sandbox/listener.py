"""The parent's side of a child's filter: refuses system calls with effects, or leaves them to other layers.

The kernel asks here about each call that only a program with effects makes, and about each name that is
opened or looked up. So every refusal is noted, whatever the child's code does with it, in Python or in C.

Invariants: a call is refused, or left to the other layers: nothing that they refuse is allowed here. The
child's memory is read, never written. Another thread of the child may change a name before the kernel reads
it, so names are only for people, never for protection.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import platform
import struct
from collections.abc import Collection
from typing import NamedTuple

from ..worlds import Place
from .acting import DONE, Acting, Named
from .aside import beneath, is_aside
from .jail.refusals import MAX_REFUSALS, PATH_LENGTH, REFUSAL_LENGTH, WRITING_SUFFIX
from .jail.seccomp import EFFECTS, LOOKS, OPENS, SCRATCH_CALLS, WORLD_EFFECTS, WRITING
from .jail.syscalls import numbers
from .meter import opened, queued

_RECEIVE, _SEND = 0xC0502100, 0xC0182101
"""``SECCOMP_IOCTL_NOTIF_RECV`` and ``SECCOMP_IOCTL_NOTIF_SEND`` (linux/seccomp.h), on both architectures."""
_NOTIFICATION, _RESPONSE = struct.Struct("=QIIiIQ6Q"), struct.Struct("=QqiI")
"""``struct seccomp_notif`` and ``struct seccomp_notif_resp``."""
_CONTINUE = 1
_LOADING = -9
"""The value of ``number`` while code loads: below that of any call, even after replies that arrive ahead."""
_PATH_BYTES = 4096
_TEXT_PAGE = 4096
_WORKING_FOLDER = 0xFFFFFF9C
"""``AT_FDCWD`` as 32 bits: names are relative to the working folder."""


_PROCESS = Named("start a process")
_CALLS = {
    "execve": Named("run", 0),
    "execveat": Named("run", 1, 0),
    **dict.fromkeys(("fork", "vfork", "clone"), _PROCESS),
    **dict.fromkeys(("kill", "tgkill"), Named("signal another process")),
    "socket": Named("open a socket"),
    "connect": Named("connect"),
    "bind": Named("bind"),
    "open": Named("open", 0),
    "creat": Named("open", 0),
    "openat": Named("open", 1, 0),
    **dict.fromkeys(("stat", "lstat"), Named("stat", 0)),
    **dict.fromkeys(("newfstatat", "statx"), Named("stat", 1, 0)),
    "access": Named("access", 0),
    **dict.fromkeys(("faccessat", "faccessat2"), Named("access", 1, 0)),
    "readlink": Named("read the link", 0),
    "readlinkat": Named("read the link", 1, 0),
    "mkdir": Named("make the folder", 0),
    "mkdirat": Named("make the folder", 1, 0),
    **dict.fromkeys(("unlink", "rmdir"), Named("delete", 0)),
    "unlinkat": Named("delete", 1, 0),
    "rename": Named("rename", 0),
    **dict.fromkeys(("renameat", "renameat2"), Named("rename", 1, 0)),
    "link": Named("link to", 0),
    "linkat": Named("link to", 1, 0),
    "symlink": Named("make the link", 1),
    "symlinkat": Named("make the link", 2, 1),
    "mknod": Named("make the file", 0),
    "mknodat": Named("make the file", 1, 0),
    "truncate": Named("truncate", 0),
    "chmod": Named("change the mode of", 0),
    "fchmod": Named("change the mode of a file"),
    "fchmodat": Named("change the mode of", 1, 0),
    **dict.fromkeys(("chown", "lchown"), Named("change the owner of", 0)),
    "fchownat": Named("change the owner of", 1, 0),
    **dict.fromkeys(("utime", "utimes"), Named("change the times of", 0)),
    "utimensat": Named("change the times of", 1, 0),
}
"""Every system call that a filter asks about, by name."""
_FLAGS = {"open": 1, "openat": 2}
"""The argument that says whether an open writes."""
_READS = frozenset(f"{OPENS} {LOOKS}".split())
_NETWORK = (2, 10)
"""``AF_INET`` and ``AF_INET6``."""
_FILE_REFUSALS = ("open /", "stat /", "access /", "read the link /")
"""Beginnings of refusals that may be part of a larger one, such as a look-up of a host's name."""


class Allowed(NamedTuple):
    """Files and folders that the other layers let a child read, and its scratch folder, or ``None``."""

    readable: Collection[str]
    scratch: str | None

    def reads(self, path: str) -> bool:
        """Whether a file may be read, by its path or by its real path."""
        if ".." not in path and beneath(path, self.readable):
            return True
        return beneath(os.path.realpath(path), self.readable)

    def looks(self, path: str) -> bool:
        """Whether a name may be looked up; that includes the folders above a readable path."""
        plain = os.path.normpath(path)
        above = "/" if plain == "/" else f"{plain}/"
        roots = self.readable if self.scratch is None else (*self.readable, self.scratch)
        return self.reads(path) or any(root.startswith(above) for root in roots)

    def writes(self, path: str) -> bool:
        """Whether a file may be written."""
        folder, name = os.path.split(os.path.normpath(path))
        real = os.path.join(os.path.realpath(folder), name)
        return real == os.devnull or (self.scratch is not None and beneath(real, [self.scratch]))


class Listener:
    """Answers one child, and notes what was refused to each call.

    ``acting`` does what a child with a world asks.
    """

    def __init__(self, descriptor: int, pid: int, allowed: Allowed, acting: Acting | None = None) -> None:
        self._descriptor = descriptor
        self._process = f"/proc/{pid}"
        self._allowed = allowed
        self._memory: int | None = None
        with contextlib.suppress(OSError):  # on a hardened kernel: then no name is known
            self._memory = os.open(f"{self._process}/mem", os.O_RDONLY | os.O_CLOEXEC)
        self._names = _names()
        self._found: dict[int, dict[str, None]] = {}
        self._acting = acting
        self.number = _LOADING
        """The number of the call whose reply is due."""
        self._schedule = opened("/proc/thread-self/schedstat")
        self._before = self._queued = 0.0

    def fileno(self) -> int:
        return self._descriptor

    def close(self) -> None:
        os.close(self._descriptor)
        for file in (self._memory, self._schedule):
            if file is not None:
                os.close(file)
        self._schedule = None

    def wait(self) -> None:
        """Called before each wait for the child."""
        self._before = queued(self._schedule)

    def queued(self) -> float:
        """Seconds for which this thread queued for a processor before an answer, so far."""
        return self._queued

    def forget(self) -> None:
        """Reset the numbers and notes, because another source is loaded."""
        self.number = _LOADING
        self._found.clear()

    def take(self, number: int) -> tuple[str, ...]:
        """The refusals to the call ``number`` as short texts, files last; they are forgotten here.

        Those from before the first call have the number 0.
        """
        due = [one for one in self._found if one <= number]
        found = dict.fromkeys(words for one in due for words in self._found.pop(one))
        return tuple(sorted(found, key=lambda words: words.startswith(_FILE_REFUSALS)))

    def answer(self, *, ahead: int) -> None:
        """Answer one question; ``ahead`` replies have arrived since ``number`` was set."""
        self._queued += queued(self._schedule) - self._before
        notification = bytearray(_NOTIFICATION.size)
        try:
            fcntl.ioctl(self._descriptor, _RECEIVE, notification)
        except OSError:
            return  # it was killed, or stopped, meanwhile
        ident, _, _, number, _, _, *arguments = _NOTIFICATION.unpack(notification)
        refusal, words = self._judged(self._names.get(number, ""), arguments)
        if words:
            found = self._found.setdefault(self.number + ahead, {})
            if len(found) < MAX_REFUSALS:
                found[words[:REFUSAL_LENGTH]] = None
        done = refusal == DONE
        response = _RESPONSE.pack(ident, 0, 0 if done else -refusal, 0 if refusal or done else _CONTINUE)
        with contextlib.suppress(OSError):
            fcntl.ioctl(self._descriptor, _SEND, bytearray(response))

    def _judged(self, call: str, arguments: list[int]) -> tuple[int, str]:
        """The error number to answer, 0 to leave the call to the other layers, and the text for a refusal."""
        if call not in _CALLS:
            return errno.EPERM, f"system call {call}"
        named = _CALLS[call]
        path = self._path(arguments, named)
        if self._acting is not None:
            if call in _READS:
                self._acting.note(path, arguments[_FLAGS[call]] if call in _FLAGS else None)
            elif (done := self._acting.act(call, arguments, self._path, self._bytes)) is not None:
                return done, ""
        if call not in _READS:
            name = _shown(path) if path else ""
            if call == "socket":
                name = "for the network" if arguments[0] & 0xFFFFFFFF in _NETWORK else "for a local service"
            return errno.EPERM, f"{named.verb} {name}".strip()
        if path is None:
            return 0, ""
        writes = call in _FLAGS and arguments[_FLAGS[call]] & WRITING
        if self._allowed.writes(path):
            return 0, ""
        if writes:
            return errno.EACCES, f"{named.verb} {_shown(path)[:PATH_LENGTH]}{WRITING_SUFFIX}"
        if self._may_look(call, path) or not os.path.lexists(path):
            return 0, ""
        return errno.EACCES, "" if is_aside(path) else f"{named.verb} {_shown(path)}"

    def _may_look(self, call: str, path: str) -> bool:
        return self._allowed.reads(path) if call in _FLAGS else self._allowed.looks(path)

    def _path(self, arguments: list[int], named: Named) -> str | None:
        """The absolute path of a call; ``None`` if it has none or it can't be read.

        Without the index of a name, it is that of an open file.
        """
        if named.name is None and named.folder is None:
            return None
        name = "" if named.name is None else self._text(arguments[named.name])
        if named.name is not None and not name:
            return None
        if name.startswith("/"):
            return name
        try:
            return os.path.join(os.readlink(f"{self._process}/{self._folder(arguments, named)}"), name)
        except OSError:
            return None

    @staticmethod
    def _folder(arguments: list[int], named: Named) -> str:
        number = _WORKING_FOLDER if named.folder is None else arguments[named.folder] & 0xFFFFFFFF
        return "cwd" if number == _WORKING_FOLDER else f"fd/{number}"

    def taken_places(self) -> tuple[Place, ...]:
        """The places in its world that the child looked at; they are forgotten here."""
        return self._acting.taken() if self._acting is not None else ()

    def _bytes(self, address: int, size: int) -> bytes:
        """Bytes of the child's memory; fewer where they can't be read."""
        try:
            return b"" if self._memory is None else os.pread(self._memory, size, address)
        except (OSError, OverflowError):
            return b""

    def _text(self, address: int) -> str:
        """The zero-terminated text at an address in the child's memory; empty if it can't be read."""
        text = b""
        while self._memory is not None and len(text) < _PATH_BYTES and b"\0" not in text:
            try:
                text += os.pread(
                    self._memory, _TEXT_PAGE - (address + len(text)) % _TEXT_PAGE, address + len(text)
                )
            except (OSError, OverflowError):
                return ""
        return os.fsdecode(text[:_PATH_BYTES].partition(b"\0")[0])


def _names() -> dict[int, str]:
    """The names of the calls in ``_CALLS``' filters, by number."""
    by_name = numbers(platform.machine())
    listed = f"{EFFECTS} {OPENS} {LOOKS} {SCRATCH_CALLS} {WORLD_EFFECTS} clone kill tgkill".split()
    return {by_name[name]: name for name in listed if name in by_name}


def _shown(path: str) -> str:
    """A path as text without lone surrogates."""
    return os.fsencode(path).decode(errors="backslashreplace")
