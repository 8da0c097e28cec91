"""What procedures do, seen in the jail: a few of their calls and results, and what other code gives for them.

Invariants: nothing runs outside the jail; a procedure that can't be run there, or whose results vary, has no
profile; the same procedures and seed give the same profiles.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..closing import Closing
from ..config import Settings
from ..errors import PlanError
from ..inputs.arguments import Arguments
from ..judge.equality import difference
from ..models import Canonical, Observation, ObservationKind, Procedure, unpacked
from ..sandbox.client import SandboxPair, Source
from ..sandbox.runner import Runner
from ..trial import Engine, policy_of
from .drafts import Subject

POOL_INPUTS = 40
"""Inputs that are drawn for a procedure."""
SEEN_CALLS = 24
"""Maximum calls of a profile."""
CALL_SECONDS = 0.5
"""Time limit of one call."""
PROFILE_SECONDS = 10.0
"""Time limit of a dream in these settings; a procedure gets a quarter of it for all its calls."""
RUN_SECONDS = 5.0
"""Time limit of all calls of one source."""
_ENDED_KINDS = (ObservationKind.RETURNED, ObservationKind.RAISED, ObservationKind.REFUSED)
Shape = tuple[str, ...]
"""The types of a call's arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call on which a procedure returned: its arguments for the jail, their types, the result, and the
    arguments as they were after it if it changed them."""

    payload: bytes
    shape: Shape
    result: Canonical
    changed: Canonical

    def is_repeated(self, seen: Observation) -> bool:
        """Whether other code returned the same and left its arguments alike."""
        alike = difference(self.result, seen.value) is None
        return alike and difference(self.changed, seen.changed) is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A procedure with some of its calls. ``shape`` is the most frequent one, ``returns`` the type of most
    results."""

    subject: Subject
    calls: tuple[Call, ...]
    shapes: tuple[Shape, ...]
    returns: str
    ends: bool
    """Whether all calls ended, those too on which the procedure did not return."""

    @property
    def payloads(self) -> list[bytes]:
        """The arguments of all calls."""
        return [call.payload for call in self.calls]


class Bench(Closing):
    """A jail for profiles. A context manager. Every use raises ``SandboxError`` if there can be no jail."""

    def __init__(self, seed: int) -> None:
        settings = replace(Settings(), max_examples=POOL_INPUTS, seed=seed, effects="off")
        settings = replace(settings, timeout=CALL_SECONDS, dream_timeout=PROFILE_SECONDS)
        policy = policy_of(settings, os.environ)
        self._engine = Engine(settings, policy)
        self._jail = SandboxPair(policy)

    def close(self) -> None:
        """End the jails. Safe to call twice."""
        self._engine.close()
        self._jail.close()

    def profile(self, subject: Subject) -> Profile | None:
        """What a procedure does; ``None`` if it does not return on three inputs of its own."""
        procedure = Procedure(
            id=subject.id, name=subject.name, code=subject.code, entry_point=subject.entry_point
        )
        try:
            reference = self._engine.sketch(procedure)
        except PlanError:
            return None
        if reference.variation:
            return None
        calls = []
        for payload, arguments in list(reference.returned.items()):
            shape = shape_of(arguments)
            if shape and len(payload) < 4096:
                one = reference.expected[payload]
                calls.append(Call(payload=payload, shape=shape, result=one.value, changed=one.changed))
        chosen = calls[:: max(1, len(calls) // SEEN_CALLS)][:SEEN_CALLS]
        if len(chosen) < 3:
            return None
        shapes = Counter(call.shape for call in chosen)
        results = Counter(type_name(call.result) for call in chosen)
        return Profile(
            subject=subject,
            calls=tuple(chosen),
            shapes=tuple(shape for shape, number in shapes.most_common(3) if number >= 3),
            returns=results.most_common(1)[0][0],
            ends=len(reference.expected) == len(reference.pool)
            and all(seen.kind in _ENDED_KINDS for seen in reference.expected.values()),
        )

    def run(self, code: str, entry_point: str | None, payloads: Sequence[bytes]) -> list[Observation | None]:
        """What code does on each input; ``None`` after it hung or if it does not load."""
        source = Source(code=code, entry_point=entry_point, title=entry_point or "", prints=False)
        with Runner(self._jail, source) as runner:
            if runner.failure is not None:
                return [None] * len(payloads)
            seen: list[Observation | None] = [*runner.run(payloads, timeout=CALL_SECONDS, budget=RUN_SECONDS)]
        return seen + [None] * (len(payloads) - len(seen))


def returned(seen: Observation | None) -> bool:
    """Whether a call returned and was refused nothing."""
    return seen is not None and seen.kind is ObservationKind.RETURNED and not seen.refused


def shape_of(arguments: Arguments) -> Shape:
    """The types of positional arguments; empty if some are given by keyword or have no plain type."""
    if arguments.kwargs or arguments.wiring:
        return ()
    return tuple(_type_of(value) for value in arguments.args)


def _type_of(value: Any) -> str:
    """The type of a value, and of the first of its items."""
    name = type(value).__name__
    if isinstance(value, list | tuple | set | frozenset) and value:
        return f"{name}[{type(next(iter(value))).__name__}]"
    return name


def type_name(value: Canonical) -> str:
    """The same for a canonical value."""
    value = unpacked(value)
    if not isinstance(value, list):
        return type(value).__name__
    tag = value[0]
    if tag in ("list", "tuple", "set", "frozenset") and value[1]:
        return f"{tag}[{type_name(value[1][0]).partition('[')[0]}]"
    return str(tag)
