"""A source in the jail, asked input after input: a child that dies is replaced, and the rest go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

from ..models import Observation, ObservationKind
from ..signatures import Loaded, Signature
from .client import Child, Sandbox, SandboxPair, Source

_SURVIVED = (ObservationKind.RETURNED, ObservationKind.RAISED)


class Runner:
    """A context manager: the first child starts when it is needed, and the one alive at the end is killed.

    ``cpu`` is the seconds of CPU, ``peak_memory`` the most bytes, that all its children came to.
    """

    cpu: float
    peak_memory: int

    def __init__(self, sandbox: Sandbox | SandboxPair, source: Source) -> None:
        self._sandbox = sandbox
        self.source = source
        self._child: Child | None = None
        self._first: Child | None = None
        self._lost = False
        self.cpu = 0.0
        self.peak_memory = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Kill the child that is alive, if one is. Safe to call twice."""
        if self._child is not None:
            self._count(self._child)
            self._child = None

    def hand_over(self) -> Runner:
        """A runner with this one's child; this one starts another if it is asked again."""
        other = Runner(self._sandbox, self.source)
        other._child, other._first = self._child, self._first
        if self._child is not None and self._child.alive:
            cpu, peak = self._child.usage()
            self.cpu += cpu
            self.peak_memory = max(self.peak_memory, peak)
        self._child = self._first = None
        return other

    def turn_to(self, source: Source, *, anew: bool = True) -> None:
        """Go on with another source, in the child that is alive, if one is.

        There, what is not loaded ``anew`` is the code that is loaded, to be ``watched`` from now on.
        """
        self.source, self._first = source, None
        if self._child is not None and self._child.alive:
            self._first = self._child
            self._child.load(source, anew=anew)
        else:
            self.close()

    @property
    def loaded(self) -> Loaded | None:
        """What was loaded, ``None`` where the source does not load."""
        return self._opened().loaded

    @property
    def signature(self) -> Signature | None:
        """The entry point's signature, ``None`` where the source does not load or is not described fully."""
        loaded = self.loaded
        return loaded.signature if loaded else None

    @property
    def failure(self) -> Observation | None:
        """What the load did where it failed."""
        return self._opened().failure

    def _opened(self) -> Child:
        if self._first is None:
            self.close()
            self._first = self._child = self._spawn(self.source)
        return self._first

    def _spawn(self, source: Source) -> Child:
        """A child; a load that died, or slept too long, is tried again before it is believed."""
        child = self._sandbox.spawn(source)
        failure = child.failure
        if failure is not None and failure.kind is not ObservationKind.RAISED and not _busy(failure):
            self._count(child)
            child = self._sandbox.spawn(source)
        return child

    def _count(self, child: Child) -> None:
        child.close(wait=False)  # its end takes as long as its start, and nobody needs it
        self.cpu += child.cpu
        self.peak_memory = max(self.peak_memory, child.peak_memory)

    def run(
        self,
        payloads: Sequence[bytes],
        *,
        timeout: float,
        budget: float = float("inf"),
        patience: int = 1,
    ) -> list[Observation]:
        """An observation for each payload, in order; the list ends early where the source is not worth
        more: after ``patience`` calls that timed out, when all calls together took ``budget`` seconds, or
        with what the load did where it fails.
        """
        seen: list[Observation] = []
        hung = 0
        while len(seen) < len(payloads) and hung < patience and budget > 0:
            if self._child is None:
                self._child = self._spawn(replace(self.source, described="not"))
            if self._child.failure is not None:
                seen.append(self._child.failure)
                break
            for observation in self._child.calls(payloads[len(seen) :], timeout):
                if self._child.lost and not self._lost:  # the fork server went too: once more before blaming
                    self._lost = True
                    self.close()
                    break
                seen.append(observation)
                hung += observation.kind is ObservationKind.TIMED_OUT
                budget -= observation.elapsed
                if observation.kind not in _SURVIVED or budget <= 0:
                    self.close()
                    break
        return seen


def _busy(failure: Observation) -> bool:
    """Whether it took its time by computing, which no machine makes it do."""
    return failure.kind is ObservationKind.TIMED_OUT and failure.cpu > failure.elapsed / 2
