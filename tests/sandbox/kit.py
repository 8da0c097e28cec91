"""Helpers that run code in a jail and return the observations."""

from __future__ import annotations

import pickle
import textwrap
from dataclasses import dataclass
from typing import Any

from pytest_athena_dreams.models import DeathReason, Observation, ObservationKind, unpacked
from pytest_athena_dreams.sandbox.client import Sandbox, Source
from pytest_athena_dreams.sandbox.runner import Runner
from pytest_athena_dreams.signatures import Signature


def payload(*args: Any, **kwargs: Any) -> bytes:
    """One call's arguments as they travel into the jail."""
    return pickle.dumps((args, kwargs), 5)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The observations of one source."""

    signature: Signature | None
    observations: list[Observation]
    cpu: float
    peak_memory: int


def run(
    sandbox: Sandbox,
    code: str,
    *calls: tuple[Any, ...],
    timeout: float = 1.0,
    entry: str | None = None,
    patience: int = 100,
) -> Seen:
    """Observe ``code`` called with each of ``calls``; without any, once with no argument."""
    with Runner(sandbox, Source(code=textwrap.dedent(code), entry_point=entry)) as runner:
        signature = runner.signature
        payloads = [payload(*call) for call in calls or [()]]
        observations = runner.run(payloads, timeout=timeout, patience=patience)
    return Seen(
        signature=signature, observations=observations, cpu=runner.cpu, peak_memory=runner.peak_memory
    )


def only(seen: Seen) -> Observation:
    """The one observation, of the call or of the load."""
    (observation,) = seen.observations
    return observation


def value(seen: Seen) -> Any:
    """What the one call returned."""
    observation = only(seen)
    assert observation.kind is ObservationKind.RETURNED, observation
    return unpacked(observation.value)


def exception(seen: Seen) -> str:
    """The type of what was raised."""
    observation = only(seen)
    assert observation.raised is not None, observation
    return observation.raised.type


def death(seen: Seen) -> DeathReason | None:
    """Why the one child died."""
    observation = only(seen)
    assert observation.kind in (ObservationKind.DIED, ObservationKind.REFUSED), observation
    return observation.death
