"""Turns a child's reply, or its death, into an observation."""

from __future__ import annotations

import errno
import os
from dataclasses import replace

from msgspec import structs

from ..models import Observation, ObservationKind, Raised
from . import wire
from .jail.refusals import IF_THERE


def observe(reply: wire.Reply | Observation, *, cpu: float, elapsed: float) -> Observation:
    """The observation of a reply, or of the death in its place, with the seconds used.

    Checks paths that the child could not open against the file system here.
    """
    if isinstance(reply, Observation):
        return structs.replace(reply, cpu=cpu, elapsed=elapsed)
    if isinstance(reply, wire.Threw):
        reply = structs.replace(reply, raised=_denied_if_hidden(reply.raised))
    assert isinstance(reply, wire.Returned | wire.Threw | wire.Reached)
    if not isinstance(reply, wire.Reached) and reply.refused:
        reply = structs.replace(reply, refused=tuple(filter(None, map(_refusal, reply.refused))))
    return to_observation(reply, cpu=cpu, elapsed=elapsed)


def to_observation(
    reply: wire.Returned | wire.Threw | wire.Reached, *, cpu: float = 0.0, elapsed: float = 0.0
) -> Observation:
    """The observation that a reply describes, with the seconds used."""
    if isinstance(reply, wire.Returned):
        return Observation(
            kind=ObservationKind.RETURNED,
            value=reply.value,
            changed=reply.changed,
            took=reply.took,
            awaited=reply.awaited,
            refused=reply.refused,
            printed=reply.printed,
            cpu=cpu,
            elapsed=elapsed,
        )
    if isinstance(reply, wire.Threw):
        return Observation(
            kind=ObservationKind.RAISED,
            raised=reply.raised,
            changed=reply.changed,
            awaited=reply.awaited,
            refused=reply.refused,
            printed=reply.printed,
            cpu=cpu,
            elapsed=elapsed,
        )
    return Observation(kind=ObservationKind.RETURNED, lines=reply.lines, cpu=cpu, elapsed=elapsed)


def _refusal(refused: str) -> str | None:
    """A noted attempt if the jail refused it; ``None`` for a file that does not exist outside either."""
    if not refused.startswith(IF_THERE):
        return refused
    path = refused.removeprefix(f"{IF_THERE}open ")
    return f"open {path}" if path.startswith("/") and "\0" not in path and os.path.lexists(path) else None


def _denied_if_hidden(raised: Raised) -> Raised:
    """Report ENOENT as EACCES if the file exists outside, so verdicts don't depend on the jail mode."""
    path = raised.path or ""
    if raised.errno != errno.ENOENT or not path.startswith("/") or not os.path.lexists(path):
        return raised
    return replace(raised, errno=errno.EACCES)
