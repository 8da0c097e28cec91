"""The smallest input that shows a fault: Hypothesis proposes candidates, and the jail runs them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from weakref import WeakKeyDictionary

from ..inputs.arguments import Arguments
from ..inputs.drawing import shrunk
from ..inputs.pool import Pool
from ..inputs.search import SearchStopped
from ..inputs.small import small_arguments
from ..inputs.smaller import smaller
from ..inputs.steps import calls_methods
from ..judge.finding import Finding
from ..models import Category, Observation, ObservationKind
from ..sandbox.runner import Runner
from .answers import SIMPLEST, Answers
from .case import Case, Example
from .lab import Lab
from .observing import may_be_the_machine
from .reference import Reference
from .smaller_worlds import in_smaller_worlds

REDUCED_BATCH = 12
"""Smaller calls that are run at once before the worker checks whether one shows the fault."""
HANG_SHARE = 0.25
"""Part of a call's time limit that all candidates for a smaller hang may use together."""
PACE_FLOOR = 0.02
"""Seconds that a candidate for a smaller hang runs at least before it counts as hanging."""
PACE_FACTOR = 20.0
"""A candidate hangs that runs this many times longer than the slowest answer of the dream."""
LONGER = 4.0
"""How many times more time a candidate gets that may have hung because the machine was busy."""
SIMPLEST_BATCH = 16
"""Simplest inputs that are run at once before the worker checks whether one shows the fault."""
CACHED_SEARCHES = 4
"""Searches to cache for each procedure: the most recent."""
WORLD_SHARE = 0.25
"""Part of the budget that leaving out parts of a call's world may use."""
REPLAY_SHARE = 0.25
"""Part of a search's budget that replaying an earlier search may use."""

Smallest = tuple[Example, Finding]
"""An input that shows a fault, and what it shows."""
Candidates = dict[bytes, tuple[Arguments, bool]]
"""The candidates of a search by payload, in the order in which they ran, and whether each shows the fault."""


class Budget:
    """Seconds that searches may use: this process's processor time and the calls of their candidates.

    Time in which the machine was busy with something else does not count.
    """

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self._mark = time.process_time()

    @property
    def left(self) -> float:
        """Seconds that are left; not above zero once the budget is used up."""
        now = time.process_time()
        self._left -= now - self._mark
        self._mark = now
        return self._left

    def spend(self, seconds: float) -> None:
        """Count the time that calls took."""
        self._left -= seconds

    def part(self, share: float) -> Budget:
        """A separate budget: a share of the remaining time."""
        return Budget(share * self.left)


@dataclass(frozen=True, slots=True)
class Search:
    """A search for the smallest input: all its candidates, and the payload of the smallest one."""

    candidates: Candidates
    smallest: bytes


class Searches:
    """The last searches of one worker, by procedure and by the inputs of its pool that showed the fault."""

    def __init__(self) -> None:
        self._cached: WeakKeyDictionary[Reference, dict[frozenset[bytes], Search]] = WeakKeyDictionary()

    def get(self, reference: Reference, failing: frozenset[bytes]) -> Search | None:
        """The search that started from the same failing inputs."""
        return self._cached.get(reference, {}).get(failing)

    def add(self, reference: Reference, failing: frozenset[bytes], search: Search) -> None:
        """Cache a search that ran to its end."""
        cached = self._cached.setdefault(reference, {})
        cached[failing] = search
        if len(cached) > CACHED_SEARCHES:
            del cached[next(iter(cached))]


@dataclass(frozen=True, slots=True)
class Shrinker:
    """Looks for smaller inputs of one case, with the dream that is in ``runner``."""

    lab: Lab
    answers: Answers
    searches: Searches
    case: Case
    runner: Runner

    def smallest(self, seen: Sequence[Observation], index: int, target: Finding, budget: Budget) -> Smallest:
        """The smallest input found that shows the same fault as ``target``, which example ``index`` shows.

        ``seen`` is what the dream did on the examples.
        """
        first = self.case.examples[index]
        if budget.left <= 0:
            return first, target
        hangs = target.category is Category.TIMEOUT
        timeout = self._pace(seen) if hangs else self.lab.settings.timeout
        fault = _Fault(target, computes=hangs and not may_be_the_machine(seen[index]))
        if first.arguments.world is None:
            return self._smallest(seen, first, fault, timeout, budget)
        found = self._smallest(seen, first, fault, timeout, budget.part(1 - WORLD_SHARE))
        return _Search(self, seen, fault, timeout, budget.part(WORLD_SHARE)).in_smallest_world(found)

    def _smallest(
        self, seen: Sequence[Observation], first: Example, fault: _Fault, timeout: float, budget: Budget
    ) -> Smallest:
        pool = next(pool for pool in self.case.pools if first.payload in pool.inputs)
        if simple := self._simplest(pool, fault, timeout):
            return simple
        search = _Search(self, seen, fault, timeout, budget)
        failing = frozenset(search.found)
        reference = self.case.reference
        if reference is not None and (pool is not reference.pool or pool.spec.given):
            reference = None  # no other dream searches this pool
        hangs = fault.target.category is Category.TIMEOUT
        earlier = self.searches.get(reference, failing) if reference and not hangs else None
        if earlier is not None:
            # Hypothesis goes by which candidates show the fault alone: if all agree, the end is the same.
            replay = _Search(self, seen, fault, timeout, budget.part(REPLAY_SHARE))
            if replay.agrees(earlier.candidates):
                return replay.found[earlier.smallest]
        smallest = search.run(pool)
        if reference is not None and not search.cut:
            self.searches.add(reference, failing, Search(search.candidates, smallest))
        return search.found[smallest]

    def _simplest(self, pool: Pool, fault: _Fault, timeout: float) -> Smallest | None:
        """The first of the signature's simplest inputs that shows the fault, if one does."""
        if self.case.reference is not None:
            simplest = self.answers.simplest(self.case.reference).items()
            examples = [Example(p, x, seen) for p, (x, seen) in simplest if self.case.oracle.accepts(seen)]
        else:
            calls = small_arguments(pool.spec.signature, SIMPLEST) if not pool.spec.given else []
            examples = [Example(call.payload(), call, None) for call in calls]
        for start in range(0, len(examples), SIMPLEST_BATCH):
            batch = examples[start : start + SIMPLEST_BATCH]
            seen = self.run([example.payload for example in batch], fault, timeout)
            for example, one in zip(batch, seen, strict=False):
                if finding := self.finding(example.expected, one, fault):
                    return example, finding
            if len(seen) < len(batch):
                return None
        return None

    def run(
        self, payloads: Sequence[bytes], fault: _Fault, timeout: float, budget: float = math.inf
    ) -> list[Observation]:
        """What the dream does on candidates, up to the first that hangs.

        Where a computing hang is sought, one that did not compute runs again with more time.
        """
        seen: list[Observation] = []
        while len(seen) < len(payloads):
            more = self.runner.run(payloads[len(seen) :], timeout=timeout, budget=budget)
            seen += more
            if not more or not (fault.computes and may_be_the_machine(more[-1])):
                break
            longer = timeout
            while longer < self.lab.settings.timeout and may_be_the_machine(seen[-1]):
                longer = min(LONGER * longer, self.lab.settings.timeout)
                seen[-1:] = self.runner.run([payloads[len(seen) - 1]], timeout=longer)
            if seen[-1].kind is ObservationKind.TIMED_OUT:
                break
        return seen

    def finding(self, expected: Observation | None, seen: Observation, fault: _Fault) -> Finding | None:
        """What ``seen`` shows, if that is the same fault."""
        if self.case.oracle.rejects(seen) or (fault.computes and may_be_the_machine(seen)):
            return None
        finding = self.case.oracle.check(expected, seen)
        return finding if finding is not None and finding.key == fault.target.key else None

    def _pace(self, seen: Sequence[Observation]) -> float:
        """Seconds after which a candidate counts as hanging; the smallest runs again with the full limit."""
        slowest = max((one.took for one in seen), default=0.0)
        return min(self.lab.settings.timeout, max(PACE_FLOOR, PACE_FACTOR * slowest))


@dataclass(frozen=True, slots=True)
class _Fault:
    """The fault that smaller inputs must show. A hang that ``computes`` is none that sleeps or waits."""

    target: Finding
    computes: bool


class _Search:
    """One search within a budget.

    ``found`` are the inputs that show the fault, by payload. ``candidates`` are all that Hypothesis proposed.
    The search is ``cut`` where the budget ran out: a candidate that did not run counts as showing nothing.
    """

    def __init__(
        self, shrinker: Shrinker, seen: Sequence[Observation], fault: _Fault, timeout: float, budget: Budget
    ) -> None:
        self.found: dict[bytes, Smallest] = {}
        self.candidates: Candidates = {}
        self.cut = False
        self._shrinker = shrinker
        self._fault = fault
        self._timeout = timeout
        self._hangs_left = math.ceil(HANG_SHARE * shrinker.lab.settings.timeout / timeout)
        self._budget = budget
        examples = shrinker.case.examples
        not_run = {example.payload for example in examples[len(seen) :]}
        self._known = {p for pool in shrinker.case.pools for p in pool.inputs if p not in not_run}
        self._note(examples, seen)

    def run(self, pool: Pool) -> bytes:
        """The payload of the smallest input that Hypothesis finds."""
        failing = list(self.found)
        drawn = [payload for payload in pool.choices if payload in failing]
        if not pool.spec.given and (not drawn or calls_methods(pool.spec.signature)):
            return self._reduced(pool, min(failing, key=len))
        drawn.sort(key=pool.by_keyword)  # by position first
        strategy = pool.spec.strategy()
        if drawn and pool.by_keyword(drawn[0]):
            strategy = strategy.map(lambda arguments: arguments.by_keyword(pool.spec.signature))
        smallest = shrunk(
            strategy,
            self._shows,
            pool.choices[drawn[0]] if drawn else None,
            examples=pool.spec.draws,
            seed=pool.spec.seed,
            seeded=bool(pool.spec.given),
        )
        return self._reduced(pool, smallest.payload() if smallest else min(failing, key=len))

    def _reduced(self, pool: Pool, payload: bytes) -> bytes:
        """The payload after steps to smaller calls.

        A variant has no choices that Hypothesis could shrink, and of a sequence it removes few calls at once.
        """
        if pool.spec.given:
            return payload
        return self._descended(payload, lambda call: smaller(call, pool.spec.signature))

    def in_smallest_world(self, found: Smallest) -> Smallest:
        """The same call in the smallest world that still shows the fault."""
        payload = found[0].payload
        self.found[payload] = found
        return self.found[self._descended(payload, in_smaller_worlds)]

    def _descended(self, payload: bytes, steps: Callable[[Arguments], Iterator[Arguments]]) -> bytes:
        """The payload after one step after another, as long as one still shows the fault."""
        while not self.cut:
            candidates = steps(self.found[payload][0].arguments)
            while batch := {x.payload(): x for x in islice(candidates, REDUCED_BATCH)}:
                self._try(batch)
                self.candidates |= {p: (x, p in self.found) for p, x in batch.items()}
                shows = next((p for p in batch if p in self.found and p != payload), None)
                if shows is not None or self.cut:
                    break
            else:
                return payload
            if shows is None:
                return payload
            payload = shows
        return payload

    def agrees(self, candidates: Candidates) -> bool:
        """Whether each of these candidates shows the fault or not, as it did in an earlier search."""
        self._try({payload: arguments for payload, (arguments, _) in candidates.items()})
        return all(p in self._known and (p in self.found) == shows for p, (_, shows) in candidates.items())

    def _shows(self, arguments: Arguments) -> bool:
        payload = arguments.payload()
        self._try({payload: arguments})
        if self.cut:
            raise SearchStopped
        shows = payload in self.found
        self.candidates[payload] = arguments, shows
        return shows

    def _try(self, inputs: Mapping[bytes, Arguments]) -> None:
        """Run the inputs that are not known yet and that the procedure accepts, within the budget."""
        case, answers = self._shrinker.case, self._shrinker.answers
        examples = []
        for payload, arguments in inputs.items():
            if payload in self._known:
                continue
            if self._hangs_left <= 0 or self._budget.left <= 0:
                self.cut = True
                return
            expected = None if case.reference is None else answers.on(case.reference, payload)
            if expected is None or case.oracle.accepts(expected):
                examples.append(Example(payload, arguments, expected))
            else:
                self._known.add(payload)
        payloads = [example.payload for example in examples]
        seen = self._shrinker.run(payloads, self._fault, self._timeout, self._budget.left)
        self._budget.spend(sum(one.elapsed for one in seen))
        self._hangs_left -= sum(one.kind is ObservationKind.TIMED_OUT for one in seen)
        self._known.update(payload for payload, _ in zip(payloads, seen, strict=False))
        self._note(examples, seen)

    def _note(self, examples: Sequence[Example], seen: Sequence[Observation]) -> None:
        for example, one in zip(examples, seen, strict=False):
            if finding := self._shrinker.finding(example.expected, one, self._fault):
                self.found[example.payload] = example, finding
