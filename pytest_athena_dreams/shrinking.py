"""The smallest input that shows a fault: Hypothesis proposes, and the jail tells what it shows."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from .inputs.arguments import Arguments
from .inputs.conjecture import shrunk
from .inputs.pool import Pool
from .inputs.small import small_arguments
from .judge.oracle import Finding, Oracle
from .models import Category, Observation, ObservationKind
from .reference import SIMPLEST, Reference, References
from .sandbox.runner import Runner

HANGING = 0.25
"""Part of a call's time limit that all candidates for a smaller hang may take together."""
PACE = (0.02, 20.0)
"""A candidate hangs that takes longer than so many seconds, and so many times the slowest answer seen."""
AT_ONCE = 16
"""Simplest inputs that are asked before it is looked whether one of them shows the fault."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One accepted input: its arguments, and what the procedure did (``None`` under ``free``)."""

    payload: bytes
    arguments: Arguments
    expected: Observation | None


@dataclass(frozen=True, slots=True)
class Shrinker:
    """Looks for smaller inputs with the dream that is in ``runner``; ``got`` is what it did on ``asked``."""

    references: References
    reference: Reference | None
    runner: Runner
    oracle: Oracle
    pools: Sequence[Pool]
    asked: Sequence[Asked]
    got: Sequence[Observation]

    def smallest(self, index: int, target: Finding, seconds: float) -> tuple[Asked, Finding]:
        """The smallest input found that shows the same fault as ``target``, and what it shows."""
        first = self.asked[index]
        limit = self.references.settings.timeout
        timeout = self._pace() if target.category is Category.TIMEOUT else limit
        hangs = math.ceil(HANGING * limit / timeout)
        if seconds <= 0:
            return first, target
        pool = next(pool for pool in self.pools if first.payload in pool.inputs)
        if simple := self._simplest(pool, target, timeout):
            return simple
        found = self._known(target)
        unasked = {asked.payload for asked in self.asked[len(self.got) :]}
        known = {p for pool in self.pools for p in pool.inputs if p not in unasked}
        end = time.monotonic() + seconds

        def fails(arguments: Arguments) -> bool:
            nonlocal hangs
            payload = arguments.payload()
            if payload in known:
                return payload in found
            known.add(payload)
            if hangs <= 0 or time.monotonic() > end:
                return False
            expected = None
            if self.reference is not None:
                expected = self.references.ask(self.reference, payload)
                if not self.oracle.accepts(expected):
                    return False
            got = self.runner.run([payload], timeout=timeout)[0]
            hangs -= got.kind is ObservationKind.TIMED_OUT
            finding = self._finding(expected, got, target)
            if finding is not None:
                found[payload] = Asked(payload, arguments, expected), finding
            return finding is not None

        drawn = (choices for payload, choices in pool.choices.items() if payload in found)
        smallest = shrunk(
            pool.spec.strategy(),
            fails,
            next(drawn, None),
            examples=pool.spec.draws,
            seed=pool.spec.seed,
            seeded=bool(pool.spec.given),
        )
        return found[smallest.payload() if smallest else min(found, key=len)]

    def _simplest(self, pool: Pool, target: Finding, timeout: float) -> tuple[Asked, Finding] | None:
        """The first of the simplest inputs that shows the fault, if one does."""
        if self.reference is not None:
            small = self.references.simplest(self.reference)
            asked = [Asked(p, arguments, self.reference.expected[p]) for p, arguments in small.items()]
            asked = [x for x in asked if x.expected and self.oracle.accepts(x.expected)]
        else:
            calls = small_arguments(pool.spec.signature, SIMPLEST) if not pool.spec.given else []
            asked = [Asked(call.payload(), call, None) for call in calls]
        for start in range(0, len(asked), AT_ONCE):
            part = asked[start : start + AT_ONCE]
            got = self.runner.run([x.payload for x in part], timeout=timeout)
            for x, seen in zip(part, got, strict=False):
                if finding := self._finding(x.expected, seen, target):
                    return x, finding
            if len(got) < len(part):
                return None
        return None

    def _known(self, target: Finding) -> dict[bytes, tuple[Asked, Finding]]:
        """By payload, the inputs asked so far that show the fault."""
        found = {}
        for asked, got in zip(self.asked, self.got, strict=False):
            finding = self._finding(asked.expected, got, target)
            if finding is not None:
                found[asked.payload] = asked, finding
        return found

    def _finding(self, expected: Observation | None, got: Observation, target: Finding) -> Finding | None:
        """What ``got`` shows, if that is the same fault as ``target``."""
        if self.oracle.rejects(got):
            return None
        finding = self.oracle.check(expected, got)
        return finding if finding is not None and finding.key == target.key else None

    def _pace(self) -> float:
        """Seconds after which a candidate is taken to hang; what comes of it is asked again in full."""
        floor, factor = PACE
        slowest = max((seen.took for seen in self.got), default=0.0)
        return min(self.references.settings.timeout, max(floor, factor * slowest))
