"""What surrounds a call beside files: variables, standard input, the command line, the clock and chance."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from .clock import Clock
from .window import Window

_pipe, _write, _close, _dup2, _open = os.pipe, os.write, os.close, os.dup2, open
_environ, _folder, _mask, _process = os.environ, os.chdir, os.umask, os.getpid
_Random, _update = random.Random, dict.update
_enter, _user, _lstat = os.open, os.getuid, os.lstat
_absolute, _decoded, _is_folder = os.path.abspath, os.fsdecode, os.path.isdir
_USER = "agent"
"""The name of each user and group."""
_FOLDER_ONLY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILES_MASK = 0o022
"""The mask of new files' modes in a world."""


class Scene:
    """The surroundings of one call after another, in the folder ``folder``. ``seed`` is that of chance."""

    def __init__(self, window: Window, folder: str, seed: int) -> None:
        self._window = window
        self._root = folder
        self._seed = seed
        self._variables = dict(_environ)
        self._clock = Clock(window)
        self._given = b""

    def install(self) -> None:
        """Put the shims in place."""
        self._clock.install()
        os.chdir = self._chdir
        for name in ("rename", "replace", "unlink", "remove"):
            setattr(os, name, _looking(getattr(os, name), _lstat))
        os.rmdir = _looking(os.rmdir, self.look_into)
        _know_users(self._root)

    def begin(self) -> None:
        """Set the surroundings as the parent says."""
        found = self._window.ask("scene")
        _folder(self._root)
        _mask(_FILES_MASK)
        variables = self._variables | found["variables"]
        if _environ != variables:
            _environ.clear()
            _environ.update(variables)
        sys.argv[1:] = found["arguments"]
        self._clock.begin(found["clock"])
        self._chance(f"{self._seed} {found['clock']}")
        self._input(found["input"].encode())

    def _chdir(self, path: Any) -> None:
        """As ``os.chdir``."""
        if not isinstance(path, int):
            self.look_into(path)
        _folder(path)

    def look_into(self, folder: Any) -> None:
        """Open and close a folder of the world, so that the parent notes that the code wants one there.

        Raises ``OSError`` where it is none.
        """
        path = _absolute(_decoded(folder))
        if path == self._root or path.startswith(f"{self._root}/"):
            _close(_enter(folder, _FOLDER_ONLY))
        elif not _is_folder(folder):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), folder)

    def _input(self, text: bytes) -> None:
        """Give ``text`` on standard input, which is empty at first."""
        if not text and not self._given:
            return
        self._given = text
        reading, writing = _pipe()
        try:
            _write(writing, text)
            _dup2(reading, 0)
        finally:
            _close(reading)
            _close(writing)
        sys.stdin = _open(0, encoding="utf-8", errors="surrogateescape", closefd=False)

    def _chance(self, seed: str) -> None:
        """Seed what is drawn: at another time other names, because files of earlier calls may be there."""
        source: Any = _Random(seed)
        os.urandom = random._urandom = source.randbytes  # type: ignore[attr-defined]
        names: Any = tempfile._RandomNameSequence()  # type: ignore[attr-defined]
        names._rng, names._rng_pid = _Random(seed), _process()
        tempfile._name_sequence = names  # type: ignore[attr-defined]


def _looking(real: Callable[..., None], look: Callable[[Any], object]) -> Callable[..., None]:
    """``real``, which then looks first at what it takes away, so that the parent notes the place."""

    def act(path: Any, *others: Any, **folders: Any) -> None:
        if not folders:
            with contextlib.suppress(Exception):
                look(path)
        real(path, *others, **folders)

    return act


def _know_users(home: str) -> None:
    """Say who the users and groups are: their databases can't be read in a world, and archives name them."""
    import grp
    import pwd

    def user(uid: int) -> pwd.struct_passwd:
        return pwd.struct_passwd((_USER, "x", uid, uid, "", home, "/bin/sh"))

    def group(gid: int) -> grp.struct_group:
        return grp.struct_group((_USER, "x", gid, []))

    def by_name(make: Callable[[int], Any]) -> Callable[[str], Any]:
        def get(name: str) -> Any:
            if name != _USER:
                raise KeyError(f"name not found: {name!r}")
            return make(_user())

        return get

    vars(pwd).update(getpwuid=user, getpwnam=by_name(user), getpwall=lambda: [user(_user())])
    vars(grp).update(getgrgid=group, getgrnam=by_name(group), getgrall=lambda: [group(_user())])
