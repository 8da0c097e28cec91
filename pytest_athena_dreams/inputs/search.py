"""What an engine draws from: a strategy, how many examples, and their seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")


class SearchStopped(BaseException):
    """Ends a search at once. Hypothesis would take an ``Exception`` for one more failing example."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search(Generic[T]):
    """At most ``examples`` of ``strategy``.

    A strategy that may draw from Python's own ``random`` has to be ``seeded``: again for each example.
    """

    strategy: SearchStrategy[T]
    examples: int
    seed: int
    seeded: bool = False

    def settings(self, phases: Sequence[Phase]) -> settings:
        """Settings that print, store and time nothing, and stop at the first fault."""
        return settings(
            max_examples=self.examples,
            phases=list(phases),
            database=None,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
        )
