"""One dream in its jail: the inputs it is asked, what it did, whether that is so again, and the smallest
inputs that show what is wrong.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .exploration import Explorer
from .inputs.arguments import Arguments
from .inputs.docs import read
from .inputs.pool import Pool, derive_seed, draw_pool
from .inputs.shrink import shrink
from .inputs.strategies import UnmetAnnotation
from .judge.oracle import Finding
from .judge.verdict import Group, Judgement, judge, judge_load, refusal
from .models import Category, Contract, Dream, Fault, Observation, ObservationKind, Signature
from .reference import Reference, References, oracle_of
from .sandbox.runner import Runner

REPEATED = 10
"""Accepted inputs that a dream which passed is run on again, under another hash seed."""
TIMED = 15
"""Accepted inputs that procedure and dream are timed on, in turns."""
ROUNDS = 3
"""Times that each of them is timed on each input."""


@dataclass(frozen=True, slots=True)
class _Input:
    """One accepted input: its arguments, and what the procedure did (``None`` under ``free``)."""

    payload: bytes
    arguments: Arguments
    expected: Observation | None


class Trial:
    """The trial of one dream, which is loaded in ``runner``."""

    def __init__(self, references: References, runner: Runner, dream: Dream, contract: Contract) -> None:
        self._references = references
        self._settings = references.settings
        self._runner = runner
        self._dream = dream
        self._contract = contract
        self._reference: Reference | None = None
        self._oracle = oracle_of(self._settings, contract)
        self._pools: list[Pool] = []
        self._asked: list[_Input] = []
        self._got: Sequence[Observation] = ()

    @property
    def tried(self) -> int:
        """How many inputs were drawn for this dream."""
        return sum(map(len, self._pools))

    def judge(self) -> Judgement:
        """Choose the inputs, run the dream on them, and hold it against its procedure and against itself."""
        signature = self._runner.signature
        if signature is None:
            return judge_load(self._runner.failure)
        try:
            self._choose(signature)
        except UnmetAnnotation as exc:
            return refusal(Category.VALIDATION, str(exc))
        self._got = self._runner.run(
            [asked.payload for asked in self._asked],
            timeout=self._settings.timeout,
            budget=self._settings.dream_timeout,
            patience=1,
        )
        judgement = judge(self._oracle, [asked.expected for asked in self._asked], self._got)
        if not judgement.accepted:
            return refusal(Category.VALIDATION, self._why_none_accepted())
        if self._reference is not None:
            judgement = replace(judgement, accepted=len(self._asked))
        if judgement.groups:
            return self._confirmed(judgement)
        if len(self._got) < len(self._asked):
            limit = self._settings.dream_timeout
            text = f"all calls together took more than {limit:g} s, after {len(self._got)} inputs"
            return replace(refusal(Category.TIMEOUT, text), accepted=judgement.accepted)
        return self._repeated(judgement)

    def _choose(self, signature: Signature) -> None:
        """The procedure's pool and a few of the dream's own; under ``free`` the dream's pool alone."""
        declares = {*signature.declares, *read(signature).raises}
        self._oracle = replace(self._oracle, returns=signature.returns, declares=declares)
        procedure = self._dream.procedure
        if procedure is None or self._contract is Contract.FREE:
            name = self._dream.procedure_name
            explorer = Explorer(self._runner, self._settings, self._references.given(name, signature))
            spec = explorer.spec(signature, derive_seed(self._settings.seed, name, self._dream.code))
            self._pools = [draw_pool(spec)]
            self._asked = [_Input(p, arguments, None) for p, arguments in self._pools[0].inputs.items()]
            return
        self._reference = self._references.of(procedure)
        own = self._references.own_pool(self._reference, signature)
        self._pools = [self._reference.pool, own] if own else [self._reference.pool]
        expected = self._reference.expected
        self._asked = [
            _Input(payload, arguments, expected[payload])
            for pool in self._pools
            for payload, arguments in pool.inputs.items()
            if payload in expected and self._oracle.accepts(expected[payload])
        ]

    def _why_none_accepted(self) -> str:
        who = "the procedure" if self._reference else "the dream"
        seen = list(self._reference.expected.values()) if self._reference else self._got
        reasons = Counter(o.raised.type if o.raised else o.kind.value.replace("_", " ") for o in seen)
        told = ", ".join(f"{reason} {count} times" for reason, count in reasons.most_common(3))
        return f"no input accepted: of {self.tried} tried, {who} had {told or 'none to answer'}"

    # Whether it is so again

    def _confirmed(self, judgement: Judgement) -> Judgement:
        """The judgement, if its deciding finding comes back in a fresh child; else that it is flaky."""
        group = judgement.groups[0]
        assert group.index is not None
        asked, first = self._asked[group.index], self._got[group.index]
        with Runner(self._references.sandbox, self._runner.source) as fresh:
            if fresh.signature is None:
                second = fresh.failure
            else:
                second = fresh.run([asked.payload], timeout=self._settings.timeout)[0]
        again = None if self._oracle.rejects(second) else self._oracle.check(asked.expected, second)
        if again is not None and again.category is group.finding.category:
            return judgement
        flaky = self._oracle.flaky(asked.expected, first, second)
        return replace(judgement, groups=(Group(finding=flaky, index=group.index, inputs=1),))

    def _repeated(self, judgement: Judgement) -> Judgement:
        """The judgement of a pass, if a sample of inputs gives the same under another hash seed."""
        steady = [
            n
            for n, (asked, got) in enumerate(zip(self._asked, self._got, strict=True))
            if (asked.expected is None or asked.expected.steady) and got.kind is ObservationKind.RETURNED
        ]
        chosen = steady[:: max(1, len(steady) // REPEATED)][:REPEATED]
        with Runner(self._references.again, self._runner.source) as other:
            payloads = [self._asked[n].payload for n in chosen]
            seen = (
                [other.failure]
                if other.signature is None
                else other.run(payloads, timeout=self._settings.timeout)
            )
        for n, second in zip(chosen, seen, strict=False):
            if not self._oracle.repeats(self._got[n], second):
                flaky = self._oracle.flaky(self._asked[n].expected, self._got[n], second)
                return replace(judgement, groups=(Group(finding=flaky, index=n, inputs=1),))
        return judgement

    def effectiveness(self) -> float | None:
        """How many times faster the dream is than its procedure: the median of paired ratios.

        Both are timed in turns on the same accepted inputs; ``None`` without a procedure. The seconds are
        those that the children tell, so a dream that means to could forge this figure, and no other.
        """
        if self._reference is None or not self._asked:
            return None
        chosen = self._asked[:: max(1, len(self._asked) // TIMED)][:TIMED]
        ratios = []
        with Runner(self._references.sandbox, self._reference.source) as procedure:
            for asked in chosen:
                taken: list[tuple[float, float]] = []
                for _ in range(ROUNDS):
                    before = self._references.ask(procedure, asked.payload)
                    after = self._runner.run([asked.payload], timeout=self._settings.timeout)[0]
                    taken.append((before.took, after.took))
                base, dream = (min(column) for column in zip(*taken, strict=True))
                if base > 0 and dream > 0:
                    ratios.append(base / dream)
        return statistics.median(ratios) if ratios else None

    # The smallest inputs

    def faults(self, judgement: Judgement) -> tuple[Fault, ...]:
        """The distinct faults for people, each with the smallest input found that shows it."""
        end = time.monotonic() + self._settings.shrink_time
        faults: list[Fault] = []
        for group in judgement.groups:
            finding, call = group.finding, None
            if group.index is not None:
                arguments, finding = self._smallest(group.index, finding, end - time.monotonic())
                assert self._runner.signature is not None
                call = arguments.call(self._runner.signature.name)
            faults.append(
                Fault(
                    category=finding.category,
                    summary=finding.summary,
                    expected=finding.expected,
                    got=finding.got,
                    call=call,
                    line=finding.line,
                    exception=finding.exception,
                    inputs=group.inputs,
                    contrast=finding.contrast(),
                )
            )
        return tuple(faults)

    def _smallest(self, index: int, target: Finding, seconds: float) -> tuple[Arguments, Finding]:
        """The smallest input that shows the same fault as ``target``, and what it shows."""
        first = self._asked[index]
        if seconds <= 0 or target.category is Category.FLAKY:
            return first.arguments, target
        findings = {
            asked.payload: self._oracle.check(asked.expected, got)
            for asked, got in zip(self._asked, self._got, strict=False)
        }
        known = {payload: False for pool in self._pools for payload in pool.inputs}
        known |= {p: finding is not None and finding.key == target.key for p, finding in findings.items()}
        pool = next(pool for pool in self._pools if first.payload in pool.inputs)
        source = self._reference.source if self._reference else self._runner.source
        with Runner(self._references.sandbox, source) as other:

            def fails(arguments: Arguments) -> bool:
                payload = arguments.payload()
                expected = None
                if self._reference is not None:
                    expected = self._references.ask(other, payload)
                    if not self._oracle.accepts(expected):
                        return False
                got = self._runner.run([payload], timeout=self._settings.timeout)[0]
                if self._oracle.rejects(got):
                    return False
                findings[payload] = finding = self._oracle.check(expected, got)
                return finding is not None and finding.key == target.key

            smallest = shrink(pool.spec, known, fails, seconds)
        finding = findings.get(smallest.payload()) if smallest else None
        return (smallest, finding) if smallest and finding else (first.arguments, target)
