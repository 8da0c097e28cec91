"""One input on which a contract is broken, and how that reads for people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..models import Canonical, Category, Observation, ObservationKind, unpacked
from .contrast import contrast
from .render import render


@dataclass(frozen=True, slots=True)
class Explanation:
    """A finding for people: what is wrong, what was expected, what happened."""

    summary: str
    expected: str = ""
    got: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One input on which the contract is broken.

    ``explain`` writes the explanation, which most findings never need; ``values`` are the two that differ, if
    that is what breaks the contract.
    """

    category: Category
    explain: Callable[[], Explanation]
    line: int | None = None
    exception: str | None = None
    values: tuple[Canonical, Canonical] | None = None

    @property
    def explanation(self) -> Explanation:
        """The finding for people."""
        return self.explain()

    @property
    def key(self) -> tuple[Category, str | None, int | None]:
        """Category, exception type and source line; findings with the same key are one fault."""
        return self.category, self.exception, self.line

    def contrast(self) -> tuple[str, ...]:
        """The two values line by line; empty if they are short."""
        return contrast(*self.values) if self.values else ()


def finding_of(
    category: Category,
    got: Observation,
    explain: Callable[[], Explanation],
    values: tuple[Canonical, Canonical] | None = None,
) -> Finding:
    """A finding whose line and exception are those of ``got``."""
    raised = got.raised
    return Finding(
        category=category,
        explain=explain,
        line=raised.line if raised else None,
        exception=raised.type if raised else None,
        values=values,
    )


def summary_of(got: Observation) -> str:
    """What a call came to, without a returned value."""
    if got.raised is not None:
        message = f": {got.raised.message}" if got.raised.message else ""
        return f"{got.raised.type}{message}"
    return got.detail or got.kind.value.replace("_", " ")


def wanted_words(expected: Observation | None) -> str:
    """What was expected of a call."""
    return observed_words(expected) if expected else "a result"


def observed_words(observation: Observation) -> str:
    """What was seen of a call, for people."""
    awaited = " when awaited" if observation.awaited else ""
    if observation.kind is ObservationKind.RETURNED:
        return f"returned {render(observation.value)}{awaited}"
    if observation.raised is not None:
        return f"raised {summary_of(observation)}{awaited}"
    took = "took " if observation.kind is ObservationKind.TIMED_OUT else ""
    return f"{took}{summary_of(observation)}"


def changed_words(observation: Observation) -> str:
    """What a call did to its arguments."""
    if observation.changed is None:
        return "left its arguments alone"
    positional, keyword = unpacked(observation.changed)
    return f"left its arguments as {render(positional)}{render(keyword) if keyword != ['dict', []] else ''}"
