"""Text of a dream's made safe to show.

Invariant: what ``printable`` gives can neither move a terminal's cursor, colour it, reverse its writing
direction nor fail to be encoded as UTF-8.
"""

from __future__ import annotations


def printable(text: str, *, limit: int | None = None, multiline: bool = False) -> str:
    r"""Return ``text`` with every character that is not printable as a Python escape.

    What is printable is Unicode's word (``str.isprintable``): controls, bidi and other invisible
    formatting, unassigned characters, separators but the plain space, and lone surrogates are not. With
    ``multiline``, newlines and tabs stay. Backslashes stay as they are, so the result is for reading, not
    for parsing back.

    ``limit`` is the greatest length of the result, in characters; one that would be longer ends in ``…``.
    """
    kept = "\n\t" if multiline else ""
    head = text if limit is None else text[: limit + 1]
    if not head.isprintable():
        head = "".join(c if c.isprintable() or c in kept else _escape(c) for c in head)
    if limit is not None and len(head) > limit:
        return head[: max(limit - 1, 0)] + "…"[:limit]
    return head


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
