"""What surrounds a call beside files: variables, standard input, the command line, the clock and chance."""

from __future__ import annotations

import os
import random
import sys
import tempfile
from typing import Any

from .clock import Clock
from .window import Window

_pipe, _write, _close, _dup2, _open = os.pipe, os.write, os.close, os.dup2, open
_environ, _folder, _mask, _process = os.environ, os.chdir, os.umask, os.getpid
_Random, _update = random.Random, dict.update
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
        self._chance()
        self._input(found["input"].encode())

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

    def _chance(self) -> None:
        source: Any = _Random(self._seed)
        os.urandom = random._urandom = source.randbytes  # type: ignore[attr-defined]
        names: Any = tempfile._RandomNameSequence()  # type: ignore[attr-defined]
        names._rng, names._rng_pid = _Random(self._seed), _process()
        tempfile._name_sequence = names  # type: ignore[attr-defined]
