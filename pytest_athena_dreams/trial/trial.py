"""One dream run on its case, and run again where that may come out differently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..judge.finding import Finding
from ..judge.verdict import STOPPED, Group, Judgement, judge, refusal
from ..models import Category, Observation, ObservationKind
from ..sandbox.runner import Runner
from .case import Case, Example
from .lab import Lab
from .observing import may_be_the_machine
from .shrinking import Budget, Shrinker, Smallest

DOUBTS = 3
"""Hangs and kills of one dream that may be attributed to the machine, where a fresh child repeats none."""
REPEATED = 10
"""Accepted inputs on which a dream that passed runs again under another hash seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a trial found: the judgement, and what the dream did on the case's examples, as far as it ran.

    ``case`` has the examples that count: the spare ones too, where they alone show a fault. ``smallest``
    holds, by example, the smallest inputs that the trial found along the way.
    """

    case: Case
    judgement: Judgement
    observations: tuple[Observation, ...] = ()
    smallest: Mapping[int, Smallest] = field(default_factory=dict)


class Trial:
    """Runs one dream. ``runner`` has it loaded, ``reseeded`` runs it under another hash seed.

    ``_case`` is the case that counts, ``_pooled`` the one without spare examples. ``_seen`` is what the dream
    did on each example so far; an observation is replaced where the first one is attributed to the machine.
    """

    def __init__(self, lab: Lab, case: Case, runner: Runner, reseeded: Runner, shrinker: Shrinker) -> None:
        self._lab = lab
        self._pooled = self._case = case
        self._runner = runner
        self._reseeded = reseeded
        self._shrinker = shrinker
        self._seen: list[Observation] = []
        self._smallest: dict[int, Smallest] = {}

    def run(self) -> Result:
        """Run the dream on every example, judge it, and confirm what was found."""
        judgement = self._confirmed()
        observations = tuple(self._seen[: len(self._case.examples)])
        return Result(
            case=self._case, judgement=judgement, observations=observations, smallest=self._smallest
        )

    def _confirmed(self) -> Judgement:
        for _ in range(DOUBTS):
            judgement = self._judged()
            if not judgement.accepted:
                return refusal(Category.VALIDATION, _why_none_accepted(self._seen, self._case.tried))
            if not judgement.groups:
                return self._out_of_time(judgement) or self._repeated(judgement)
            index, finding = judgement.deciding
            first = self._seen[index]
            if self._case.pure and first.death is None and finding.category not in STOPPED:
                return judgement
            second = self._second(index, finding)
            if self._shows(index, second, finding):
                return judgement
            if not may_be_the_machine(first):
                break
            if (shown := self._in_sequence(index, finding)) is not None:
                self._smallest[index] = self._case.examples[index], shown
                return judgement
            self._seen[index] = second
        return self._flaky(judgement, index, first, second)

    def _judged(self) -> Judgement:
        """Run the examples that are left, and judge all; spare ones count where they alone show a fault."""
        self._case = self._pooled
        judgement = self._run()
        complete = len(self._seen) >= len(self._case.examples)
        if judgement.accepted and not judgement.groups and complete and self._case.spare_examples:
            self._case = self._pooled.whole
            further = self._run(passed=judgement)
            if further.groups:
                return further
            self._case = self._pooled
        return judgement

    def _run(self, passed: Judgement | None = None) -> Judgement:
        """Run the examples that are left, and judge them all, or only those after ``passed``, a pass."""
        case, settings = self._case, self._lab.settings
        payloads = [example.payload for example in case.examples[len(self._seen) :]]
        budget = settings.dream_timeout - sum(one.elapsed for one in self._seen)
        self._seen += self._runner.run(payloads, timeout=settings.timeout, budget=budget, patience=1)
        expected = [example.expected for example in case.examples]
        start = passed.accepted if passed else 0
        judgement = judge(case.oracle, expected, self._seen[: len(expected)], start=start)
        accepted = len(expected) if case.reference and (passed or judgement.accepted) else judgement.accepted
        diverged = judgement.diverged + (passed.diverged if passed else 0)
        return replace(judgement, accepted=accepted, diverged=diverged)

    def _out_of_time(self, judgement: Judgement) -> Judgement | None:
        """A timeout where the dream used up its time before it ran on every example."""
        if len(self._seen) >= len(self._case.examples):
            return None
        limit = self._lab.settings.dream_timeout
        text = f"all calls together took more than {limit:g} s, after {len(self._seen)} inputs"
        return replace(refusal(Category.TIMEOUT, text), accepted=judgement.accepted)

    def _second(self, index: int, finding: Finding) -> Observation:
        """What a fresh child does on the same input, or on a smaller one that hangs as well."""
        example = self._case.examples[index]
        if finding.category is Category.TIMEOUT:
            budget = Budget(self._lab.settings.shrink_time)
            smaller = self._shrinker.smallest(self._seen, index, finding, budget)[0]
            second = self._fresh(smaller)
            again = self._case.oracle.check(smaller.expected, second)
            if smaller is example or (again and again.category is finding.category):
                self._smallest[index] = smaller, again or finding
                return second
            second = self._fresh(example)
            if self._shows(index, second, finding):  # no smaller input is sure to hang
                self._smallest[index] = example, finding
            return second
        return self._fresh(example)

    def _fresh(self, example: Example) -> Observation:
        with Runner(self._lab.jails.main, self._runner.source) as fresh:
            return fresh.run([example.payload], timeout=self._lab.settings.timeout)[0]

    def _in_sequence(self, index: int, finding: Finding) -> Finding | None:
        """The finding, if a fresh child shows it again after the same calls as the first one."""
        payloads = [example.payload for example in self._case.examples[: index + 1]]
        with Runner(self._lab.jails.main, self._runner.source) as fresh:
            seen = fresh.run(payloads, timeout=self._lab.settings.timeout)
        if not self._shows(len(seen) - 1, seen[-1], finding):
            return None
        explanation = finding.explanation
        summary = f"{explanation.summary}, after {len(seen) - 1} other calls in the same process"
        return replace(finding, explain=lambda: replace(explanation, summary=summary))

    def _shows(self, index: int, second: Observation, finding: Finding) -> bool:
        """Whether an observation shows the same kind of fault as ``finding``."""
        oracle = self._case.oracle
        if oracle.rejects(second):
            return False
        again = oracle.check(self._case.examples[index].expected, second)
        return again is not None and again.category is finding.category

    def _repeated(self, judgement: Judgement) -> Judgement:
        """The judgement of a pass, if a sample of inputs gives the same under another hash seed."""
        if self._case.pure:
            return judgement
        steady = [
            n
            for n, (example, seen) in enumerate(zip(self._case.examples, self._seen, strict=False))
            if (example.expected is None or example.expected.steady) and seen.kind is ObservationKind.RETURNED
        ]
        left = steady[:: max(1, len(steady) // REPEATED)][:REPEATED]
        for _ in range(DOUBTS):
            self._reseeded.close()
            payloads = [self._case.examples[n].payload for n in left]
            again = self._reseeded.run(payloads, timeout=self._lab.settings.timeout)
            for n, second in zip(left, again, strict=False):
                if not self._case.oracle.repeats(self._seen[n], second):
                    if may_be_the_machine(second):
                        break
                    return self._flaky(judgement, n, self._seen[n], second)
            else:
                return judgement
            left = left[left.index(n) :]
        return self._flaky(judgement, n, self._seen[n], second)

    def _flaky(self, judgement: Judgement, index: int, first: Observation, second: Observation) -> Judgement:
        finding = self._case.oracle.flaky(self._case.examples[index].expected, first, second)
        return replace(judgement, groups=(Group(finding=finding, index=index, inputs=1),))


def _why_none_accepted(seen: Sequence[Observation], tried: int) -> str:
    results = Counter(one.raised.type if one.raised else one.kind.value for one in seen)
    did = ", ".join(f"{name} on {count}" for name, count in results.most_common(3))
    return f"it accepted none of its own {tried} inputs: {did or 'it ran on none'}"
