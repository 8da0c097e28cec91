"""How a child went: its wait status in words.

Invariants: what the child said plays no part; a status that this process brought about itself is not
read here.
"""

from __future__ import annotations

import os
import signal

from ..models import DeathReason, Observation, ObservationKind


def died(reason: DeathReason, detail: str) -> Observation:
    """The observation of a child that is gone."""
    return Observation(kind=ObservationKind.DIED, death=reason, detail=detail)


def cause(status: int, output: int) -> Observation:
    """Read the wait status of a child that nobody here killed; it may write ``output`` bytes."""
    if not os.WIFSIGNALED(status):
        code = os.waitstatus_to_exitcode(status)
        return died(DeathReason.EXIT, f"left with status {code} without answering")
    number = os.WTERMSIG(status)
    if number == signal.SIGSYS:
        detail = "made a system call that only an attack needs (docs/jail.md lists them)"
        return Observation(kind=ObservationKind.REFUSED, death=DeathReason.SYSCALL, detail=detail)
    if number == signal.SIGKILL:
        return died(DeathReason.MEMORY, "killed by nobody here, so most likely by the system for its memory")
    if number == signal.SIGXCPU:
        return died(DeathReason.CPU, "used up its processor time")
    if number == signal.SIGXFSZ:
        return died(DeathReason.OUTPUT, f"wrote more than {output} bytes")
    return died(DeathReason.SIGNAL, f"killed by {signal.Signals(number).name}")
