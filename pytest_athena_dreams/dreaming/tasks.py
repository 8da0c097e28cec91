"""Messages between the parent and the process that changes sources. Plain frozen data."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from .drafts import Subject

WORKSHOP = "pytest_athena_dreams.dreaming.workshop"
"""The module that the process imports."""


class Role(StrEnum):
    """What another procedure can do for a subject."""

    SAME = "same"
    """It gives the same results."""
    NEXT = "next"
    """It takes what the subject returns."""
    BESIDE = "beside"
    """It takes the same arguments."""
    PART = "part"
    """It does what a piece of the subject does."""


class Partner(msgspec.Struct, frozen=True, kw_only=True):
    """Another procedure, and its role. ``how`` says in words how that is known; ``piece`` numbers a piece.

    ``arguments`` are the subject's parameters that it takes, in its order; all as they are if there are none.
    """

    subject: Subject
    role: Role
    how: str
    piece: int = 0
    arguments: tuple[str, ...] = ()


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a subject as a function of its own, with ``arity`` parameters."""

    code: str
    entry_point: str
    arity: int


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A subject, the names of the transforms to apply, and whether its pieces are asked for."""

    subject: Subject
    transforms: tuple[str, ...]
    partners: tuple[Partner, ...] = ()
    pieces: bool = False


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A variant that ``transform`` made of the subject and the procedure with the id ``other``."""

    transform: str
    code: str
    why: str
    other: int | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a task. ``faults`` are errors of transforms, by name: bugs of this tool."""

    entry_point: str = ""
    made: tuple[Made, ...] = ()
    pieces: tuple[Piece, ...] = ()
    faults: dict[str, str] = {}
