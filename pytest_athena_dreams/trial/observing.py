"""What a procedure does on inputs, and what differs when it runs again.

A procedure gets a quarter of a dream's times: an input that it barely handles would be unfair to a dream.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from msgspec import structs

from ..judge.asked import Order, steady_order
from ..judge.categories import category_of, outcome
from ..judge.effects import differing_effects
from ..judge.leavings import Compared, steady_part
from ..judge.oracle import Oracle
from ..judge.output import STREAMS
from ..judge.varying import ALL_PARTS, VARYING_PARTS, Steps, joined, varying_changes, varying_parts
from ..models import Category, Contract, DeathReason, Observation, ObservationKind
from ..sandbox.client import Source
from ..sandbox.runner import Runner
from .lab import Lab

PROCEDURE_SHARE = 4
"""A dream's time limits are this many times a procedure's."""
LIMITS_SHARE = 0.75
"""Share of the limits on memory, output and recursion that a procedure gets."""
QUICK = 0.05
"""Seconds that a call of a procedure gets at first. Most calls that take longer never end."""
HANGS = (3, 15)
"""Hangs of a procedure on one pool after which calls get less time, and after which the rest is left out."""
HURRY = (2, 10)
"""How many times less time a call gets after the first hangs: of a quick procedure, and of a slow one."""
ANSWERED = (ObservationKind.RETURNED, ObservationKind.RAISED)
"""The kinds of observation that say what the code computed."""


def is_refusal(seen: Observation) -> bool:
    """Whether a procedure refused an input: it raised, and the jail had no part in it."""
    return seen.kind is ObservationKind.RAISED and not seen.refused


def may_be_the_machine(seen: Observation) -> bool:
    """Whether a busy machine can cause this observation, rather than the code itself."""
    if seen.kind is ObservationKind.TIMED_OUT:
        return seen.cpu < seen.elapsed / 2
    return seen.death is DeathReason.MEMORY


def observe(lab: Lab, runner: Runner, payloads: Iterable[bytes]) -> dict[bytes, Observation]:
    """What the procedure in ``runner`` does on each payload; those after too many hangs are left out.

    A procedure that does not answer most of them soon gets all the time for each, and so does one that
    answers the shortest of those that it did not, given all the time. That is tried until it hangs once.
    """
    payloads, timeout, first = list(payloads), procedure_timeout(lab), first_timeout(lab, runner.source)
    if first < timeout:
        seen = _observed(lab, runner, payloads, first, HURRY[0])
        hung = [payload for payload, one in seen.items() if one.kind is ObservationKind.TIMED_OUT]
        if not hung:
            return seen
        if 2 * len(hung) <= len(seen):
            if not runner.hangs:
                (longer,) = runner.run([min(hung, key=len)], timeout=timeout)
                runner.hangs = longer.kind is ObservationKind.TIMED_OUT
            if runner.hangs:
                return seen
        runner.close()  # the calls so far must not count for code that remembers them
    return _observed(lab, runner, payloads, timeout, HURRY[1])


def procedure_timeout(lab: Lab) -> float:
    """The most seconds of one call of a procedure."""
    return lab.settings.timeout / PROCEDURE_SHARE


def first_timeout(lab: Lab, source: Source) -> float:
    """The seconds of a call at first. Code that acts waits for others, which a busy machine delays."""
    timeout = procedure_timeout(lab)
    return timeout if source.acts else min(QUICK, timeout)


def _observed(
    lab: Lab, runner: Runner, payloads: Sequence[bytes], timeout: float, later: int
) -> dict[bytes, Observation]:
    """What the procedure does on each payload. After some hangs, calls get ``later`` times less time."""
    left = list(payloads)
    seen: dict[bytes, Observation] = {}
    for patience, hurry in zip(HANGS, (1, later), strict=True):
        observations = runner.run(
            left,
            timeout=timeout / hurry,
            budget=lab.settings.dream_timeout / PROCEDURE_SHARE,
            patience=patience,
        )
        seen.update(zip(left, observations, strict=False))
        left = left[len(observations) :]
    return seen


class Extent(IntEnum):
    """How far a procedure's values differ from run to run, from not at all to the values themselves."""

    NONE = 0
    ORDER = 1
    VALUE = 2


@dataclass(frozen=True, slots=True)
class Variation:
    """What differs from run to run in a procedure's results.

    Their values, the streams it prints to, and whether it returns or what it raises: all ``outcomes`` that
    were seen in place of each other. ``parts`` of the values and ``changes`` of the arguments are left out
    of a comparison, while the rest of them does not vary. ``files`` is what does not differ of the files
    that it leaves, and ``requests`` of what else it asked of its world, with ``drawn`` only without what
    looks drawn by chance; ``slept`` is whether it sleeps for another time.
    """

    values: Extent = Extent.NONE
    streams: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    parts: frozenset[Steps] = frozenset()
    changes: frozenset[Steps] = frozenset()
    files: Compared = Compared.ALL
    requests: Order = Order.TOTAL
    drawn: bool = False
    slept: bool = False

    def __or__(self, other: Variation) -> Variation:
        streams = tuple(sorted({*self.streams, *other.streams}))
        outcomes = tuple(sorted({*self.outcomes, *other.outcomes}))
        values, parts = max(self.values, other.values), self.parts | other.parts
        return Variation(
            values=Extent.VALUE if len(parts) > VARYING_PARTS else values,
            streams=streams,
            outcomes=outcomes,
            parts=frozenset() if len(parts) > VARYING_PARTS else parts,
            changes=joined(self.changes | other.changes),
            files=min(self.files, other.files),
            requests=min(self.requests, other.requests),
            drawn=self.drawn or other.drawn,
            slept=self.slept or other.slept,
        )

    def left_out(self, oracle: Oracle) -> Oracle:
        """``oracle``, so that it compares nothing that varies; ``marked`` does so for values."""
        streams = tuple(stream for stream in oracle.streams if stream not in self.streams)
        requests, slept = min(oracle.requests, self.requests), oracle.slept and not self.slept
        oracle = replace(
            oracle, outcomes=self.outcomes, files=self.files, requests=requests, drawn=self.drawn
        )
        oracle = replace(oracle, slept=slept, parts=self.parts, changes=self.changes)
        return replace(oracle, unordered=self.values is Extent.ORDER, streams=streams)

    def __bool__(self) -> bool:
        return self != STEADY


STEADY = Variation()
"""Nothing differs."""
STAGES = 4 + VARYING_PARTS + len(Extent) + len(STREAMS) + len(Compared) + len(Order)
"""How often a variation can grow, and once more."""


def variation(lab: Lab, first: Observation, second: Observation) -> Variation:
    """What differs between two results of the same call; ``STEADY`` where the second says nothing."""
    if second.kind not in ANSWERED:
        return STEADY
    oracle = lab.oracle(Contract.EQUIVALENT)
    streams = tuple(oracle.differing(first, second))
    files = steady_part(first.files or {}, second.files or {})
    requests, drawn = steady_order(first.requests, second.requests)
    slept = differing_effects(first, second, Compared.NOTHING, Order.NOTHING, slept=True) is not None
    effects = Variation(streams=streams, files=files, requests=requests, drawn=drawn, slept=slept)
    oracle = replace(oracle, streams=(), files=Compared.NOTHING, requests=Order.NOTHING, slept=False)
    if oracle.repeats(first, second):
        return effects
    outcomes = tuple(sorted({outcome(first), outcome(second)}))
    values, parts, changes = Extent.VALUE, frozenset[Steps](), frozenset[Steps]()
    if replace(oracle, unordered=True).repeats(first, second):
        values = Extent.ORDER
    elif first.kind is second.kind is ObservationKind.RETURNED:
        changes = varying_changes(first.changed, second.changed, oracle.tolerance)
        parts = varying_parts(first.value, second.value, oracle.tolerance)
        values, parts = (Extent.VALUE, frozenset()) if ALL_PARTS in parts else (Extent.NONE, parts)
    outcomes = outcomes if len(outcomes) > 1 else ()
    return replace(effects, values=values, outcomes=outcomes, parts=parts, changes=changes)


def rerun(
    lab: Lab, reseeded: Runner, seen: Mapping[bytes, Observation]
) -> tuple[dict[bytes, Observation], Variation]:
    """What differs where the procedure runs again in ``reseeded``, on the inputs that it returned on.

    The second run has another hash seed and random seed, and goes through the inputs in reverse order. Where
    it runs out of its smaller share of the limits, the observation says so.
    """
    returned = [payload for payload, one in seen.items() if one.kind in ANSWERED]
    returned.reverse()
    again = dict(zip(returned, reseeded.run(returned, timeout=lab.settings.timeout), strict=False))
    short = {p: second for p, second in again.items() if category_of(second) is Category.RESOURCE}
    pairs = [(seen[payload], second) for payload, second in again.items() if payload not in short]
    return {**seen, **short}, union(variation(lab, *pair) for pair in pairs)


def union(found: Iterable[Variation]) -> Variation:
    """All that differs in any of ``found``."""
    return functools.reduce(operator.or_, found, STEADY)


def marked(seen: Mapping[bytes, Observation], found: Variation) -> dict[bytes, Observation]:
    """``seen`` with ``steady`` false throughout where the values vary: an equal value then came by chance."""
    steady = found.values is not Extent.VALUE
    return {
        p: one if one.steady is steady else structs.replace(one, steady=steady) for p, one in seen.items()
    }
