"""One dream in its jail: the inputs it is asked, what it did, and whether that is so again."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from dataclasses import replace
from functools import cached_property
from types import TracebackType
from typing import Self

from ..inputs.docs import read_text
from ..inputs.pool import Pool, derive_seed, draw_pool
from ..inputs.strategies import UnmetAnnotation
from ..judge.oracle import Finding
from ..judge.verdict import STOPPED, Group, Judgement, judge, judge_load, refusal
from ..models import Category, Contract, DeathReason, Dream, Fault, Loaded, Observation, ObservationKind
from ..sandbox.client import Source
from ..sandbox.runner import Runner
from ..source.purity import is_pure
from ..source.reading import reading, statement_lines
from .evidence import lines_reached, told_apart
from .exploration import Explorer
from .reference import LARGE, Reference, References, oracle_of
from .shrinking import Asked, Shrinker

DOUBTS = 3
"""Times that a hang or a kill which does not come back is taken for the machine's doing."""
REPEATED = 10
"""Accepted inputs that a dream which passed is run on again, under another hash seed."""
TIMED = 6
"""Accepted inputs that procedure and dream are timed on, in turns."""
ROUNDS = 2
"""Times that each of them is timed on each input; the shorter one counts, for the first finds caches cold."""


class Trial:
    """The trial of one dream. A context manager: ``runner`` is its child, which is killed at the end."""

    def __init__(self, references: References, source: Source, dream: Dream, contract: Contract) -> None:
        self._references = references
        self._settings = references.settings
        self.runner = Runner(references.sandbox, source)
        self._again = Runner(references.again, replace(source, described="not"))
        self._dream = dream
        self._contract = contract
        self._reference: Reference | None = None
        self._oracle = oracle_of(self._settings, contract)
        self._pools: list[Pool] = []
        self._asked: list[Asked] = []
        self._got: list[Observation] = []
        self._smallest: dict[int, tuple[Asked, Finding]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.runner.close()
        self._again.close()

    @property
    def tried(self) -> int:
        """How many inputs were drawn for this dream."""
        return sum(map(len, self._pools))

    def judge(self) -> Judgement:
        """Choose the inputs, run the dream on them, and hold it against its procedure and against itself."""
        if self.runner.failure is not None:
            return judge_load(self.runner.failure)
        assert self.runner.loaded is not None
        try:
            self._choose(self.runner.loaded)
        except UnmetAnnotation as exc:
            return refusal(Category.VALIDATION, str(exc))
        for _ in range(DOUBTS):
            judgement = self._judged()
            if not judgement.accepted:
                return refusal(Category.VALIDATION, self._why_none_accepted())
            if not judgement.groups:
                return self._out_of_time(judgement) or self._repeated(judgement)
            index, finding = _deciding(judgement)
            if self._pure and self._got[index].death is None and finding.category not in STOPPED:
                return judgement
            first, second = self._got[index], self._second(index, finding)
            if self._shows(index, second, finding):
                return judgement
            if not _may_be_the_machine(first):
                break
            self._got[index] = second
        return self._flaky(judgement, index, first, second)

    def _judged(self) -> Judgement:
        """The judgement of what the dream did, once it was asked what is left to ask."""
        payloads = [asked.payload for asked in self._asked[len(self._got) :]]
        budget = self._settings.dream_timeout - sum(seen.elapsed for seen in self._got)
        self._got += self.runner.run(payloads, timeout=self._settings.timeout, budget=budget, patience=1)
        judgement = judge(self._oracle, [asked.expected for asked in self._asked], self._got)
        accepted = len(self._asked) if self._reference and judgement.accepted else judgement.accepted
        return replace(judgement, accepted=accepted)

    def _out_of_time(self, judgement: Judgement) -> Judgement | None:
        """The judgement of a dream that was not asked everything, for all its time was used up."""
        if len(self._got) == len(self._asked):
            return None
        limit = self._settings.dream_timeout
        text = f"all calls together took more than {limit:g} s, after {len(self._got)} inputs"
        return replace(refusal(Category.TIMEOUT, text), accepted=judgement.accepted)

    def _choose(self, loaded: Loaded) -> None:
        """The procedure's pool and a few of the dream's own; under ``free`` the dream's pool alone."""
        told, doc = reading(self._dream.code), read_text(loaded.doc)
        self._oracle = replace(self._oracle, returns=loaded.returns, declares={*told.declares, *doc.raises})
        procedure = self._dream.procedure
        if procedure is None or self._contract is Contract.FREE:
            name, signature = self._dream.procedure_name, loaded.signature
            assert signature is not None  # under ``free`` a dream is described fully
            explorer = Explorer(self.runner, self._settings, self._references.given(name, signature))
            spec = explorer.spec(signature, derive_seed(self._settings.seed, name, self._dream.code))
            self._pools = [draw_pool(spec)]
            self._asked = [Asked(p, arguments, None) for p, arguments in self._pools[0].inputs.items()]
            return
        self._reference = self._references.of(procedure)
        own = self._references.own_pool(self._reference, (*told.literals, *doc.literals))
        self._pools = [self._reference.pool, own] if own else [self._reference.pool]
        expected = self._reference.expected
        self._asked = [
            Asked(payload, arguments, expected[payload])
            for pool in self._pools
            for payload, arguments in pool.inputs.items()
            if payload in expected and self._oracle.accepts(expected[payload])
        ]

    def _why_none_accepted(self) -> str:
        who, seen = "the dream", self._got
        if self._reference is not None:
            expected = self._reference.expected
            who = "the procedure"
            seen = [expected[p] for pool in self._pools for p in pool.inputs if p in expected]
        reasons = Counter(o.raised.type if o.raised else o.kind.value.replace("_", " ") for o in seen)
        told = ", ".join(f"{reason} {count} times" for reason, count in reasons.most_common(3))
        return f"no input accepted: of {self.tried} tried, {who} had {told or 'none to answer'}"

    # Whether it is so again

    @cached_property
    def _pure(self) -> bool:
        """Whether what the dream did once it does again, as its source tells: then it is not asked again."""
        return is_pure(self._dream.code) and all(pool.plain for pool in self._pools)

    def _second(self, index: int, finding: Finding) -> Observation:
        """What a fresh child does on the same input, or on a smaller one where that hangs too."""
        if finding.category is Category.TIMEOUT:
            smaller = self._shrinker().smallest(index, finding, self._settings.shrink_time)[0]
            second = self._fresh(smaller)
            again = self._oracle.check(smaller.expected, second)
            if smaller is self._asked[index] or (again and again.category is finding.category):
                self._smallest[index] = smaller, again or finding
                return second
        return self._fresh(self._asked[index])

    def _shows(self, index: int, second: Observation, finding: Finding) -> bool:
        """Whether an observation shows the same kind of fault as ``finding``."""
        if self._oracle.rejects(second):
            return False
        again = self._oracle.check(self._asked[index].expected, second)
        return again is not None and again.category is finding.category

    def _fresh(self, asked: Asked) -> Observation:
        with Runner(self._references.sandbox, self.runner.source) as fresh:
            return fresh.run([asked.payload], timeout=self._settings.timeout)[0]

    def _repeated(self, judgement: Judgement) -> Judgement:
        """The judgement of a pass, if a sample of inputs gives the same under another hash seed."""
        if self._pure:
            return judgement
        steady = [
            n
            for n, (asked, got) in enumerate(zip(self._asked, self._got, strict=True))
            if (asked.expected is None or asked.expected.steady) and got.kind is ObservationKind.RETURNED
        ]
        left = steady[:: max(1, len(steady) // REPEATED)][:REPEATED]
        for _ in range(DOUBTS):
            self._again.close()
            seen = self._again.run([self._asked[n].payload for n in left], timeout=self._settings.timeout)
            for n, second in zip(left, seen, strict=False):
                if not self._oracle.repeats(self._got[n], second):
                    if _may_be_the_machine(second):
                        break
                    return self._flaky(judgement, n, self._got[n], second)
            else:
                return judgement
            left = left[left.index(n) :]
        return self._flaky(judgement, n, self._got[n], second)

    def _flaky(self, judgement: Judgement, index: int, first: Observation, second: Observation) -> Judgement:
        finding = self._oracle.flaky(self._asked[index].expected, first, second)
        return replace(judgement, groups=(Group(finding=finding, index=index, inputs=1),))

    def effectiveness(self) -> float | None:
        """How many times faster the dream is than its procedure: the median of paired ratios.

        Both are timed one after the other on the same accepted inputs, the few large ones left out, which
        would cost more than they count in a median; ``None`` without a procedure. The seconds are those
        that the children tell, so a dream that means to could forge this figure, and no other.
        """
        if self._reference is None:
            return None
        moderate = self._moderate()
        chosen = moderate[:: max(1, len(moderate) // TIMED)][:TIMED]
        procedure = self._references.living(self._reference, self._references.sandbox)
        pairs = zip(self._times(procedure, chosen), self._times(self.runner, chosen), strict=False)
        ratios = [of_procedure / of_dream for of_procedure, of_dream in pairs if of_procedure and of_dream]
        return statistics.median(ratios) if ratios else None

    def _times(self, runner: Runner, payloads: list[bytes]) -> list[float]:
        """The seconds of each call, the shortest of all rounds."""
        took = [seen.took for seen in runner.run(payloads * ROUNDS, timeout=self._settings.timeout)]
        return [min(took[n :: len(payloads)]) for n in range(min(len(payloads), len(took)))]

    def _moderate(self) -> list[bytes]:
        return [asked.payload for asked in self._asked if len(asked.payload) < LARGE]

    def evidence(self) -> float | None:
        """The share of the procedure's mutants that its pool tells apart; ``None`` without a procedure."""
        if self._reference is None:
            return None
        return told_apart(self._references, self._reference, self._contract)

    def lines(self) -> tuple[int, int] | None:
        """How many lines of the dream its inputs reach, and how many it has; ``None`` of none.

        Large inputs are left out where there are others: to watch what they do takes long. To be asked last,
        for the child that is alive is then watched and answers no more.
        """
        payloads = self._moderate() or [asked.payload for asked in self._asked]
        if not payloads:
            return None
        runner, statements = self.runner if self._pure else self._again, statement_lines(self._dream.code)
        return lines_reached(self._settings, runner, statements, payloads, anew=not self._pure)

    # The smallest inputs

    def faults(self, judgement: Judgement) -> tuple[Fault, ...]:
        """The distinct faults for people, each with the smallest input found that shows it."""
        end = time.monotonic() + self._settings.shrink_time
        faults: list[Fault] = []
        for group in judgement.groups:
            finding, call = group.finding, None
            if group.index is not None:
                asked, finding = self._made_small(group.index, finding, end - time.monotonic())
                assert self.runner.loaded is not None
                call = asked.arguments.call(self.runner.loaded.name)
            words = finding.words
            faults.append(
                Fault(
                    category=finding.category,
                    summary=words.summary,
                    expected=words.expected,
                    got=words.got,
                    call=call,
                    line=finding.line,
                    exception=finding.exception,
                    inputs=group.inputs,
                    contrast=finding.contrast(),
                )
            )
        return tuple(faults)

    def _made_small(self, index: int, finding: Finding, seconds: float) -> tuple[Asked, Finding]:
        if finding.category is Category.FLAKY:
            return self._asked[index], finding
        return self._smallest.get(index) or self._shrinker().smallest(index, finding, seconds)

    def _shrinker(self) -> Shrinker:
        return Shrinker(
            self._references,
            self._reference,
            self.runner,
            self._oracle,
            self._pools,
            self._asked,
            self._got,
        )


def _deciding(judgement: Judgement) -> tuple[int, Finding]:
    group = judgement.groups[0]
    assert group.index is not None
    return group.index, group.finding


def _may_be_the_machine(seen: Observation) -> bool:
    """Whether a loaded machine can bring this about without the dream's doing."""
    return seen.kind is ObservationKind.TIMED_OUT or seen.death is DeathReason.MEMORY
