"""Ruff's fixes as a control group: right, and hardly an improvement.

All fixes of one procedure make one draft. Ruff runs as a process of its own with limits on time and memory,
and reads no settings.

Invariants: without ruff nothing is written, and that is counted; the same source gives the same draft.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..rewriting.process import CHANGED_SOURCE
from ..source.normalise import digest
from ..source.syntax import parsed
from .drafts import Subject

RUFF_SECONDS = 60.0
"""Time limit for one batch of procedures."""
RUFF_MEMORY = 2 << 30
"""Bytes of address space of ruff."""
NAMED_RULES = 4
"""Maximum rules that a reason names."""
_RULES_OF_FORM = "ANN,D,INP,CPY,ERA,F401,T20,COM,Q,W,I,UP,E"
"""Rules whose fixes change how code looks, or what it imports or is annotated with, but not what it does."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A source after ruff's fixes, and why."""

    code: str
    why: str


class RuffFailed(Exception):
    """Ruff did not work."""


def command() -> list[str] | None:
    """How ruff is started here; ``None`` if it is not installed."""
    beside = Path(sys.executable).with_name("ruff")
    found = str(beside) if beside.exists() else shutil.which("ruff")
    return [found] if found else None


def fixes(subjects: Sequence[Subject]) -> tuple[dict[int, Fixed], list[str]]:
    """The fixed source of each subject that ruff changes in more than its form, and what went wrong.

    A source that ruff does not survive costs no other its fixes. Without ruff there are none.
    """
    usable = [one for one in subjects if len(one.code) <= CHANGED_SOURCE and parsed(one.code) is not None]
    start = command()
    return _fixed(start, usable) if start is not None and usable else ({}, [])


def _fixed(start: Sequence[str], subjects: Sequence[Subject]) -> tuple[dict[int, Fixed], list[str]]:
    try:
        return _fixed_at_once(start, subjects), []
    except RuffFailed as error:
        if len(subjects) == 1:
            return {}, [str(error)]
    half = len(subjects) // 2
    first, second = _fixed(start, subjects[:half]), _fixed(start, subjects[half:])
    return first[0] | second[0], first[1] + second[1]


def _fixed_at_once(start: Sequence[str], subjects: Sequence[Subject]) -> dict[int, Fixed]:
    with tempfile.TemporaryDirectory() as folder:
        paths = {one.id: Path(folder, f"p{place}.py") for place, one in enumerate(subjects)}
        for one in subjects:
            paths[one.id].write_bytes(one.code.encode("utf-8", "replace"))
        rules = _rules([*start, *_check(), "--output-format", "json", folder])
        _run([*start, *_check(), "--fix", "--unsafe-fixes", "--quiet", folder])
        found = {}
        for one in subjects:
            code = paths[one.id].read_bytes().decode("utf-8", "replace")
            if parsed(code) is not None and digest(code) != digest(one.code):
                found[one.id] = Fixed(code, _why(rules[paths[one.id].name]))
        return found


def _check() -> list[str]:
    rules = ["--isolated", "--no-cache", "--preview", "--select", "ALL", "--ignore", _RULES_OF_FORM]
    return ["check", *rules, "--target-version", "py311"]


def _rules(arguments: list[str]) -> defaultdict[str, list[tuple[int, str]]]:
    """The lines and rules that ruff can fix, by file."""
    found: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for each in json.loads(_run(arguments) or "[]"):
        if each.get("fix"):
            place = (int(each["location"]["row"]), str(each["code"]))
            found[Path(each["filename"]).name].append(place)
    return found


def _why(rules: list[tuple[int, str]]) -> str:
    """Where ruff fixed what."""
    shown = ", ".join(f"line {line}: {code}" for line, code in sorted(set(rules))[:NAMED_RULES])
    return f"{shown or 'line 1'}: fixed by ruff"


def _run(arguments: list[str]) -> str:
    try:
        done = subprocess.run(
            arguments,
            capture_output=True,
            text=True,
            timeout=RUFF_SECONDS,
            check=False,
            preexec_fn=_limit,
            env={"PATH": os.environ.get("PATH", "")},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RuffFailed(f"ruff did not work: {error}") from None
    if done.returncode not in (0, 1):
        raise RuffFailed(f"ruff ended with exit status {done.returncode}: {done.stderr[-300:].strip()}")
    return done.stdout


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (RUFF_MEMORY, RUFF_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
