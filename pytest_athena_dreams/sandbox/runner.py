"""Runs a source in the jail on many inputs; a child that dies is replaced for the remaining ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..closing import Closing
from ..models import Observation, ObservationKind
from ..signatures import Loaded, Signature
from ..worlds import detached
from .client import Child, Sandbox, SandboxPair, Source

_SURVIVED = (ObservationKind.RETURNED, ObservationKind.RAISED)


class Runner(Closing):
    """A context manager: the first child starts when it is needed; one that is alive at the end is killed.

    ``cpu`` is the processor seconds of all its children together, ``peak_memory`` the highest peak of one, in
    bytes above what it held after loading.
    """

    cpu: float
    peak_memory: int

    def __init__(self, sandbox: Sandbox | SandboxPair, source: Source) -> None:
        self._sandbox = sandbox
        self.source = source
        self._child: Child | None = None
        self._first: Child | None = None
        self._lost = False
        self.refused: set[str] = set()
        """All that any call was refused."""
        self.hangs = False
        """Whether the source is known to hang on an input. Who observes it says so."""
        self.cpu = 0.0
        self.peak_memory = 0

    def close(self) -> None:
        """Kill the running child, if there is one. Safe to call twice."""
        if self._child is not None:
            self._count(self._child)
            self._child = None

    def hand_over(self) -> Runner:
        """Move the running child to a new runner; this one starts another when it needs one."""
        other = Runner(self._sandbox, self.source)
        other._child, other._first = self._child, self._first
        if self._child is not None and self._child.alive:
            cpu, peak = self._child.usage()
            self.cpu += cpu
            self.peak_memory = max(self.peak_memory, peak)
        self._child = self._first = None
        return other

    def fresh(self) -> Runner:
        """Another runner of the same source, with children of its own."""
        return Runner(self._sandbox, self.source)

    def used(self) -> float:
        """Processor seconds of all children so far, loading included, by the system's clock."""
        alive = self._child is not None and self._child.alive
        return self.cpu + (self._child.usage()[0] if self._child is not None and alive else 0.0)

    def switch_to(self, source: Source, *, anew: bool = True) -> None:
        """Run another source from now on, in the running child if there is one.

        With ``anew=False`` that child keeps its loaded code, which must be that of ``source``, and only
        applies ``source.watched``.
        """
        self.source, self._first, self.hangs = source, None, False
        if self._child is not None and self._child.alive:
            self._first = self._child
            self._child.load(source, anew=anew)
        else:
            self.close()

    @property
    def loaded(self) -> Loaded | None:
        """The description of what was loaded; ``None`` if the source does not load."""
        return self._opened().loaded

    @property
    def signature(self) -> Signature | None:
        """The entry point's signature; ``None`` if the source does not load or is not described fully."""
        loaded = self.loaded
        return loaded.signature if loaded else None

    @property
    def failure(self) -> Observation | None:
        """The observation of a load that failed; ``None`` if it succeeded."""
        return self._opened().failure

    @property
    def load_refusals(self) -> tuple[str, ...]:
        """What the kernel reported as refused while the source loaded."""
        return self._opened().load_refusals

    def _opened(self) -> Child:
        if self._first is None:
            self.close()
            self._first = self._child = self._spawn(self.source)
        return self._first

    def _spawn(self, source: Source) -> Child:
        """Start a child; a load that died, or timed out without computing, is tried a second time."""
        child = self._sandbox.spawn(source)
        failure = child.failure
        if failure is not None and failure.kind is not ObservationKind.RAISED and not _busy(failure):
            self._count(child)
            child = self._sandbox.spawn(source)
        return child

    def _count(self, child: Child) -> None:
        child.close(wait=False)  # ending takes as long as starting, and nobody needs the result
        self.cpu += child.cpu
        self.peak_memory = max(self.peak_memory, child.peak_memory)

    def run(
        self,
        payloads: Sequence[bytes],
        *,
        timeout: float,
        budget: float = float("inf"),
        patience: int = 1,
        raw: bool = False,
    ) -> list[Observation]:
        """Observe one call for each payload, in order.

        With ``raw``, files that calls left are bytes, also those of databases and archives.

        The list ends early after ``patience`` calls that timed out, once all calls together took ``budget``
        seconds, or with the observation of a load that failed.
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
                seen.append(observation if raw else self._read(observation, payloads[len(seen)]))
                self.refused.update(observation.refused)
                hung += observation.kind is ObservationKind.TIMED_OUT
                budget -= observation.elapsed
                if observation.kind not in _SURVIVED or budget <= 0:
                    self.close()
                    break
        return seen

    def _read(self, observation: Observation, payload: bytes) -> Observation:
        if not observation.files or not isinstance(self._sandbox, SandboxPair):
            return observation
        return self._sandbox.contents.read(observation, detached(payload)[1])


def _busy(failure: Observation) -> bool:
    """Whether a timed-out load spent the time computing, so that a busy machine can't be the cause."""
    return failure.kind is ObservationKind.TIMED_OUT and failure.cpu > failure.elapsed / 2
