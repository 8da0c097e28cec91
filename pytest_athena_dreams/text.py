"""Makes text from a dream safe to show.

Invariants: the result of ``printable`` can't move a terminal's cursor, change its colours or writing
direction, or fail to encode as UTF-8. Under a CI runner it holds no command for that runner.
"""

from __future__ import annotations

import os
import re

RUNNERS = ("GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION")
"""Variables of the CI runners that run commands found in the output: GitHub's, Azure's and TeamCity's."""

_ANYWHERE = re.compile(r"#(?=#\w*\[)")
"""``##[command]``, ``##vso[command]``, ``##teamcity[command]``: commands wherever they are in a line."""
_AT_THE_START = re.compile(r"(^|\r)([^\S\r\n]*):(?=:)", re.MULTILINE)
"""``::command::``: a command at the start of a line, whitespace aside."""
_AT_ANY_WIDTH = re.compile(r"():(?=:)()")
"""The same in text that something else breaks into lines."""


def printable(text: str, *, limit: int | None = None, multiline: bool = False) -> str:
    """Return ``text`` as it can be shown on a terminal: :func:`visible` and :func:`inert`.

    ``limit`` is the greatest length of the result, in characters. A longer text ends in ``…``.
    """
    shown = inert(visible(text, limit=limit, multiline=multiline))
    return shown if limit is None else _cut(shown, limit)


def visible(text: str, *, limit: int | None = None, multiline: bool = False) -> str:
    r"""Return ``text`` with every unprintable character as a Python escape.

    ``str.isprintable`` decides. Unprintable are controls, bidi and other invisible formatting, unassigned
    characters, separators except the plain space, and lone surrogates. With ``multiline``, newlines and tabs
    stay. Backslashes stay as they are, so the result is for reading, not for parsing. ``limit`` is that of
    :func:`printable`.
    """
    unescaped = "\n\t" if multiline else ""
    head = text if limit is None else text[: limit + 1]
    if not head.isprintable():
        head = "".join(c if c.isprintable() or c in unescaped else _escape(c) for c in head)
    return head if limit is None else _cut(head, limit)


def inert(text: str, *, wrapped: bool = False) -> str:
    r"""Return ``text`` without commands for a CI runner, if this process runs under one.

    One character of each mark becomes its escape, as in ``\u0023#[``. In a string of JSON or of Python source
    that is the same character, so both keep their meaning. ``wrapped`` is for text that another program may
    break into lines at any place.
    """
    if ("##" in text or "::" in text) and any(os.environ.get(name) for name in RUNNERS):
        text = _ANYWHERE.sub(r"\\u0023", text)
        text = (_AT_ANY_WIDTH if wrapped else _AT_THE_START).sub(r"\1\2\\u003a", text)
    return text


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: max(limit - 1, 0)] + "…"[:limit]


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
