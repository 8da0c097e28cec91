"""Which files of a world a command could read, so that what they hold at its time counts.

Most commands name them. Some read all that is there; tools for code read the code. Files that a call makes
for itself, such as a report, do not count for these tools: independent commands may run before or after.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence

from ..worlds import ROOT_PATH, SHELL, Request

_READ_ALL = {"git add": ("-a", "-A", "--all", "."), "git commit": ("-a", "-am", "--all")}
"""Commands that read all files if they have one of these words."""
_READ_ALL_ALWAYS = ("git stash", "docker build")
_CHECKERS = ("pytest", "ruff", "mypy", "black", "flake8", "pylint", "bandit", "isort", "python -m")
"""Tools that read the files and folders that they name, or otherwise the code in the working folder."""
_BUILDERS = ("make", "tox", "nox", "npm", "yarn", "pnpm", "cargo", "go", "docker compose", "uv", "poetry")
"""Tools that read the code in the working folder."""
_CODE_FILE = re.compile(
    r"(.*/)?(Makefile|Dockerfile|[\w.-]+\.(py|pyi|toml|cfg|ini|yml|yaml|js|ts|jsx|tsx|go|rs|c|h|cpp|java|rb|sh|mod))"
)
_SHELL_MARKS = re.compile(r"[\s;&|<>()'\"]+")


def sees_files(request: Request, exists: Callable[[str], bool]) -> bool:
    """Whether a command could read a file; ``exists`` says whether one is there, or was before the call."""
    words = _words_of(request)
    first = {words[0], " ".join(words[:2])} if words else set()
    if first & {*_READ_ALL, *_READ_ALL_ALWAYS, *_CHECKERS, *_BUILDERS}:
        return True
    base = f"{request.folder}/" if request.folder else ""
    return any(exists(path) for word in words[1:] if (path := _relative(base, word)) not in ("", "."))


def sees(request: Request, path: str, *, known: bool) -> bool:
    """Whether a command could read the file at ``path``; ``known`` says that it was there before the call."""
    words = _words_of(request)
    if not words:
        return False
    base = f"{request.folder}/" if request.folder else ""
    if not path.startswith(base) and not any(word.startswith(("/", "..")) for word in words):
        return False
    named = [_relative(base, word) for word in words[1:]]
    if any(one and (path == one or path.startswith(f"{one}/")) for one in named):
        return True
    first = {words[0], " ".join(words[:2])}
    if first & {*_READ_ALL_ALWAYS} or any({*words} & {*_READ_ALL.get(one, ())} for one in first):
        return True
    code = _CODE_FILE.fullmatch(path) is not None
    if first & {*_BUILDERS}:
        return known or code
    return code and bool(first & {*_CHECKERS}) and not _names_paths(words)


def _words_of(request: Request) -> tuple[str, ...]:
    """The words of a command, or those in a script."""
    words = request.words
    if words[:2] == SHELL and len(words) > 2:
        return tuple(filter(None, _SHELL_MARKS.split(words[2])))
    return words


def _names_paths(words: Sequence[str]) -> bool:
    """Whether a tool was told what to check: a word beyond what it is to do, other than the whole folder."""
    start = 3 if words[:2] == ("python", "-m") else 2 if words[0] == "ruff" else 1
    return any(not word.startswith("-") and word != "." for word in words[start:])


def _relative(base: str, word: str) -> str:
    plain = os.path.normpath(word if word.startswith("/") else f"{base}{word}")
    return plain.removeprefix(ROOT_PATH).lstrip("/")
