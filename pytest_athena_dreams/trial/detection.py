"""Whether inputs detect a procedure's mutants, and further inputs for those that a pool does not detect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ..closing import Closing
from ..judge.oracle import Oracle
from ..models import Observation
from ..sandbox.client import SandboxPair, Source
from ..sandbox.runner import Runner

FIRST_BATCH = 4
"""Inputs in the first batch."""
BATCH_GROWTH = 4
"""How many times larger each batch is than the one before it."""
HANGING = 1_000
"""A mutant hangs on a call that takes this many times as long as the procedure's longest."""
LEAST_HANG = 0.05
"""Seconds that a call of a mutant may take in any case. Most that take longer never end."""


class Mutants(Closing):
    """The mutants of one source, one after another. A context manager: the child is killed at the end.

    ``timeout`` is the most seconds of one call, fewer where the procedure is quick; ``seconds`` is the time
    that all calls may take together.
    """

    def __init__(self, jail: SandboxPair, source: Source, oracle: Oracle, *, timeout: float, seconds: float):
        self._source = replace(
            source, described="not", audited=False, notes_patterns=False, mutant_output=bool(oracle.streams)
        )
        self._runner = Runner(jail, replace(self._source, mutant=0))
        self._oracle = oracle
        self._timeout = timeout
        self.left = seconds
        """Seconds that calls may still take."""

    def close(self) -> None:
        """Kill the child. Safe to call twice."""
        self._runner.close()

    def __iter__(self) -> Iterator[int]:
        """The numbers of the mutants; each is loaded while its number is in use."""
        number = 0
        while not self._is_past_the_last():
            yield number
            number += 1
            self._runner.switch_to(replace(self._source, mutant=number))

    def _is_past_the_last(self) -> bool:
        raised = self._runner.failure.raised if self._runner.failure else None
        return raised is not None and raised.stage == "compile"

    def detected_by(self, expected: Mapping[bytes, Observation]) -> bytes | bool | None:
        """The first input on which the loaded mutant differs from what is expected.

        ``True`` if it does not even load, ``False`` if no input detects it, ``None`` if the time ended before
        that was known.
        """
        if self._runner.failure is not None:
            return True
        slowest = max((observation.took for observation in expected.values()), default=0.0)
        timeout = min(self._timeout, max(LEAST_HANG, HANGING * slowest))
        for payloads in growing_batches(list(expected)):
            seen = self._runner.run(payloads, timeout=timeout, budget=self.left)
            self.left -= sum(observation.elapsed for observation in seen)
            for payload, one in zip(payloads, seen, strict=False):
                if self._oracle.check(expected[payload], one):
                    return payload
            if len(seen) < len(payloads):
                return None
        return False


def growing_batches(payloads: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """All payloads in order: a few, then larger and larger batches."""
    start, size = 0, FIRST_BATCH
    while start < len(payloads):
        yield payloads[start : start + size]
        start, size = start + size, size * BATCH_GROWTH


def detecting(
    mutants: Mutants, expected: Mapping[bytes, Observation], spare: Mapping[bytes, Observation]
) -> list[bytes]:
    """Those inputs of ``spare`` that detect a mutant which those of ``expected`` do not detect."""
    found: dict[bytes, Observation] = {}
    for _ in mutants:
        if mutants.detected_by(found | dict(expected)) is False:
            by = mutants.detected_by(spare)
            if isinstance(by, bytes):
                found[by] = spare[by]
        if mutants.left <= 0:
            break
    return list(found)
