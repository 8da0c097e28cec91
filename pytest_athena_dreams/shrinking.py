"""The smallest input that shows a fault: Hypothesis proposes, and the jail tells what it shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .inputs.arguments import Arguments
from .inputs.pool import Pool
from .inputs.shrink import shrink
from .judge.oracle import Finding, Oracle
from .models import Category, Observation, ObservationKind
from .reference import Reference, References
from .sandbox.runner import Runner

HANGING = 0.25
"""Part of a call's time limit that all candidates for a smaller hang may take together."""
PACE = (0.02, 20.0)
"""A candidate hangs that takes longer than so many seconds, and so many times the slowest answer seen."""


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
        found: dict[bytes, tuple[Asked, Finding]] = {first.payload: (first, target)}
        unasked = {asked.payload for asked in self.asked[len(self.got) :]}
        known = {payload: False for pool in self.pools for payload in pool.inputs if payload not in unasked}
        for asked, got in zip(self.asked, self.got, strict=False):
            finding = self.oracle.check(asked.expected, got)
            if finding is not None and finding.key == target.key:
                found[asked.payload] = asked, finding
        known |= dict.fromkeys(found, True)
        source = self.reference.source if self.reference else self.runner.source
        with Runner(self.references.sandbox, source) as procedure:

            def fails(arguments: Arguments) -> bool:
                nonlocal hangs
                if hangs <= 0:
                    return False
                payload = arguments.payload()
                expected = None
                if self.reference is not None:
                    expected = self.references.ask(self.reference, procedure, payload)
                    if not self.oracle.accepts(expected):
                        return False
                got = self.runner.run([payload], timeout=timeout)[0]
                hangs -= got.kind is ObservationKind.TIMED_OUT
                if self.oracle.rejects(got):
                    return False
                finding = self.oracle.check(expected, got)
                if finding is None or finding.key != target.key:
                    return False
                found[payload] = Asked(payload, arguments, expected), finding
                return True

            pool = next(pool for pool in self.pools if first.payload in pool.inputs)
            smallest = shrink(pool.spec, known, fails, seconds)
        return found[smallest.payload()] if smallest else (first, target)

    def _pace(self) -> float:
        """Seconds after which a candidate is taken to hang; what comes of it is asked again in full."""
        floor, factor = PACE
        slowest = max((seen.took for seen in self.got), default=0.0)
        return min(self.references.settings.timeout, max(floor, factor * slowest))
