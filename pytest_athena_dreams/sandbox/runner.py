"""One source in the jail, asked input after input: a child that dies is replaced, and the rest go on."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from ..models import Observation, ObservationKind, Signature
from .client import Child, Sandbox, Source

_SURVIVED = (ObservationKind.RETURNED, ObservationKind.RAISED)


class Runner:
    """A context manager: whatever child is alive at its end is killed.

    ``signature`` is set where the source loads, ``failure`` where it does not. ``cpu`` is the seconds
    of CPU, ``peak_memory`` the most bytes, that all its children came to.
    """

    signature: Signature | None
    failure: Observation
    cpu: float
    peak_memory: int

    def __init__(self, sandbox: Sandbox, source: Source) -> None:
        self._sandbox = sandbox
        self.source = source
        self._child: Child | None = None
        self._lost = False
        self.cpu = 0.0
        self.peak_memory = 0

    def __enter__(self) -> Self:
        self._child = self._sandbox.spawn(self.source)
        self.signature = self._child.loaded
        if self._child.failure is not None:
            self.failure = self._child.failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()

    def run(
        self,
        payloads: Sequence[bytes],
        *,
        timeout: float,
        budget: float = float("inf"),
        patience: int = 1,
    ) -> list[Observation]:
        """An observation for each payload, in order; the list ends early where the dream is not worth
        more: after ``patience`` calls that timed out, or when ``budget`` seconds are over.
        """
        end = time.monotonic() + budget
        seen: list[Observation] = []
        hung = 0
        while len(seen) < len(payloads) and hung < patience and time.monotonic() < end:
            if self._child is None:
                self._child = self._sandbox.spawn(self.source)
            if self._child.failure is not None:  # it loaded before and does not now
                seen.append(self._child.failure)
                self._end()
                continue
            for observation in self._child.calls(payloads[len(seen) :], timeout):
                if self._child.lost and not self._lost:  # the fork server went too: once more before blaming
                    self._lost = True
                    self._end()
                    break
                seen.append(observation)
                hung += observation.kind is ObservationKind.TIMED_OUT
                if observation.kind not in _SURVIVED or time.monotonic() >= end:
                    self._end()
                    break
        return seen

    def _end(self) -> None:
        if self._child is not None:
            self._child.close()
            self.cpu += self._child.cpu
            self.peak_memory = max(self.peak_memory, self._child.peak_memory)
            self._child = None
