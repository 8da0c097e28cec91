"""What calls left in their worlds: which files differ, and how that reads.

Modes of folders do not count, and a missing change is a change too: more than the procedure did is a fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import IntEnum

from msgspec import structs

from ..models import Canonical
from ..worlds import DATABASE_TEXT, FILE_MODE, Changes, Entry
from .chance import files_without_chance, without_chance
from .contrast import LINES_TAG, as_lines

_AROUND_ROWS = ("BEGIN TRANSACTION;", "COMMIT;")
"""Lines around the statements of a database."""
LEFT_SHOWN = 6
"""Paths that one line of text names."""
_LEFT_TEXT = 4000
"""Characters of a file that are shown line by line."""


class Compared(IntEnum):
    """What is compared of the files that a call left, from nothing to paths, modes and contents.

    ``PATHS`` and ``DRAWN`` leave out what looks drawn by chance: identifiers, in names too.
    """

    NOTHING = 0
    PATHS = 1
    DRAWN = 2
    ALL = 3


def differing_files(expected: Changes, got: Changes, compared: Compared) -> list[str]:
    """The paths at which two calls left something else."""
    if compared is Compared.NOTHING or expected == got:
        return []
    paths = sorted({*expected, *got})
    if compared is Compared.ALL:
        return [path for path in paths if not _alike(path, expected, got)]
    sides = [_without_chance(side, compared) for side in (expected, got)]
    apart = {*(sides[0] - sides[1]), *(sides[1] - sides[0])}
    if not apart:
        return []
    named = {path for path, _ in apart}
    return [path for path in paths if without_chance(path) in named]


def _without_chance(side: Changes, compared: Compared) -> Counter[tuple[str, Entry | None]]:
    """How often there is what is compared."""
    found = files_without_chance(side)
    if compared is Compared.PATHS:
        found = [(path, entry and structs.replace(entry, content=b"")) for path, entry in found]
    return Counter(found)


def steady_part(first: Changes, second: Changes) -> Compared:
    """What two runs of the same call have in common."""
    for compared in (Compared.ALL, Compared.DRAWN, Compared.PATHS):
        if not differing_files(first, second, compared):
            return compared
    return Compared.NOTHING


def _alike(path: str, expected: Changes, got: Changes) -> bool:
    return path in expected and path in got and expected[path] == got[path]


def leavings_words(expected: Changes, got: Changes, paths: Sequence[str]) -> tuple[str, str, str]:
    """A summary of what differs at ``paths``, and what each call left there, for people."""
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return f"left other files behind: {paths[0]}{more}", _left(expected, paths), _left(got, paths)


def _left(changes: Changes, paths: Sequence[str]) -> str:
    said = [f"{path}: {_words(path, changes)}" for path in paths[:LEFT_SHOWN]]
    return "; ".join([*said, *(["…"] if len(paths) > LEFT_SHOWN else [])])


def files_shown(expected: Changes, got: Changes, paths: Sequence[str]) -> tuple[Canonical, Canonical]:
    """What each call left at ``paths`` as a value, to be shown line by line."""
    return _value(expected, paths), _value(got, paths)


def _value(changes: Changes, paths: Sequence[str]) -> Canonical:
    return [LINES_TAG, [line for path in paths[:LEFT_SHOWN] for line in _shown(path, changes)]]


def _words(path: str, changes: Changes) -> str:
    if path not in changes:
        return "unchanged"
    entry = changes[path]
    return "removed" if entry is None else str(entry)


def _shown(path: str, changes: Changes) -> list[str]:
    entry = changes.get(path)
    name = as_lines(path)[0]
    if not isinstance(entry, Entry) or entry.kind != "file":
        return [f"{name}: {_words(path, changes)}"]
    text = entry.content[:_LEFT_TEXT].decode(errors="backslashreplace")
    mode = f" (mode {entry.mode:04o})" if entry.mode != FILE_MODE else ""
    end = (
        "" if not text or text.endswith("\n") or text.startswith(DATABASE_TEXT) else "(no newline at the end)"
    )
    shown = [f"  {line}" for line in as_lines(text) if line not in _AROUND_ROWS]
    return [f"{name}{mode}:", *shown, *([f"  {end}"] if end else [])]
