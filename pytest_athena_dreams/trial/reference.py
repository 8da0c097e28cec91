"""What a dream is compared with: a procedure, its pool, and what the procedure does on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..inputs.arguments import Arguments
from ..inputs.pool import Pool, PoolSpec, derive_seed, draw_pool
from ..inputs.steps import calls_methods
from ..inputs.strategies import UnmetAnnotation
from ..judge.oracle import refusal_kind
from ..models import Contract, Observation, ObservationKind, Procedure
from ..sandbox.client import Source
from ..sandbox.modules import names_acts
from ..sandbox.runner import Runner
from ..signatures import Signature
from ..source.purity import is_pure
from ..source.scenes import reads, variables
from .detection import Mutants, detecting
from .exploration import LARGE_PAYLOAD, LOW_ACCEPTANCE, Explorer
from .feedback import chosen
from .lab import Lab
from .loading import refused_at_load
from .observing import (
    HANGS,
    LIMITS_SHARE,
    STEADY,
    Variation,
    first_timeout,
    marked,
    observe,
    procedure_timeout,
    rerun,
)
from .scouting import with_worlds
from .untestable import Untestable, crippled, never_returned, no_strategy, not_loaded

RAISING_STEPS = 4
"""Calls, at most, that are taken out of a sequence because the procedure raises there."""
SHARPENING_TIME = 2.0
"""Seconds that calls of mutants may take while a pool is made."""
SPARE_TIME = 0.5
"""Seconds that the calls of a procedure on spare inputs may take: a slow one has none."""
CACHED_REFERENCES = 8
"""References cached by a worker, the last ones used: the dreams of a procedure come one after another."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True, kw_only=True)
class Reference:
    """A procedure with its pool. ``expected`` is what it did on the pool's inputs, as far as it was run.

    It never changes and is equal to itself alone, so that caches can be keyed by it.
    """

    source: Source
    signature: Signature
    guessed: bool
    """Whether nothing said which function of the procedure is meant."""
    pool: Pool
    expected: Mapping[bytes, Observation]
    spare: Pool
    """Inputs that the pool was not given: a dream that shows no fault on the pool runs on these too."""
    spare_expected: Mapping[bytes, Observation]
    """What it did on the spare inputs, as far as it was run."""
    returned: Mapping[bytes, Arguments]
    """The pool's inputs on which the procedure returned, and was refused nothing that counts."""
    variation: Variation
    """What differed in any of the procedure's results: it is left out of every comparison."""
    refused: frozenset[str]
    """The kinds of what the jail refused to the procedure: to its load and any call, exploring included."""
    pure: bool
    """Whether its source says that the procedure does the same again on plain inputs."""

    @property
    def calculates(self) -> bool:
        """Whether its source names nothing that could ask the machine for anything."""
        return not names_acts(self.source.code)

    @property
    def certain(self) -> bool:
        """Whether the procedure can only do the same again on its pool."""
        return self.pure and self.pool.plain

    @property
    def moderate(self) -> list[Arguments]:
        """The inputs on which the procedure returned, without the large ones."""
        return [arguments for payload, arguments in self.returned.items() if len(payload) < LARGE_PAYLOAD]


class References:
    """Makes references, and caches the last ones and the reasons why some could not be made."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._cached: dict[tuple[str, str | None, str], Reference | Untestable] = {}

    def of(self, procedure: Procedure) -> Reference:
        """The procedure's reference. Raises ``Untestable`` if it can't be made."""
        key = _key(procedure)
        found = self._cached.pop(key, None)
        if found is None:
            try:
                found = self._make(procedure)
            except Untestable as why:
                found = why
        self._cached[key] = found
        if len(self._cached) > CACHED_REFERENCES:
            del self._cached[next(iter(self._cached))]
        if isinstance(found, Untestable):
            raise found
        return found

    def revise(self, procedure: Procedure, found: Variation) -> None:
        """From now on the procedure's results count as varying in ``found`` too."""
        reference = self.of(procedure)
        found |= reference.variation
        expected, spare = marked(reference.expected, found), marked(reference.spare_expected, found)
        self._cached[_key(procedure)] = replace(
            reference, variation=found, expected=expected, spare_expected=spare
        )

    def sketch(self, procedure: Procedure) -> Reference:
        """A reference to know a procedure by, made in a fraction of the time and not cached.

        Its inputs are as they are drawn: none are searched for, and no types are narrowed. Raises
        ``Untestable`` if it can't be made.
        """
        source = _source(procedure)
        with Runner(self._lab.jails.main, source) as runner:
            self._check(procedure, runner)
            try:
                _, spec = self._explored(procedure, runner)
                return self._observed(source, runner, replace(spec, candidates=0), searched=False)
            except UnmetAnnotation as exc:
                raise no_strategy(procedure, str(exc)) from None

    def _check(self, procedure: Procedure, runner: Runner) -> None:
        if runner.failure is not None:
            raise not_loaded(procedure, runner.failure)

    def _explored(self, procedure: Procedure, runner: Runner) -> tuple[Explorer, PoolSpec]:
        """What explores the function of a procedure that is loaded, and the spec of its pool."""
        lab = self._lab
        assert runner.signature is not None
        seed = derive_seed(lab.settings.seed, procedure.name, procedure.code)
        strategies = lab.user_strategies(procedure.name, runner.signature)
        explorer = Explorer(runner, lab.settings, strategies)
        return explorer, explorer.spec(runner.signature, seed)

    def _make(self, procedure: Procedure) -> Reference:
        lab = self._lab
        source = _source(procedure)
        if lab.settings.effects != "off" and self._may_act(source.code):
            try:
                if reference := self._acting(procedure, replace(source, acts=True)):
                    return reference
            except UnmetAnnotation as exc:
                raise no_strategy(procedure, str(exc)) from None
        with Runner(lab.jails.main, source) as runner:
            self._check(procedure, runner)
            if lab.settings.refusals != "compare" and (refused := refused_at_load(lab, runner)):
                raise crippled(procedure, refused)
            try:
                explorer, spec = self._explored(procedure, runner)
                reference = self._observed(source, runner, spec)
                if compiling := explorer.compiling(spec, reference.pool.inputs, reference.expected):
                    reference = self._observed(source, runner, replace(spec, compiling=compiling))
                if len(reference.returned) < LOW_ACCEPTANCE * len(reference.pool):
                    narrowed = explorer.narrowed(spec, list(reference.pool.inputs.values()))
                    if narrowed.narrowings:
                        other = self._observed(source, runner, narrowed)
                        reference = max(reference, other, key=lambda made: len(made.returned))
            except UnmetAnnotation as exc:
                raise no_strategy(procedure, str(exc)) from None
        if not reference.returned and not self._only_raises(reference):
            raise never_returned(procedure, len(reference.pool), list(reference.expected.values()))
        return reference

    def _may_act(self, code: str) -> bool:
        """Whether code may act or read its surroundings, by its source, and this machine has worlds."""
        named = names_acts(code) or reads(code) or variables(code)
        return bool(named) and not is_pure(code) and self._lab.jails.main.acts()

    def _acting(self, procedure: Procedure, source: Source) -> Reference | None:
        """The reference of a procedure in worlds of its own; ``None`` if it has no use for them."""
        lab = self._lab
        with Runner(lab.jails.main, source) as runner:
            if runner.failure is not None or runner.load_refusals:
                return None
            assert runner.signature is not None
            _, spec = self._explored(procedure, runner)
            acting = with_worlds(spec, runner, lab.user_worlds(procedure.name))
            reference = self._observed(source, runner, acting) if acting is not None else None
        return reference if reference is not None and reference.returned else None

    def _without_raising(
        self, runner: Runner, pool: Pool, expected: dict[bytes, Observation]
    ) -> tuple[Pool, dict[bytes, Observation]]:
        """The pool without those calls of its sequences that raise, and what the procedure does then."""
        inputs, seen = dict(pool.inputs), dict(expected)
        for _ in range(RAISING_STEPS):
            shorter: dict[bytes, Arguments] = {}
            for payload, one in list(seen.items()):
                number = given_before(one)
                other = inputs[payload].without_step(number) if number is not None else None
                if other is not None:
                    del inputs[payload], seen[payload]
                    shorter[other.payload()] = other
            new = {payload: x for payload, x in shorter.items() if payload not in inputs}
            if not new:
                break
            inputs |= new
            seen |= observe(self._lab, runner, new)
        return pool.of(inputs), seen

    def _sharpened(
        self, runner: Runner, pool: Pool, spare: Pool, seen: Mapping[bytes, Observation]
    ) -> tuple[Pool, Pool]:
        """Both pools, after spare inputs that detect mutants which the pool's do not have changed sides.

        They take the places of its last inputs. ``seen`` is what the procedure did on the inputs of both.
        """
        assert runner.signature is not None
        lab = self._lab
        oracle = replace(lab.oracle(Contract.SUPERSET), returns=runner.signature.returns)
        accepted, others = (
            {p: seen[p] for p in sorted(some.inputs, key=len) if p in seen and oracle.accepts(seen[p])}
            for some in (pool, spare)
        )
        with Mutants(
            lab.jails.main,
            replace(runner.source, entry_point=runner.signature.name),
            oracle,
            timeout=procedure_timeout(lab),
            seconds=SHARPENING_TIME,
        ) as mutants:
            found = detecting(mutants, accepted, others)
        kept = len(pool) - len(found) if len(pool) == pool.spec.size else len(pool)
        first = [*list(pool.inputs)[:kept], *found]
        both = pool.joined(spare)
        return both.only(first), both.only(p for p in both.inputs if p not in set(first))

    def _only_raises(self, reference: Reference) -> bool:
        """Whether the procedure raised on every input, each time for a reason of its own."""
        oracle = replace(self._lab.oracle(Contract.EQUIVALENT), calculates=reference.calculates)
        return bool(reference.expected) and all(map(oracle.accepts, reference.expected.values()))

    def _observed(
        self, source: Source, runner: Runner, spec: PoolSpec, *, searched: bool = True
    ) -> Reference:
        """The reference with the pool of ``spec``; it is ``searched`` for inputs that do more."""
        assert runner.loaded is not None
        assert runner.signature is not None
        pure = is_pure(source.code)
        pool = draw_pool(spec)
        # What remembers its calls is observed once, in the order in which its dreams run.
        seen = observe(self._lab, runner, pool.inputs) if pure and len(pool) <= spec.size else {}
        pool, spare = chosen(self._lab, source, pool, seen) if searched else (pool, pool.of({}))
        seen |= observe(self._lab, runner, [payload for payload in pool.inputs if payload not in seen])
        small = [] if source.acts else [payload for payload in spare.inputs if len(payload) < LARGE_PAYLOAD]
        spare = spare.only(sorted(small, key=len))
        timeout = first_timeout(self._lab, source)
        others = runner.run(list(spare.inputs), timeout=timeout, budget=SPARE_TIME, patience=HANGS[0])
        seen.update(zip(spare.inputs, others, strict=False))
        certain = pure and pool.plain and spare.plain
        if spare and certain:
            pool, spare = self._sharpened(runner, pool, spare, seen)
        expected, aside = ({p: seen[p] for p in some.inputs if p in seen} for some in (pool, spare))
        if calls_methods(spec.signature):
            pool, expected = self._without_raising(runner, pool, expected)
        found = STEADY
        if not certain:
            with Runner(self._lab.jails.reseeded, replace(source, share=LIMITS_SHARE)) as reseeded:
                both, found = rerun(self._lab, reseeded, {**expected, **aside})
            expected, aside = ({p: both[p] for p in some} for some in (expected, aside))
        oracle = self._lab.oracle(Contract.SUPERSET)
        returned = {p: x for p, x in pool.inputs.items() if p in expected and oracle.accepts(expected[p])}
        return Reference(
            source=source,
            signature=runner.signature,
            guessed=runner.loaded.guessed,
            pool=pool,
            spare=spare,
            spare_expected=marked(aside, found),
            expected=marked(expected, found),
            returned=returned,
            variation=found,
            refused=frozenset(map(refusal_kind, (*runner.refused, *runner.load_refusals))),
            pure=pure,
        )


def _source(procedure: Procedure) -> Source:
    pure = is_pure(procedure.code)
    return Source(
        code=procedure.code,
        entry_point=procedure.entry_point,
        title=procedure.name,
        share=LIMITS_SHARE if pure else 1.0,
        audited=not pure,
        trusted=True,
        prints=not pure,
        notes_patterns=True,
    )


def given_before(seen: Observation) -> int | None:
    """How many results a sequence of calls gave before it raised; ``None`` if it did not."""
    match seen.value:
        case ["iterator", _, list(items), False, *_] if seen.kind is ObservationKind.RAISED:
            return len(items)
    return None


def _key(procedure: Procedure) -> tuple[str, str | None, str]:
    return procedure.code, procedure.entry_point, procedure.name
