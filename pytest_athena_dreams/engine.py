"""One dream, end to end: describe → pool → observe → judge → shrink.

The procedure decides the inputs, and its outputs never enter a dream's process. Nothing is carried
from one dream to the next but what the procedures were seen to do.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .config import Settings
from .errors import PlanError
from .exploration import Explorer
from .inputs.arguments import Arguments
from .inputs.docs import read
from .inputs.pool import Pool, derive_seed, draw_pool
from .inputs.shrink import shrink
from .inputs.strategies import UnmetAnnotation
from .judge.oracle import Finding, Oracle
from .judge.verdict import Judgement, judge, judge_load, refusal
from .models import Category, Contract, Dream, Fault, Observation, Outcome, Signature, Verdict
from .reference import Given, Reference, References
from .sandbox.client import Sandbox, Source
from .sandbox.runner import Runner


@dataclass(frozen=True, slots=True)
class _Input:
    """One accepted input: its arguments, and what the procedure did (``None`` under ``free``)."""

    payload: bytes
    arguments: Arguments
    expected: Observation | None


class Engine:
    """Tests dreams one after another in one worker. Close it to end the jail."""

    def __init__(self, settings: Settings, sandbox: Sandbox, given: Given = lambda *_: {}) -> None:
        self.settings = settings
        self.sandbox = sandbox
        self.given = given
        self.references = References(settings, sandbox, given)

    def close(self) -> None:
        """End the jail and everything in it."""
        self.sandbox.close()

    def test(self, dream: Dream) -> Verdict:
        """The verdict on one dream.

        Raises ``PlanError`` where the dream can't be tested for a reason that is not its own: its
        procedure does not load, or its type is unknown and its row names no contract.
        """
        started = time.monotonic()
        contract = _contract(dream)
        procedure = dream.procedure
        source = Source(
            code=dream.code,
            entry_point=dream.entry_point,
            fallbacks=(procedure.entry_point,) if procedure and procedure.entry_point else (),
        )
        with Runner(self.sandbox, source) as runner:
            trial = _Trial(self, runner, dream, contract)
            judgement = trial.judge()
            category = judgement.groups[0].finding.category if judgement.groups else None
            compared = contract is Contract.COMPATIBLE and judgement.accepted
            return Verdict(
                dream_id=dream.id,
                outcome=Outcome.FAILURE if category else Outcome.SUCCESS,
                contract=contract,
                category=category,
                faults=trial.faults(judgement),
                tried=trial.tried,
                accepted=judgement.accepted,
                rejected=max(0, trial.tried - judgement.accepted),
                diverged=judgement.diverged / judgement.accepted if compared else None,
                elapsed=time.monotonic() - started,
                cpu=runner.cpu,
                peak_memory=runner.peak_memory,
            )


def _contract(dream: Dream) -> Contract:
    """The contract in force: without a procedure there is nothing to be held against."""
    if dream.procedure is None:
        return Contract.FREE
    if dream.contract is None:
        raise PlanError(
            f"dream {dream.id} has the unknown type {dream.dream_type!r} and names no contract; "
            f"set its contract to one of {', '.join(Contract)}"
        )
    return dream.contract


class _Trial:
    """One dream in its jail: the inputs it is asked, what it did, and its smallest failing input."""

    def __init__(self, engine: Engine, runner: Runner, dream: Dream, contract: Contract) -> None:
        self._settings = engine.settings
        self._sandbox = engine.sandbox
        self._references = engine.references
        self._given = engine.given
        self._runner = runner
        self._dream = dream
        self._contract = contract
        self._reference: Reference | None = None
        self._oracle = Oracle(contract=contract)
        self._pools: list[Pool] = []
        self._asked: list[_Input] = []
        self._got: Sequence[Observation] = ()

    @property
    def tried(self) -> int:
        """How many inputs were drawn for this dream."""
        return sum(map(len, self._pools))

    def judge(self) -> Judgement:
        """Load the dream, choose its inputs, run it on them and hold it against its procedure."""
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
        expected = [asked.expected for asked in self._asked]
        judgement = judge(self._oracle, expected, self._got)
        if not judgement.accepted:
            return refusal(Category.VALIDATION, self._why_none_accepted())
        return judgement

    def _choose(self, signature: Signature) -> None:
        """The procedure's pool and a few of the dream's own; under ``free`` the dream's pool alone."""
        declares = {*signature.declares, *read(signature).raises}
        self._oracle = replace(self._oracle, returns=signature.returns, declares=declares)
        procedure = self._dream.procedure
        if procedure is None or self._contract is Contract.FREE:
            name = self._dream.procedure_name
            explorer = Explorer(self._runner, self._settings, self._given(name, signature))
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

    def faults(self, judgement: Judgement) -> tuple[Fault, ...]:
        """The distinct faults for people; the first one with the smallest input that shows it."""
        faults: list[Fault] = []
        for group in judgement.groups:
            finding, call = group.finding, None
            if group.index is not None:
                arguments = self._asked[group.index].arguments
                if not faults:
                    arguments, finding = self._shrink(group.index, finding)
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
                )
            )
        return tuple(faults)

    def _shrink(self, index: int, target: Finding) -> tuple[Arguments, Finding]:
        """The smallest input that shows the same fault as ``target``, and what it shows."""
        first = self._asked[index]
        if self._settings.shrink_time == 0:
            return first.arguments, target
        findings = {
            asked.payload: self._oracle.check(asked.expected, got)
            for asked, got in zip(self._asked, self._got, strict=False)
        }
        known = {payload: False for pool in self._pools for payload in pool.inputs}
        known |= {p: finding is not None and finding.key == target.key for p, finding in findings.items()}
        pool = next(pool for pool in self._pools if first.payload in pool.inputs)
        with Runner(
            self._sandbox, self._reference.source if self._reference else self._runner.source
        ) as other:

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

            smallest = shrink(pool.spec, known, fails, self._settings.shrink_time)
        finding = findings.get(smallest.payload()) if smallest else None
        return (smallest, finding) if smallest and finding else (first.arguments, target)
