"""Text that a dream's writer chose, made safe to hand to an agent.

Invariants: it is escaped so that it can't pass for layout, and cut; code stands between marks that are new
each time.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from enum import StrEnum

from ..text import printable
from .shapes import Fenced

NAME_LIMIT, SENTENCE_LIMIT = 80, 300
"""Characters of a name, and of a call or a value."""
CODE_LIMIT = 20_000
"""Characters of code in one field."""
OTHER = "other"
"""Stands for a term of the store that this version does not know."""


def short(text: str) -> str:
    """A name."""
    return printable(text, limit=NAME_LIMIT)


def long(text: str | None) -> str:
    """A call, a value, or a sentence."""
    return printable(text or "", limit=SENTENCE_LIMIT)


def term(text: str | None, known: Collection[str] | type[StrEnum]) -> str:
    """A term of the store: one of ``known``, otherwise ``OTHER``."""
    return text if text is not None and text in set(map(str, known)) else OTHER


def term_or_none(text: str | None, known: Collection[str] | type[StrEnum]) -> str | None:
    """The same, and ``None`` where there is none."""
    return None if text is None else term(text, known)


def fenced(text: str) -> Fenced:
    """Code between two lines with a new mark."""
    mark = secrets.token_hex(8)
    cut = len(text) > CODE_LIMIT
    shown = printable(text[:CODE_LIMIT], multiline=True)
    return Fenced(
        mark=mark,
        text=f"--- data {mark} begins ---\n{shown}\n--- data {mark} ends ---",
        characters=len(shown),
        cut=cut,
    )
