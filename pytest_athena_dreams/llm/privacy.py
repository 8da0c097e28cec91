"""Procedures that no model may see.

Invariant: a pattern matches the name of a procedure or of its project, as a whole and in the case it is
written in.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase


def is_private(patterns: Sequence[str], name: str | None, project: str | None) -> bool:
    """Whether a procedure with this ``name`` and ``project`` is private; ``*`` and ``?`` stand for
    anything."""
    words = [word for word in (name, project) if word]
    return any(fnmatchcase(word, pattern) for word in words for pattern in patterns)
