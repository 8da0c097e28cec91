"""What a pass rests on: the faults that its inputs would show, and the lines of the dream that they reach.

Neither turns a verdict. Time limits here are a backstop: what they cut off is left out of the figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ..config import Settings
from ..judge.oracle import Oracle
from ..models import Contract, Observation
from ..sandbox.runner import Runner
from .reference import SHARE, Reference, References, oracle_of

FIRST, GROWTH = 4, 4
"""Inputs that are run before it is looked whether they do, and how many times more after each look."""


def told_apart(references: References, reference: Reference, contract: Contract) -> float | None:
    """The share of a procedure's mutants that its own pool tells from it; ``None`` where there are none.

    A mutant is told apart by the first accepted input on which it breaks ``contract``, be it that it hangs
    or dies. Found once for each procedure and contract, for the procedure's dreams share it.
    """
    if contract not in reference.evidence:
        reference.evidence[contract] = _told_apart(references, reference, contract)
    return reference.evidence[contract]


def _told_apart(references: References, reference: Reference, contract: Contract) -> float | None:
    oracle = replace(oracle_of(references.settings, contract), returns=reference.signature.returns)
    expected = reference.expected
    order = sorted(reference.pool.inputs, key=len)  # what is large takes long
    asked = {p: expected[p] for p in order if p in expected and oracle.accepts(expected[p])}
    source = replace(reference.source, entry_point=reference.signature.name, described="not")
    timeout, left = references.settings.timeout / SHARE, references.settings.dream_timeout / SHARE
    told: list[bool] = []
    with Runner(references.sandbox, replace(source, mutant=0)) as mutant:
        while not _there_is_none(mutant):
            apart, taken = _is_apart(mutant, oracle, asked, timeout, left)
            if apart is None:
                break
            told.append(apart)
            left -= taken
            mutant.turn_to(replace(source, mutant=len(told)))
    return sum(told) / len(told) if asked and told else None


def _there_is_none(mutant: Runner) -> bool:
    raised = mutant.failure.raised if mutant.failure else None
    return raised is not None and raised.stage == "compile"


def _is_apart(
    mutant: Runner, oracle: Oracle, asked: Mapping[bytes, Observation], timeout: float, budget: float
) -> tuple[bool | None, float]:
    """Whether an input tells a mutant apart, and how many seconds its calls took.

    It is ``None`` where they took all of ``budget`` before that was known.
    """
    taken = 0.0
    if mutant.failure is not None:
        return True, taken
    for payloads in _growing(list(asked)):
        seen = mutant.run(payloads, timeout=timeout, budget=budget - taken)
        taken += sum(observation.elapsed for observation in seen)
        if any(oracle.check(asked[p], got) for p, got in zip(payloads, seen, strict=False)):
            return True, taken
        if len(seen) < len(payloads):
            return None, taken
    return False, taken


def lines_reached(
    settings: Settings, runner: Runner, statements: set[int], payloads: Sequence[bytes], *, anew: bool
) -> tuple[int, int] | None:
    """How many of the lines of a runner's source calls with ``payloads`` reach, and how many there are.

    Those count that one of the ``statements`` begins on and that there is code for; ``None`` without any. The
    source is watched from here on, which slows the calls, and first loaded ``anew``, if asked to. It is told
    by code that runs beside the dream's, so a dream that means to could forge these figures, and no other.
    """
    left = settings.dream_timeout / SHARE
    runner.turn_to(replace(runner.source, watched=True, described="not"), anew=anew)
    lines = statements.intersection(runner.loaded.lines) if runner.loaded else set[int]()
    if not lines:
        return None
    reached = set[int]()
    step = max(1, len(payloads) // FIRST)  # the first few are from all over: edge cases reach few lines
    for few in _growing([payload for start in range(step) for payload in payloads[start::step]]):
        seen = runner.run(few, timeout=settings.timeout, budget=left)
        left -= sum(observation.elapsed for observation in seen)
        reached |= lines.intersection(line for observation in seen for line in observation.lines)
        if reached == lines or len(seen) < len(few):
            break
    return len(reached), len(lines)


def _growing(payloads: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """All payloads in turn: a few, then more and more at a time."""
    start, size = 0, FIRST
    while start < len(payloads):
        yield payloads[start : start + size]
        start, size = start + size, size * GROWTH
