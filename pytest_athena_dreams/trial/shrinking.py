"""The smallest input that shows a fault: Hypothesis proposes, and the jail tells what it shows."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..inputs.arguments import Arguments
from ..inputs.drawing import shrunk
from ..inputs.pool import Pool
from ..inputs.small import small_arguments
from ..judge.oracle import Finding, Oracle
from ..models import Category, Observation, ObservationKind
from ..sandbox.runner import Runner
from .reference import SIMPLEST, Reference, References, Search, Seen

HANGING = 0.25
"""Part of a call's time limit that all candidates for a smaller hang may take together."""
PACE = (0.02, 20.0)
"""A candidate hangs that takes longer than so many seconds, and so many times the slowest answer seen."""
AT_ONCE = 16
"""Simplest inputs that are asked before it is looked whether one of them shows the fault."""
SEARCHES = 4
"""Searches that are kept for each procedure."""
AGAIN = 0.25
"""Part of a search's time in which it may be looked whether it would go as an earlier one."""


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
        if seconds <= 0:
            return first, target
        timeout = self._pace() if target.category is Category.TIMEOUT else self.references.settings.timeout
        pool = next(pool for pool in self.pools if first.payload in pool.inputs)
        if simple := self._simplest(pool, target, timeout):
            return simple
        candidates = _Candidates(self, target, timeout, seconds)
        searches: dict[frozenset[bytes], Search] = {}
        if self.reference is not None and pool is self.reference.pool and not pool.spec.given:
            searches = self.reference.searches
        failing = frozenset(candidates.found)
        if failing in searches and target.category is not Category.TIMEOUT:
            # Hypothesis goes by what shows the fault alone. What is asked here is no part of the search.
            before, alike = searches[failing], _Candidates(self, target, timeout, AGAIN * seconds)
            if alike.go_as(before.seen):
                return alike.found[before.smallest]
        smallest = self._searched(pool, candidates)
        if not candidates.cut:
            searches[failing] = Search(candidates.seen, smallest)
            if len(searches) > SEARCHES:
                del searches[next(iter(searches))]
        return candidates.found[smallest]

    def _searched(self, pool: Pool, candidates: _Candidates) -> bytes:
        """The payload of the smallest input that Hypothesis finds."""
        shown = list(candidates.found)
        drawn = (choices for payload, choices in pool.choices.items() if payload in shown)
        smallest = shrunk(
            pool.spec.strategy(),
            candidates.show,
            next(drawn, None),
            examples=pool.spec.draws,
            seed=pool.spec.seed,
            seeded=bool(pool.spec.given),
        )
        return smallest.payload() if smallest else min(shown, key=len)

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
                if finding := self.finding(x.expected, seen, target):
                    return x, finding
            if len(got) < len(part):
                return None
        return None

    def finding(self, expected: Observation | None, got: Observation, target: Finding) -> Finding | None:
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


class _Candidates:
    """Inputs that may show the fault of ``target``, asked as long as there is time.

    ``found`` are those that do, by payload, ``seen`` tells of all that were looked at, in turn, whether they
    do. It is ``cut`` where time did not suffice for all: what is not known then counts as showing nothing.
    """

    def __init__(self, shrinker: Shrinker, target: Finding, timeout: float, seconds: float) -> None:
        self.found: dict[bytes, tuple[Asked, Finding]] = {}
        self.seen: Seen = {}
        self.cut = False
        self._shrinker = shrinker
        self._target = target
        self._timeout = timeout
        self._hangs = math.ceil(HANGING * shrinker.references.settings.timeout / timeout)
        self._end = time.monotonic() + seconds
        unasked = {asked.payload for asked in shrinker.asked[len(shrinker.got) :]}
        self._known = {p for pool in shrinker.pools for p in pool.inputs if p not in unasked}
        self._see(shrinker.asked, shrinker.got)

    def show(self, arguments: Arguments) -> bool:
        """Whether an input shows the fault."""
        payload = arguments.payload()
        self._ask({payload: arguments})
        shows = payload in self.found
        self.seen[payload] = arguments, shows
        return shows

    def go_as(self, seen: Seen) -> bool:
        """Whether all these inputs show the fault or not as they were seen to do for another one."""
        self._ask({payload: arguments for payload, (arguments, _) in seen.items()})
        return all(p in self._known and (p in self.found) == shows for p, (_, shows) in seen.items())

    def _ask(self, inputs: Mapping[bytes, Arguments]) -> None:
        references, reference = self._shrinker.references, self._shrinker.reference
        asked = []
        for payload, arguments in inputs.items():
            if payload in self._known:
                continue
            if self._late():
                self.cut = True
                return
            expected = None if reference is None else references.ask(reference, payload)
            if expected is None or self._shrinker.oracle.accepts(expected):
                asked.append(Asked(payload, arguments, expected))
            else:
                self._known.add(payload)
        left = self._end - time.monotonic()
        got = self._shrinker.runner.run([x.payload for x in asked], timeout=self._timeout, budget=left)
        self.cut = self.cut or len(got) < len(asked)
        self._hangs -= sum(one.kind is ObservationKind.TIMED_OUT for one in got)
        self._known.update(x.payload for x, _ in zip(asked, got, strict=False))
        self._see(asked, got)

    def _late(self) -> bool:
        return self._hangs <= 0 or time.monotonic() > self._end

    def _see(self, asked: Sequence[Asked], got: Sequence[Observation]) -> None:
        for x, one in zip(asked, got, strict=False):
            if finding := self._shrinker.finding(x.expected, one, self._target):
                self.found[x.payload] = x, finding
