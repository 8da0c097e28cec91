"""Short ways to run code in a jail and look at what was seen."""

from __future__ import annotations

import pickle
import textwrap
from typing import Any

from pytest_athena_dreams.models import DeathReason, Observation, ObservationKind
from pytest_athena_dreams.sandbox.client import Observed, Sandbox, Source, observe


def payload(*args: Any, **kwargs: Any) -> bytes:
    """One call's arguments as they travel into the jail."""
    return pickle.dumps((args, kwargs), 5)


def run(
    sandbox: Sandbox, code: str, *calls: tuple[Any, ...], timeout: float = 1.0, entry: str | None = None
) -> Observed:
    """Observe ``code`` called with each of ``calls``; without any, once with no argument."""
    source = Source(code=textwrap.dedent(code), entry_point=entry)
    return observe(sandbox, source, [payload(*call) for call in calls or [()]], timeout)


def only(seen: Observed) -> Observation:
    """The one observation, of the call or of the load."""
    if seen.failure is not None:
        return seen.failure
    (observation,) = seen.observations
    return observation


def value(seen: Observed) -> Any:
    """What the one call returned."""
    observation = only(seen)
    assert observation.kind is ObservationKind.RETURNED, observation
    return observation.value


def exception(seen: Observed) -> str:
    """The type of what was raised."""
    observation = only(seen)
    assert observation.raised is not None, observation
    return observation.raised.type


def death(seen: Observed) -> DeathReason | None:
    """Why the one child died."""
    observation = only(seen)
    assert observation.kind in (ObservationKind.DIED, ObservationKind.REFUSED), observation
    return observation.death
