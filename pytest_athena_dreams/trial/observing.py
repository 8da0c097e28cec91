"""What a procedure does on inputs, and whether it does the same again.

A procedure gets a quarter of a dream's times: an input that it barely handles would be unfair to a dream.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import structs

from ..models import Contract, Observation, ObservationKind
from ..sandbox.runner import Runner
from .lab import Lab

PROCEDURE_SHARE = 4
"""A dream's time limits are this many times a procedure's."""
PATIENCE = (3, 15)
"""Hangs of a procedure on one pool after which calls get less time, and after which the rest is left out."""
HURRY = 10
"""How many times less time a call gets after the first hangs."""
ANSWERED = (ObservationKind.RETURNED, ObservationKind.RAISED)
"""The kinds of observation that say what the code computed."""


def observe(lab: Lab, runner: Runner, payloads: Iterable[bytes]) -> dict[bytes, Observation]:
    """What the procedure in ``runner`` does on each payload; those after too many hangs are left out."""
    left = list(payloads)
    seen: dict[bytes, Observation] = {}
    timeout = lab.settings.timeout / PROCEDURE_SHARE
    for patience, hurry in zip(PATIENCE, (1, HURRY), strict=True):
        observations = runner.run(
            left,
            timeout=timeout / hurry,
            budget=lab.settings.dream_timeout / PROCEDURE_SHARE,
            patience=patience,
        )
        seen.update(zip(left, observations, strict=False))
        left = left[len(observations) :]
    return seen


def checked(lab: Lab, reseeded: Runner, seen: Mapping[bytes, Observation]) -> dict[bytes, Observation]:
    """``seen`` with ``steady`` false wherever the procedure does something else in ``reseeded``.

    The second run has another hash seed and random seed, and asks in reverse order.
    """
    returned = [payload for payload, one in seen.items() if one.kind is ObservationKind.RETURNED]
    returned.reverse()
    again = reseeded.run(returned, timeout=lab.settings.timeout)
    oracle = lab.oracle(Contract.EQUIVALENT)
    unsteady = {
        payload: structs.replace(seen[payload], steady=False)
        for payload, second in zip(returned, again, strict=False)
        if second.kind in ANSWERED and not oracle.repeats(seen[payload], second)
    }
    return {**seen, **unsteady}
