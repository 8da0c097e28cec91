"""A score without a model: how dreams like this one fared before.

Invariants: pure, deterministic; a forecast says in words what it rests on, and that no model gave it; it
never looks at the dream's own outcome.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from .calibration import logit, pooled_rate, sigmoid

SMALL_CHANGE, LARGE_CHANGE = 0.2, 0.5
"""Syntax distances (0 to 1): a change is small below the first, and large from the second on."""
EVIDENCE = 5.0
"""Outcomes that the wider group's pass rate counts as, against those of the narrower one."""
FIRST_GUESS = 0.5
"""The pass rate before any outcome is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What is known of a dream before its test.

    ``writer`` is a model or a program, ``transform`` the mechanical change, if it was one. ``size`` is the
    distance of its syntax from that of the procedure, ``novelty`` that from the nearest earlier dream;
    ``None`` if they were not measured.
    """

    dream_type: str
    writer: str
    transform: str = ""
    size: float | None = None
    novelty: float | None = None

    def levels(self) -> tuple[Hashable, ...]:
        """The groups that the dream belongs to, from wide to narrow."""
        return (
            ("type", self.dream_type),
            ("writer", self.dream_type, self.writer),
            ("transform", self.dream_type, self.writer, self.transform),
        )

    def sides(self) -> tuple[Hashable, ...]:
        """The groups that cut across these: by size of the change and by novelty, where they are known."""
        known = {"size": _bucket(self.size), "novelty": _bucket(self.novelty)}
        return tuple((name, self.dream_type, bucket) for name, bucket in known.items() if bucket)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A score from 0 to 1, and what it rests on."""

    score: float
    words: str


class History:
    """What became of earlier dreams, counted by the groups that they belong to."""

    def __init__(self, outcomes: Iterable[tuple[Traits, bool]]) -> None:
        self._counts: defaultdict[Hashable, list[int]] = defaultdict(lambda: [0, 0])
        for traits, passed in outcomes:
            for group in ("all", *traits.levels(), *traits.sides()):
                self._counts[group][0] += passed
                self._counts[group][1] += 1

    @property
    def rate(self) -> float:
        """The share of all that passed, drawn towards ``FIRST_GUESS`` where there are few."""
        return pooled_rate(*self._count("all"), FIRST_GUESS, EVIDENCE)

    def forecast(self, traits: Traits) -> Forecast:
        """How likely a dream with these traits passes.

        Each group's rate is drawn towards that of the wider group around it, of which the group's own
        outcomes are no part: so each outcome counts once. The size of the change and the novelty shift the
        odds by what they mean for dreams of the same type.
        """
        rate = FIRST_GUESS
        groups = ("all", *traits.levels())
        for wide, narrow in zip(groups, (*groups[1:], None), strict=True):
            passed, outcomes = self._count(wide)
            own_passed, own = self._count(narrow) if narrow is not None else (0, 0)
            rate = pooled_rate(passed - own_passed, outcomes - own, rate, EVIDENCE)
        typical = pooled_rate(*self._count(traits.levels()[0]), self.rate, EVIDENCE)
        odds = logit(rate)
        for group in traits.sides():
            odds += logit(pooled_rate(*self._count(group), typical, EVIDENCE)) - logit(typical)
        return Forecast(score=sigmoid(odds), words=self._words(traits))

    def _count(self, group: Hashable) -> tuple[int, int]:
        passed, outcomes = self._counts.get(group, (0, 0))
        return passed, outcomes

    def _words(self, traits: Traits) -> str:
        passed, outcomes = self._count("all")
        if not outcomes:
            return "no model judged this; no dream was tested yet, so nothing is known"
        parts = []
        for group, name in (
            (traits.levels()[2], f"by {traits.transform}"),
            (traits.levels()[1], f"by {traits.writer}"),
            (traits.levels()[0], f"of type {traits.dream_type}"),
        ):
            own_passed, own = self._count(group)
            if own and not name.endswith(" "):
                parts.append(f"{own_passed} of {own} {name}")
        bucket = _bucket(traits.size)
        own_passed, own = self._count(("size", traits.dream_type, bucket))
        if own:
            parts.append(f"{own_passed} of {own} with a {bucket} change")
        return "no model judged this; passed before: " + (
            ", ".join(parts) or f"{passed} of {outcomes} dreams"
        )


def _bucket(distance: float | None) -> str:
    if distance is None:
        return ""
    return "small" if distance < SMALL_CHANGE else "large" if distance >= LARGE_CHANGE else "medium"
