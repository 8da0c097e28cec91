"""Makes text from a dream safe to show.

Invariant: the result of ``printable`` can't move a terminal's cursor, change its colours or writing
direction, or fail to encode as UTF-8.
"""

from __future__ import annotations


def printable(text: str, *, limit: int | None = None, multiline: bool = False) -> str:
    r"""Return ``text`` with every unprintable character as a Python escape.

    ``str.isprintable`` decides. Unprintable are controls, bidi and other invisible formatting, unassigned
    characters, separators except the plain space, and lone surrogates. With ``multiline``, newlines and tabs
    stay. Backslashes stay as they are, so the result is for reading, not for parsing.

    ``limit`` is the greatest length of the result, in characters. A longer text ends in ``…``.
    """
    unescaped = "\n\t" if multiline else ""
    head = text if limit is None else text[: limit + 1]
    if not head.isprintable():
        head = "".join(c if c.isprintable() or c in unescaped else _escape(c) for c in head)
    if limit is not None and len(head) > limit:
        return head[: max(limit - 1, 0)] + "…"[:limit]
    return head


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
