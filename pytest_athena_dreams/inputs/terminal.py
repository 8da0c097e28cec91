"""Strategies for what commands do in a world: what they print, and which one of them fails or is missing.

A world has one mood: mostly all commands succeed; in some, one fails, or a program is not installed. It
shrinks to a world in which all succeed and print nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import structs

from ..worlds import CommandAnswer, World
from .draws import Draw, one

_Pick = Callable[[Sequence[Any]], Any]

OUTPUT_LINES, TIMES_ASKED = 4, 3
"""Maximum lines that a command prints, and different outputs one after another."""
_MOODS = ("fine",) * 5 + ("absent",) + ("fails",) * 4
"""The first and the last are drawn more often than others."""
_FAILED_STATUSES = (1, 1, 1, 2, 128, 3, 4, 5)
_COMPLAINTS = ("error: it failed\n", "fatal: not possible\n", "", "warning: old\nerror: a b\n")
_REMARKS = ("", "", "", "From origin\n", "warning: it is old\n")

_PRINTED_FILES = ("a.py", "src/b.py", "docs/c d.md", "b.txt")
_HASHES = ("a1b2c3d", "0f9e8d7", "1234567")
_SUBJECTS = ("Fix #12: a bug", "feat: add b", "Release v1.0.0", "wip")
_VERSIONS = ("1.0.0", "0.9.1", "2.10.3", "3.11.4")
_PRINTED_NAMES = ("main", "feature/x", "app", "web", "db")
_CHANGED = (" M a.py", "?? src/b.py", "A  docs/c d.md", "D  b.txt", "R  a -> b")

_TESTS = (
    "3 passed in 0.12s",
    "1 failed, 2 passed in 0.31s",
    "1 passed, 1 skipped, 2 warnings in 1.05s",
    "2 failed, 1 passed, 1 error in 2.00s",
    "no tests ran in 0.01s",
)
_TEST_LINES = ("...F", "FAILED tests/test_a.py::test_b - assert 1 == 2", "ERROR tests/test_c.py")

_PRINTED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("git status --porcelain", _CHANGED),
    ("git status -s", _CHANGED),
    (
        "git status",
        ("On branch main", "nothing to commit, working tree clean", "Changes not staged for commit:"),
    ),
    ("git log --oneline", tuple(f"{h} {s}" for h, s in zip(_HASHES, _SUBJECTS, strict=False))),
    ("git log", (*_HASHES, *_SUBJECTS, "a1b2c3d|Ann|2026-03-01|Fix")),
    ("git diff --name-only", _PRINTED_FILES),
    (
        "git diff --name-status",
        tuple(f"{mark}\t{name}" for mark, name in zip("MADM", _PRINTED_FILES, strict=True)),
    ),
    ("git diff --numstat", ("3\t1\ta.py", "10\t0\tsrc/b.py", "-\t-\tlogo.png")),
    ("git diff", ("diff --git a/a.py b/a.py", "+import os", "-import sys", "+x = 1", " y = 2")),
    ("git rev-parse --abbrev-ref", _PRINTED_NAMES),
    ("git rev-parse", ("a1b2c3d4e5f60718293a4b5c6d7e8f9001122334", "a1b2c3d", "main")),
    ("git rev-list --count", ("0", "3", "12")),
    ("git branch --show-current", _PRINTED_NAMES),
    ("git branch", ("* main", "  feature/x", "  fix/a-b")),
    ("git tag", ("v1.0.0", "v0.9.1", "v1.1.0-rc1")),
    ("git remote", ("origin", "upstream")),
    ("git ls-files", _PRINTED_FILES),
    ("git stash list", ("stash@{0}: WIP on main: a1b2c3d Fix", "stash@{1}: On main: x")),
    ("git describe", ("v1.0.0", "v1.0.0-3-ga1b2c3d")),
    ("git config", ("Ann", "ann@example.org", "main")),
    ("ls", ("a.py", "b.txt", "src", "data.json")),
    ("find", ("./a.py", "./src/b.py")),
    ("docker ps", ("CONTAINER ID   IMAGE   STATUS", "0f9e8d7   web:1.0.0   Up 2 hours", "web", "db")),
    ("docker images", ("web:1.0.0", "db:0.9.1", "sha256:a1b2c3d")),
    ("pip list", ("Package Version", "requests 2.31.0", "pytest 8.0.0")),
    ("pip freeze", ("requests==2.31.0", "pytest==8.0.0", "a-b==0.1")),
    ("npm", ("added 12 packages", "> build", "1.0.0", "found 0 vulnerabilities")),
    ("ruff", ("src/a.py:1:1: F401 `os` imported but unused", "All checks passed!", "Found 1 error.")),
    ("mypy", ("a.py:3: error: Incompatible types", "Success: no issues found in 2 source files")),
    ("systemctl is-active", ("active", "inactive", "failed", "activating")),
    ("systemctl", ("active", "enabled", "loaded")),
    ("kubectl get", ("NAME READY STATUS", "web-1 1/1 Running", "db-0 0/1 Pending")),
    ("wc", ("3", "12 a.py")),
    ("df", ("Filesystem Size Used Avail Use% Mounted on", "/dev/sda1 50G 20G 28G 42% /")),
    ("ps", ("PID TTY TIME CMD", "1 ? 00:00:01 init", "42 ? 00:00:00 web")),
    ("which", ("/usr/bin/git", "/usr/bin/python3")),
    ("whoami", ("agent", "root")),
    ("hostname", ("host-1",)),
    ("uname", ("Linux", "x86_64")),
    ("date", ("2026-03-14", "1773480600")),
    ("nproc", ("2", "8")),
)
"""What well-known commands print, by their first words: the first entry whose words a command has applies."""


def answered(
    draw: Draw,
    world: World,
    commands: Sequence[Sequence[str]],
    optional: Sequence[str],
    values: Mapping[str, Any],
    words: Sequence[str],
    structured: Callable[[], str] | None,
) -> World:
    """``world`` with answers to ``commands``, whose words may name parameters in braces. Programs
    in ``optional`` may be missing.

    ``words`` are texts of the source and of the arguments, and ``structured`` draws a JSON text if the
    source reads any.
    """
    if not commands:
        return world
    pick = functools.partial(one, draw)
    answers: dict[tuple[str, ...], CommandAnswer] = {}
    known = [tuple(_known(command)) for command in commands]
    quiet = pick((True, False, False))
    for command, own in zip(commands, known, strict=True):
        full = [filled(word, values) for word in command]
        if own in answers or any(own[: len(other)] == other != own for other in known):
            continue  # the answer to a shorter one applies
        times = 0 if quiet else pick((1, 1, 1, TIMES_ASKED))
        outputs = tuple(
            _output(pick, own, [*(word for word in full[len(own) :] if "{" not in word), *words], structured)
            for _ in range(times)
        )
        answers[own] = CommandAnswer(words=own, outputs=outputs or ("",), errors=pick(_REMARKS))
    mood = pick(_MOODS)
    absent: tuple[str, ...] = (pick(optional),) if mood == "absent" and optional else ()
    if mood == "fails":
        own = pick(tuple(answers))
        answers[own] = structs.replace(answers[own], status=pick(_FAILED_STATUSES), errors=pick(_COMPLAINTS))
    plain = [x for x in answers.values() if x.status or x.errors or any(x.outputs)]
    return structs.replace(world, commands=tuple(plain), absent=absent)


def _known(command: Sequence[str]) -> list[str]:
    """The first words of a command, which name no parameter."""
    end = next((n for n, word in enumerate(command) if "{" in word), len(command))
    return list(command[:end])


def filled(word: str, values: Mapping[str, Any]) -> str:
    """A text with the arguments in place of their names in braces."""
    for name, value in values.items():
        word = word.replace("{" + name + "}", str(value) if isinstance(value, str | int) else "")
    return word


def _output(
    pick: _Pick, own: Sequence[str], words: Sequence[str], structured: Callable[[], str] | None
) -> str:
    """What a command that begins with ``own`` prints."""
    special = _special(own)
    usual = _usual(words)
    kinds = ["nothing"] * 5
    kinds += ["special"] * 5 if special else []
    kinds += ["word"] * 4 if usual else []
    kinds += ["json"] * 6 if structured is not None else []
    kind = pick((*kinds, "lines", "lines", "bare"))
    if kind == "nothing":
        return ""
    if kind == "json" and structured is not None:
        return structured()
    if kind == "word":
        return f"{pick((*usual, '1', '42'))}\n"
    if kind == "special" and "pytest" in own:
        return _lines([*(pick(_TEST_LINES) for _ in range(pick((0, 1, 2)))), pick(_TESTS)])
    lines = special if kind == "special" else (*(special or _PRINTED_NAMES), *usual)
    if kind == "bare":
        return str(pick(lines))
    return _lines(pick(lines) for _ in range(pick(range(1, OUTPUT_LINES + 1))))


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


@functools.lru_cache(maxsize=256)
def _special(own: tuple[str, ...]) -> tuple[str, ...]:
    """Lines that a well-known command prints."""
    if "pytest" in own:
        return (*_TESTS, *_TEST_LINES)
    if "--version" in own or "-V" in own:
        return tuple(f"{own[0]} {version}" for version in _VERSIONS)
    text = " ".join(own)
    return next((lines for first, lines in _PRINTED if text.startswith(first)), ())


def _usual(words: Sequence[str]) -> list[str]:
    return [word for word in dict.fromkeys(words) if word.splitlines() == [word]]
