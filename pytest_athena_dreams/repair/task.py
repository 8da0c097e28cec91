"""What a repair is made from, and what it makes."""

from __future__ import annotations

from dataclasses import dataclass

from ..models import Category


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A failed dream, as far as a repair needs to know it; ``call`` and ``expected`` are a fault's."""

    code: str
    procedure: str | None
    entry: str | None
    category: Category
    summary: str
    call: str | None
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A mended source; ``kind`` is a word, ``why`` a sentence for people."""

    kind: str
    why: str
    code: str
