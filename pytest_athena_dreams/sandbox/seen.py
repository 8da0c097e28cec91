"""From a child's reply, or its death, to an observation."""

from __future__ import annotations

import errno
import os
from dataclasses import replace

from msgspec import structs

from ..models import Observation, ObservationKind, Raised
from . import wire
from .jail.refusals import IF_THERE


def seen(reply: wire.Reply | Observation, *, cpu: float, elapsed: float) -> Observation:
    """What a reply tells, or the death that came in its place, with what was used."""
    if isinstance(reply, Observation):
        return structs.replace(reply, cpu=cpu, elapsed=elapsed)
    if isinstance(reply, wire.Threw):
        reply = structs.replace(reply, raised=_refused(reply.raised))
    assert isinstance(reply, wire.Returned | wire.Threw | wire.Reached)
    if not isinstance(reply, wire.Reached) and reply.refused:
        reply = structs.replace(reply, refused=tuple(filter(None, map(_counted, reply.refused))))
    return observed(reply, cpu=cpu, elapsed=elapsed)


def observed(
    reply: wire.Returned | wire.Threw | wire.Reached, *, cpu: float = 0.0, elapsed: float = 0.0
) -> Observation:
    """The observation of a call, from the reply to it and what it used."""
    if isinstance(reply, wire.Returned):
        return Observation(
            kind=ObservationKind.RETURNED,
            value=reply.value,
            changed=reply.changed,
            took=reply.took,
            awaited=reply.awaited,
            refused=reply.refused,
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
            cpu=cpu,
            elapsed=elapsed,
        )
    return Observation(kind=ObservationKind.RETURNED, lines=reply.lines, cpu=cpu, elapsed=elapsed)


def _counted(refused: str) -> str | None:
    """An attempt that the jail refused; ``None`` for a file that is not there outside either."""
    if not refused.startswith(IF_THERE):
        return refused
    path = refused.removeprefix(f"{IF_THERE}open ")
    return f"open {path}" if path.startswith("/") and "\0" not in path and os.path.lexists(path) else None


def _refused(raised: Raised) -> Raised:
    """A file that is there for this process and not for the child was kept from it, as one that is denied is.

    Which of the two happens depends on the mode of the jail, and a verdict must not.
    """
    path = raised.path or ""
    if raised.errno != errno.ENOENT or not path.startswith("/") or not os.path.lexists(path):
        return raised
    return replace(raised, errno=errno.EACCES)
