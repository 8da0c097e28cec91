"""What writers are given and what they write, before anything is known of it. Plain frozen data, no I/O."""

from __future__ import annotations

import msgspec


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A procedure to vary. ``entry_point`` is the function that is meant, if the store says so."""

    id: int
    name: str
    project: str | None
    code: str
    entry_point: str | None


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A variant that somebody wrote; the prefilter decides whether it becomes a dream.

    ``writer`` is ``transform:NAME``, ``ruff``, ``model:NAME`` or ``plugin:NAME``. ``contract`` is the
    one that it aims at, ``None`` for that of its type. ``parents`` are the ids of the procedures that it was
    made of. ``call`` is the row of the request that brought it. ``matches`` counts procedures of other
    projects that were measured to behave like the subject, ``None`` if that was not measured.
    """

    code: str
    entry_point: str
    dream_type: str
    reasoning: str
    writer: str
    contract: str | None = None
    parents: tuple[int, ...] = ()
    call: int | None = None
    matches: int | None = None
