"""What a dream is held against: a procedure, its pool, and what the procedure was seen to do on it.

A reference is made once for each procedure and serves all its dreams. It only ever grows, by the few
inputs that a dream's own literals suggest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from msgspec import structs

from ..config import Settings
from ..errors import PlanError
from ..inputs.arguments import Arguments
from ..inputs.planting import planted
from ..inputs.pool import Pool, PoolSpec, derive_seed, draw_pool
from ..inputs.scalars import Strategy
from ..inputs.small import small_arguments
from ..judge.oracle import Oracle
from ..judge.verdict import judge_load
from ..models import Canonical, Contract, Observation, ObservationKind, Procedure, Signature
from ..sandbox.client import SandboxPair, Source
from ..sandbox.policy import Policy
from ..sandbox.runner import Runner
from ..source.purity import is_pure
from .exploration import FEW, Explorer

SHARE = 4
"""The procedure gets this part of a dream's times: what it barely manages is no fair input for a dream."""
PATIENCE = (3, 15)
"""Inputs that the procedure may hang on before the rest gets less time, and then before it is left out."""
HURRY = 10
"""How many times less time the rest gets."""
SIMPLEST = 64
"""Simplest inputs that a fault is looked for in before Hypothesis shrinks it."""
OWN_SHARE = 4
"""Inputs made with the literals that only a dream has: one in this many of the pool's size."""
LARGE = 4096
"""Bytes of a payload from which on an input counts as large."""

KEPT = 8
"""Procedures whose references are kept, the last ones used: their dreams come one after another."""

_ANSWERS = (ObservationKind.RETURNED, ObservationKind.RAISED)

Given = Callable[[str, Signature], Mapping[str, Strategy]]
"""The user's own strategies, by parameter, for the function that a procedure's name and signature tell."""


def oracle_of(settings: Settings, contract: Contract) -> Oracle:
    """The oracle of ``contract`` that compares as the settings say."""
    return Oracle(
        contract=contract,
        tolerance=settings.tolerance,
        signed_zero=settings.signed_zero == "on",
        messages=settings.exceptions == "message",
    )


Seen = dict[bytes, tuple[Arguments, bool]]
"""By payload, inputs and whether they showed a fault, in the order in which they were looked at."""


@dataclass(frozen=True, slots=True)
class Search:
    """A search for the smallest input that shows a fault: all that it looked at, and what it came to."""

    seen: Seen
    smallest: bytes


@dataclass(frozen=True, slots=True)
class Reference:
    """One procedure; ``expected`` holds by payload what it was seen to do, on ``pool`` and beyond.

    ``small`` are its simplest inputs, once a failing dream needed them; ``evidence`` is what module
    ``evidence`` found by contract, where it was asked; ``searches`` are the last ones that module
    ``shrinking`` did, by the inputs of the pool that showed the fault.
    """

    source: Source
    signature: Signature
    pool: Pool
    expected: dict[bytes, Observation] = field(default_factory=dict)
    small: dict[bytes, Arguments] = field(default_factory=dict)
    evidence: dict[Contract, float | None] = field(default_factory=dict)
    searches: dict[frozenset[bytes], Search] = field(default_factory=dict)

    def moderate(self) -> list[Arguments]:
        """The pool's inputs that the procedure returned on, the large ones left out."""
        seen = {p: self.expected[p] for p in self.pool.inputs if p in self.expected and len(p) < LARGE}
        return [self.pool.inputs[p] for p, o in seen.items() if o.kind is ObservationKind.RETURNED]

    def steady(self) -> bool:
        """Whether the procedure did the same again wherever in its pool it was asked again."""
        return all(self.expected[p].steady for p in self.pool.inputs if p in self.expected)

    def returned(self) -> int:
        """How many inputs the procedure returned on."""
        return sum(
            self.expected[p].kind is ObservationKind.RETURNED for p in self.pool.inputs if p in self.expected
        )


class References:
    """The references of one worker, by procedure, and the two jails that they are made in.

    ``again`` has another hash seed and another random seed, and nothing else that is different.
    """

    def __init__(self, settings: Settings, policy: Policy, given: Given) -> None:
        self.settings = settings
        self.given = given
        self.sandbox = SandboxPair(policy)
        self.again = SandboxPair(policy, hash_seed=1, random_seed=1)
        self._living = {sandbox: Runner(sandbox, Source(code="")) for sandbox in (self.sandbox, self.again)}
        self._made: dict[tuple[str, str | None, str], Reference | PlanError] = {}

    def close(self) -> None:
        """End both jails and everything in them."""
        for runner in self._living.values():
            runner.close()
        self.sandbox.close()
        self.again.close()

    def of(self, procedure: Procedure) -> Reference:
        """The procedure's reference, made when first asked for, or again where it was long ago.

        Raises ``PlanError`` where the procedure does not load, and ``UnmetAnnotation`` where one of
        its parameters has no strategy.
        """
        key = procedure.code, procedure.entry_point, procedure.name
        made = self._made.pop(key, None)
        if made is None:
            try:
                made = self._make(procedure)
            except PlanError as exc:
                made = exc
        self._made[key] = made
        if len(self._made) > KEPT:
            del self._made[next(iter(self._made))]
        if isinstance(made, PlanError):
            raise made
        return made

    def _make(self, procedure: Procedure) -> Reference:
        source = Source(code=procedure.code, entry_point=procedure.entry_point, title=procedure.name)
        with Runner(self.sandbox, source) as runner:
            if runner.failure is not None:
                why = judge_load(runner.failure).groups[0].finding.words.summary
                raise PlanError(
                    f"procedure {procedure.name!r} (id {procedure.id}) can't be run: {why}; mend it, or give "
                    f"its dreams the contract 'free'"
                )
            assert runner.signature is not None
            seed = derive_seed(self.settings.seed, procedure.name, procedure.code)
            explorer = Explorer(runner, self.settings, self.given(procedure.name, runner.signature))
            spec = explorer.spec(runner.signature, seed)
            reference = self._observed(source, runner, spec)
            if reference.returned() < FEW * len(reference.pool):
                narrowed = explorer.narrowed(spec, list(reference.pool.inputs.values()))
                if narrowed.narrowings:
                    reference = max(
                        reference, self._observed(source, runner, narrowed), key=Reference.returned
                    )
        return reference

    def _observed(self, source: Source, runner: Runner, spec: PoolSpec) -> Reference:
        assert runner.signature is not None
        reference = Reference(source, runner.signature, draw_pool(spec))
        with Runner(self.again, source) as again:
            self._extend(reference, reference.pool, runner, again)
        return reference

    def own_pool(self, reference: Reference, literals: Sequence[Canonical]) -> Pool | None:
        """A few inputs with those ``literals`` of a dream that are new: a fault may hide where they count."""
        spec = reference.pool.spec
        new = tuple(x for x in literals if x not in spec.literals)
        if not new:
            return None
        size = max(1, self.settings.max_examples // OWN_SHARE)
        drawn = {call.payload(): call for call in planted(spec.signature, new, reference.moderate(), size)}
        fresh = {payload: call for payload, call in drawn.items() if payload not in reference.pool.inputs}
        seed = derive_seed(spec.seed, repr(new))
        own = Pool(replace(spec, literals=new, wide=False, size=size, seed=seed, edges=frozenset()), fresh)
        here, again = (self.living(reference, sandbox) for sandbox in (self.sandbox, self.again))
        self._extend(reference, own, here, again)
        return own

    def ask(self, reference: Reference, payload: bytes) -> Observation:
        """What the procedure does on one more input."""
        if payload not in reference.expected:
            timeout = self.settings.timeout / SHARE
            seen = self.living(reference, self.sandbox).run([payload], timeout=timeout)[0]
            reference.expected[payload] = structs.replace(seen, steady=reference.steady())
        return reference.expected[payload]

    def living(self, reference: Reference, sandbox: SandboxPair) -> Runner:
        """The procedure in a child that lives on, for one dream after another.

        A procedure that is not steady gets a fresh one each time: it may remember what it was asked.
        """
        runner = self._living[sandbox]
        if runner.source is not reference.source or not reference.steady():
            runner.close()
            runner = self._living[sandbox] = Runner(sandbox, reference.source)
        return runner

    def simplest(self, reference: Reference) -> dict[bytes, Arguments]:
        """The simplest inputs, in order, as far as the procedure answers quickly."""
        spec = reference.pool.spec
        if not reference.small and not spec.given:
            small = {call.payload(): call for call in small_arguments(spec.signature, SIMPLEST)}
            left = [payload for payload in small if payload not in reference.expected]
            runner = self.living(reference, self.sandbox)
            seen = runner.run(left, timeout=self.settings.timeout / SHARE / HURRY, patience=PATIENCE[0])
            steady = reference.steady()
            reference.expected.update(
                (payload, structs.replace(one, steady=steady))
                for payload, one in zip(left, seen, strict=False)
                if one.kind in _ANSWERS  # what is slow here may do elsewhere, where it gets more time
            )
            reference.small.update((p, call) for p, call in small.items() if p in reference.expected)
        return reference.small

    def _extend(self, reference: Reference, pool: Pool, runner: Runner, again: Runner) -> None:
        left = [payload for payload in pool.inputs if payload not in reference.expected]
        timeout = self.settings.timeout / SHARE
        for patience, hurry in zip(PATIENCE, (1, HURRY), strict=True):
            seen = runner.run(
                left,
                timeout=timeout / hurry,
                budget=self.settings.dream_timeout / SHARE,
                patience=patience,
            )
            reference.expected.update(zip(left, seen, strict=False))
            left = left[len(seen) :]
        if not (pool.plain and is_pure(reference.source.code)):
            self._mark_unsteady(reference, pool.inputs, again)

    def _mark_unsteady(self, reference: Reference, payloads: Iterable[bytes], again: Runner) -> None:
        """Run the procedure again, with another hash seed and random seed, and in the other direction."""
        expected = reference.expected
        returned = [p for p in payloads if p in expected and expected[p].kind is ObservationKind.RETURNED]
        returned.reverse()
        seen = again.run(returned, timeout=self.settings.timeout)
        oracle = oracle_of(self.settings, Contract.EQUIVALENT)
        for payload, second in zip(returned, seen, strict=False):
            if second.kind in _ANSWERS and not oracle.repeats(expected[payload], second):
                expected[payload] = structs.replace(expected[payload], steady=False)
