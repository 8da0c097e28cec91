"""What a child may have of things that no kernel limit covers: threads, and space in its scratch folder."""

from __future__ import annotations

from ..models import DeathReason
from .death import Over
from .meter import Meter
from .scratch import Scratch

THREADS = 256
"""Threads that a child may have. RLIMIT_NPROC would count all processes of a user, and none of root's."""
_SETTLING = 10.0
"""Seconds that the threads of a stopped child may take to stop: on a loaded machine they do so late."""


class Quota:
    """The checks of one child. Each raises ``Over``."""

    def __init__(self, meter: Meter, scratch: Scratch | None) -> None:
        self._meter = meter
        self._scratch = scratch

    def check(self) -> None:
        """Check threads and scratch space."""
        self.check_scratch()
        if self._meter.threads() > THREADS:
            raise Over(DeathReason.SIGNAL, f"killed for having more than {THREADS} threads")

    def check_scratch(self) -> None:
        """Check scratch space alone."""
        if self._scratch is not None and self._scratch.over():
            raise Over(DeathReason.OUTPUT, "killed for a scratch folder fuller or deeper than allowed")

    def check_stopped(self) -> None:
        """Wait until a child with a stop signal rests, and check it.

        A child with one thread and no scratch space needs no check: it can have started one more thread at
        most.
        """
        if self._scratch is not None or self._meter.threads() > 1:
            if not self._meter.settles(_SETTLING):
                raise Over(DeathReason.SIGNAL, "killed because it kept running after a stop signal")
            self.check()
