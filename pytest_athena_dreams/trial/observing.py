"""What a procedure does on inputs, and what differs when it runs again.

A procedure gets a quarter of a dream's times: an input that it barely handles would be unfair to a dream.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import IntEnum

from msgspec import structs

from ..judge.categories import category_of
from ..models import Category, Contract, DeathReason, Observation, ObservationKind
from ..sandbox.runner import Runner
from .lab import Lab

PROCEDURE_SHARE = 4
"""A dream's time limits are this many times a procedure's."""
LIMITS_SHARE = 0.75
"""Part of the limits on memory, output and recursion within which a procedure must manage an input."""
HANGS = (3, 15)
"""Hangs of a procedure on one pool after which calls get less time, and after which the rest is left out."""
HURRY = 10
"""How many times less time a call gets after the first hangs."""
ANSWERED = (ObservationKind.RETURNED, ObservationKind.RAISED)
"""The kinds of observation that say what the code computed."""


def may_be_the_machine(seen: Observation) -> bool:
    """Whether a loaded machine can cause this: neither a computing call nor the code's own doing."""
    if seen.kind is ObservationKind.TIMED_OUT:
        return seen.cpu < seen.elapsed / 2
    return seen.death is DeathReason.MEMORY


def observe(lab: Lab, runner: Runner, payloads: Iterable[bytes]) -> dict[bytes, Observation]:
    """What the procedure in ``runner`` does on each payload; those after too many hangs are left out."""
    left = list(payloads)
    seen: dict[bytes, Observation] = {}
    timeout = lab.settings.timeout / PROCEDURE_SHARE
    for patience, hurry in zip(HANGS, (1, HURRY), strict=True):
        observations = runner.run(
            left,
            timeout=timeout / hurry,
            budget=lab.settings.dream_timeout / PROCEDURE_SHARE,
            patience=patience,
        )
        seen.update(zip(left, observations, strict=False))
        left = left[len(observations) :]
    return seen


class Variation(IntEnum):
    """What differs from run to run in a procedure's results, from nothing to the values themselves."""

    NONE = 0
    ORDER = 1
    VALUE = 2


def variation(lab: Lab, first: Observation, second: Observation) -> Variation:
    """What differs between two results of the same call; ``NONE`` where the second says nothing."""
    if second.kind not in ANSWERED:
        return Variation.NONE
    oracle = lab.oracle(Contract.EQUIVALENT)
    if oracle.repeats(first, second):
        return Variation.NONE
    unordered = replace(oracle, unordered=True)
    return Variation.ORDER if unordered.repeats(first, second) else Variation.VALUE


def rerun(
    lab: Lab, reseeded: Runner, seen: Mapping[bytes, Observation]
) -> tuple[dict[bytes, Observation], Variation]:
    """What differs where the procedure runs again in ``reseeded``, on the inputs that it returned on.

    The second run has another hash seed and random seed, and goes through the inputs in reverse order. Where
    it runs out of its smaller share of the limits, the observation says so.
    """
    returned = [payload for payload, one in seen.items() if one.kind is ObservationKind.RETURNED]
    returned.reverse()
    again = dict(zip(returned, reseeded.run(returned, timeout=lab.settings.timeout), strict=False))
    short = {p: second for p, second in again.items() if category_of(second) is Category.RESOURCE}
    pairs = [(seen[payload], second) for payload, second in again.items() if payload not in short]
    found = max((variation(lab, *pair) for pair in pairs), default=Variation.NONE)
    return {**seen, **short}, found


def marked(seen: Mapping[bytes, Observation], found: Variation) -> dict[bytes, Observation]:
    """``seen`` with ``steady`` false throughout where the values vary: an equal value then came by chance."""
    steady = found is not Variation.VALUE
    return {
        p: one if one.steady is steady else structs.replace(one, steady=steady) for p, one in seen.items()
    }
