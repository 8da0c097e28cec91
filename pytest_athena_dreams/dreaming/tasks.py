"""Messages between the parent and the process that changes sources. Plain frozen data."""

from __future__ import annotations

import msgspec

from .drafts import Subject


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A subject, and the names of the transforms to apply."""

    subject: Subject
    transforms: tuple[str, ...]


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A variant that ``transform`` made."""

    transform: str
    code: str
    why: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a task. ``faults`` are errors of transforms, by name: bugs of this tool."""

    entry_point: str = ""
    made: tuple[Made, ...] = ()
    faults: dict[str, str] = {}
