"""Turns a child's reply, or its death, into an observation."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from typing import NamedTuple

from msgspec import structs

from ..models import Observation, ObservationKind, Raised
from . import wire
from .aside import is_aside
from .jail.refusals import IF_THERE, MAX_REFUSALS


class Refused(NamedTuple):
    """The refusals of one call that the kernel reported, and whether the child's own report counts too."""

    reported: tuple[str, ...] = ()
    own_counts: bool = True


def observe(
    reply: wire.Reply | Observation, *, cpu: float, elapsed: float, refused: Refused | None = None
) -> Observation:
    """The observation of a reply, or of the death in its place, with the seconds used.

    Checks paths that the child could not open against the file system here.
    """
    refused = refused or Refused()
    if isinstance(reply, Observation):
        found = refused.reported if reply.kind is ObservationKind.TIMED_OUT else ()
        return structs.replace(reply, cpu=cpu, elapsed=elapsed, refused=found)
    if isinstance(reply, wire.Threw):
        reply = structs.replace(reply, raised=_denied_if_hidden(reply.raised))
    assert isinstance(reply, wire.Returned | wire.Threw | wire.Reached)
    if not isinstance(reply, wire.Reached) and (reply.refused or refused.reported):
        own = filter(None, map(_refusal, reply.refused if refused.own_counts else ()))
        merged = tuple(dict.fromkeys([*own, *refused.reported]))
        reply = structs.replace(reply, refused=merged[: 2 * MAX_REFUSALS])
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
            patterns=reply.patterns,
            cpu=cpu,
            elapsed=elapsed,
        )
    if isinstance(reply, wire.Threw):
        return Observation(
            kind=ObservationKind.RAISED,
            raised=reply.raised,
            value=reply.value,
            changed=reply.changed,
            awaited=reply.awaited,
            refused=reply.refused,
            printed=reply.printed,
            patterns=reply.patterns,
            cpu=cpu,
            elapsed=elapsed,
        )
    return Observation(kind=ObservationKind.RETURNED, lines=reply.lines, cpu=cpu, elapsed=elapsed)


def _refusal(refused: str) -> str | None:
    """What the jail refused; ``None`` for a file that is missing outside too, or that libraries read."""
    if is_aside(refused.removeprefix(IF_THERE).removeprefix("open ")):
        return None
    if not refused.startswith(IF_THERE):
        return refused
    path = refused.removeprefix(f"{IF_THERE}open ")
    return f"open {path}" if path.startswith("/") and os.path.lexists(path) else None


def _denied_if_hidden(raised: Raised) -> Raised:
    """Report ENOENT as EACCES if the file exists outside, so verdicts don't depend on the jail mode."""
    path = raised.path or ""
    if raised.errno != errno.ENOENT or not path.startswith("/") or not os.path.lexists(path):
        return raised
    return replace(raised, errno=errno.EACCES)
