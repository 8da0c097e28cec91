"""Turns a child's wait status into an observation.

Invariants: nothing here depends on what the child said. Never pass the status of a child that the parent
killed.
"""

from __future__ import annotations

import os
import signal

from ..models import DeathReason, Observation, ObservationKind


class Over(Exception):
    """The child has more of something than it may; the arguments are the reason and a detail."""


def died(reason: DeathReason, detail: str) -> Observation:
    """The observation of a child that died for ``reason``."""
    return Observation(kind=ObservationKind.DIED, death=reason, detail=detail)


def cause(status: int, output: int) -> Observation:
    """Read the wait status of a child that the parent did not kill; its output limit is ``output`` bytes."""
    if not os.WIFSIGNALED(status):
        code = os.waitstatus_to_exitcode(status)
        return died(DeathReason.EXIT, f"exited with status {code} without answering")
    number = os.WTERMSIG(status)
    if number == signal.SIGSYS:
        detail = "made a system call that only an attack needs (docs/jail.md lists them)"
        return Observation(kind=ObservationKind.REFUSED, death=DeathReason.SYSCALL, detail=detail)
    if number == signal.SIGKILL:
        return died(
            DeathReason.MEMORY, "killed, but not by this tool: most likely by the system for its memory"
        )
    if number == signal.SIGXCPU:
        return died(DeathReason.CPU, "used up its processor time")
    if number == signal.SIGXFSZ:
        return died(DeathReason.OUTPUT, f"wrote more than {output} bytes")
    return died(DeathReason.SIGNAL, f"killed by {signal.Signals(number).name}")
