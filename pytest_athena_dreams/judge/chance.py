"""Hides what looks drawn by chance in names, texts and requests: identifiers, and names of temporary files.

Only where a procedure's own runs differ in nothing else, dreams are compared without it.
"""

from __future__ import annotations

import re

from msgspec import structs

from ..worlds import Changes, Entry, Request

_HIDDEN = "…"
_LONG_WORD = 8
"""Characters of a word whose length counts."""
_BY_CHANCE = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|tmp[a-z0-9_]{8}|[0-9a-f]{6,}"
    r"|(?=[A-Za-z_]*\d)\w{8,}|\d+(?:\.\d+)?"
)
"""UUIDs, names of ``tempfile``, hexadecimal digits, long words with a digit, and numbers."""


def without_chance(text: str) -> str:
    """``text`` with one character in place of whatever looks drawn, and the length of long words."""
    return _BY_CHANCE.sub(_hidden, text)


def _hidden(found: re.Match[str]) -> str:
    word = found[0]
    return (
        f"{_HIDDEN}{len(word)}"
        if len(word) >= _LONG_WORD and not word.replace(".", "").isdecimal()
        else _HIDDEN
    )


def request_without_chance(request: Request) -> Request:
    """The same request, without what looks drawn in any of its parts."""
    return structs.replace(
        request,
        words=tuple(map(without_chance, request.words)),
        folder=without_chance(request.folder),
        details={name: value and without_chance(value) for name, value in request.details.items()},
        body=without_chance(request.body),
        sees=dict(files_without_chance(request.sees)),
    )


def files_without_chance(changes: Changes) -> list[tuple[str, Entry | None]]:
    """What was left, without what looks drawn in paths and contents; paths may then be the same."""
    found = [(without_chance(path), _entry_without_chance(entry)) for path, entry in changes.items()]
    return sorted(found, key=repr)


def _entry_without_chance(entry: Entry | None) -> Entry | None:
    if entry is None:
        return None
    text = without_chance(entry.content.decode(errors="surrogateescape"))
    return structs.replace(entry, content=text.encode(errors="surrogateescape"))
