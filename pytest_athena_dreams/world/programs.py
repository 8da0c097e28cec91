"""Commands in a world: their canonical form, and what they print and exit with.

Invariants: an answer depends on the world, the command and how often it was asked, and on nothing else.
"""

from __future__ import annotations

import errno
import os
import re
import shlex
import sys
from collections.abc import Sequence
from typing import NamedTuple

from ..worlds import SHELL, CommandAnswer, Request, World

_PYTHON_WORD = "python"
"""The first word of a command that runs Python."""
_ANY_PYTHON = re.compile(r"python3?(\.\d+)?")
_SHELLS = ("/bin/sh", "sh", "/bin/bash", "bash", "/usr/bin/bash", "/usr/bin/sh")
_PROGRAM_FOLDERS = ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")
_PLAIN_SCRIPT = re.compile(r"[\w@%+=:,./ \"'-]+")
"""A script that a shell only splits into words: it expands and redirects nothing."""
_ASSIGNMENT = re.compile(r"\w+=")
CHANGE_FOLDER = "cd"
_NOT_FOUND = 127
_THIRD_WORD_COUNTS = ("compose", "-m", "run")
"""Second words after which the third one says what a command does."""
OUTPUT_CHARACTERS = 1 << 14
"""Maximum characters that a command prints to one stream: a pipe holds them, whoever reads it."""


class Ran(NamedTuple):
    """How a command ended: an error number if it could not start, its output, and its exit status."""

    error: int = 0
    out: str = ""
    err: str = ""
    status: int = 0


def canonical_words(words: Sequence[str]) -> tuple[str, ...]:
    """A command's words without what does not change what is run: a shell around it, a program's folder."""
    if is_script(words):
        script = words[2].strip()
        split = _split(script)
        return split if split else (*SHELL, script)
    return (_program(words[0]), *words[1:]) if words else ()


def steps(words: Sequence[str]) -> list[tuple[str, ...]]:
    """The commands of a script that runs each after the last one succeeded, or the command itself."""
    if is_script(words):
        parts = [_split(part.strip()) for part in words[2].split("&&")]
        if (
            len(parts) > 1
            and all(parts)
            and all(len(part) == 2 for part in parts if part[0] == CHANGE_FOLDER)
        ):
            return parts
    return [canonical_words(words)]


def _split(script: str) -> tuple[str, ...]:
    if not _PLAIN_SCRIPT.fullmatch(script) or _ASSIGNMENT.match(script):
        return ()
    try:
        words = shlex.split(script)
    except ValueError:
        return ()
    return (_program(words[0]), *words[1:])


def _program(word: str) -> str:
    folder, name = os.path.split(word)
    name = name if folder in _PROGRAM_FOLDERS else word
    own = word in (sys.executable, os.path.realpath(sys.executable)) or _ANY_PYTHON.fullmatch(name)
    return _PYTHON_WORD if own else name


def place_of(program: str, world: World) -> str | None:
    """Where a program is installed; ``None`` if it is not."""
    return None if program in world.absent or not program else f"/usr/bin/{program}"


def own_words(words: Sequence[str]) -> int:
    """How many first words say what a command does: ``git push``, ``docker compose pull``."""
    most = 3 if len(words) > 2 and words[1] in _THIRD_WORD_COUNTS else 2
    plain = next((n for n, word in enumerate(words) if n and word.startswith("-") and word != "-m"), most)
    return min(plain, most, len(words))


def is_script(words: Sequence[str]) -> bool:
    """Whether a command has a shell run a script."""
    return len(words) == 3 and words[0] in _SHELLS and words[1] == "-c"


def ran(request: Request, world: World, before: int, *, script: bool = False) -> Ran:
    """What a command does that was asked ``before`` times, by itself or in a ``script``."""
    words = request.words
    if words[:2] == SHELL and len(words) > 2:
        words = tuple(words[2].split())
    if request.target in world.absent:
        if script:
            return Ran(err=f"/bin/sh: 1: {request.target}: not found\n", status=_NOT_FOUND)
        return Ran(error=errno.ENOENT)
    answer = _matching(words, world)
    if answer is None:
        return Ran()
    output = answer.outputs[min(before, len(answer.outputs) - 1)]
    return Ran(0, output[:OUTPUT_CHARACTERS], answer.errors[:OUTPUT_CHARACTERS], answer.status)


def _matching(words: Sequence[str], world: World) -> CommandAnswer | None:
    """The answer that has the most first words in common with a command, and all that say what it does."""
    best, most = None, -1
    for answer in world.commands:
        common = next(
            (n for n, pair in enumerate(zip(words, answer.words, strict=False)) if pair[0] != pair[1]),
            min(len(words), len(answer.words)),
        )
        if common >= own_words(answer.words) and common > most:
            best, most = answer, common
    return best
