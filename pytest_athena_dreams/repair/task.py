"""The input and output of a repair."""

from __future__ import annotations

from dataclasses import dataclass

from ..models import Category


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The facts about a failed dream that repairs use; ``call`` and ``expected`` are its first fault's."""

    code: str
    procedure: str | None
    entry: str | None
    category: Category
    summary: str
    call: str | None
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A repaired source; ``kind`` is a short name, ``why`` a sentence for people."""

    kind: str
    why: str
    code: str
