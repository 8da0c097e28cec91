"""Evidence for a pass: the share of the procedure's mutants that its inputs detect.

It never changes a verdict. Time limits are a backstop: mutants beyond them are left out of the figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from weakref import WeakKeyDictionary

from ..judge.oracle import Oracle
from ..models import Contract, Observation
from ..sandbox.runner import Runner
from .lab import Lab
from .observing import PROCEDURE_SHARE
from .reference import Reference

FIRST_BATCH = 4
"""Inputs in the first batch."""
BATCH_GROWTH = 4
"""How many times larger each batch is than the one before it."""


class Evidence:
    """Measures evidence, once for each procedure and contract of one worker."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._cached: WeakKeyDictionary[Reference, dict[Contract, float | None]] = WeakKeyDictionary()

    def of(self, reference: Reference, contract: Contract) -> float | None:
        """The share of mutants that the reference's pool detects; ``None`` if it has no mutants.

        A mutant is detected by the first accepted input on which it breaks ``contract``, hangs or dies.
        """
        cached = self._cached.setdefault(reference, {})
        if contract not in cached:
            cached[contract] = detected_share(self._lab, reference, contract)
        return cached[contract]


def detected_share(lab: Lab, reference: Reference, contract: Contract) -> float | None:
    """The share of a procedure's mutants that its pool detects, see :meth:`Evidence.of`."""
    oracle = reference.variation.left_out(replace(lab.oracle(contract), returns=reference.signature.returns))
    expected = reference.expected
    order = sorted(reference.pool.inputs, key=len)  # large inputs take long
    accepted = {p: expected[p] for p in order if p in expected and oracle.accepts(expected[p])}
    source = replace(reference.source, entry_point=reference.signature.name, described="not", audited=False)
    source = replace(source, mutant_output=bool(oracle.streams))
    timeout = lab.settings.timeout / PROCEDURE_SHARE
    left = lab.settings.dream_timeout / PROCEDURE_SHARE
    detected: list[bool] = []
    with Runner(lab.jails.main, replace(source, mutant=0)) as mutant:
        while not _is_past_the_last(mutant):
            differs, seconds = _differs(mutant, oracle, accepted, timeout, left)
            if differs is None:
                break
            detected.append(differs)
            left -= seconds
            mutant.switch_to(replace(source, mutant=len(detected)))
    return sum(detected) / len(detected) if accepted and detected else None


def _is_past_the_last(mutant: Runner) -> bool:
    raised = mutant.failure.raised if mutant.failure else None
    return raised is not None and raised.stage == "compile"


def _differs(
    mutant: Runner, oracle: Oracle, accepted: Mapping[bytes, Observation], timeout: float, budget: float
) -> tuple[bool | None, float]:
    """Whether an input detects a mutant, and the seconds that its calls took.

    ``None`` where they took all of ``budget`` before that was known.
    """
    seconds = 0.0
    if mutant.failure is not None:
        return True, seconds
    for payloads in growing_batches(list(accepted)):
        seen = mutant.run(payloads, timeout=timeout, budget=budget - seconds)
        seconds += sum(observation.elapsed for observation in seen)
        if any(oracle.check(accepted[p], one) for p, one in zip(payloads, seen, strict=False)):
            return True, seconds
        if len(seen) < len(payloads):
            return None, seconds
    return False, seconds


def growing_batches(payloads: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """All payloads in order: a few, then larger and larger batches."""
    start, size = 0, FIRST_BATCH
    while start < len(payloads):
        yield payloads[start : start + size]
        start, size = start + size, size * BATCH_GROWTH
