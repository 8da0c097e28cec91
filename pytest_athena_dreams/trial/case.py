"""The inputs of one dream and the expected answers: everything that is fixed before it runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..inputs.arguments import Arguments
from ..inputs.landscape import leads_somewhere, texts_by_name
from ..inputs.planting import planted
from ..inputs.pool import Pool, derive_seed, draw_pool
from ..inputs.strategies import UnmetAnnotation
from ..judge.oracle import Oracle, refusal_kind
from ..models import Canonical, Contract, Dream, Observation, Procedure
from ..sandbox.runner import Runner
from ..signatures import Signature
from ..source.docstring import read_docstring
from ..source.purity import is_pure
from ..source.reading import reading
from .answers import Answers
from .exploration import LARGE_PAYLOAD, Explorer
from .lab import Lab
from .observing import is_refusal
from .reference import Reference, References
from .untestable import never_returned, no_strategy

OWN_SHARE = 4
"""Inputs of the pool for each input that gets one of the dream's own literals."""


@dataclass(frozen=True, slots=True)
class Example:
    """One accepted input: its arguments, and what the procedure did (``None`` under ``free``)."""

    payload: bytes
    arguments: Arguments
    expected: Observation | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The oracle, the inputs drawn, and those of them that the procedure accepts.

    ``pools`` are the procedure's and, where the dream has literals of its own, a small one with these; under
    ``free`` the dream's alone. ``pure`` says that the dream does the same again, by its source and inputs.
    ``refused`` are payloads on which the procedure raised, without the large ones. ``spare`` and
    ``spare_examples`` are for a dream that shows no fault on the others.
    """

    dream: Dream
    oracle: Oracle
    reference: Reference | None
    pools: tuple[Pool, ...]
    examples: tuple[Example, ...]
    pure: bool
    refused: tuple[bytes, ...] = ()
    spare: Pool | None = None
    spare_examples: tuple[Example, ...] = ()

    @property
    def whole(self) -> Case:
        """The case with its spare examples, after the others."""
        if self.spare is None:
            return self
        pools, examples = (*self.pools, self.spare), (*self.examples, *self.spare_examples)
        return replace(self, pools=pools, examples=examples, spare=None, spare_examples=())

    @property
    def tried(self) -> int:
        """How many inputs were drawn."""
        return sum(map(len, self.pools))

    @property
    def moderate(self) -> list[bytes]:
        """The payloads of the examples, without the large ones."""
        return [example.payload for example in self.examples if len(example.payload) < LARGE_PAYLOAD]


@dataclass(frozen=True, slots=True)
class CaseMaker:
    """Makes the cases of one worker."""

    lab: Lab
    references: References
    answers: Answers

    def case(self, dream: Dream, contract: Contract, runner: Runner) -> Case:
        """The case of ``dream``, which is loaded in ``runner``. Raises ``Untestable``."""
        loaded = runner.loaded
        assert loaded is not None
        source, doc = reading(dream.code), read_docstring(loaded.doc)
        oracle = replace(
            self.lab.oracle(contract), returns=loaded.returns, declares={*source.declares, *doc.raises}
        )
        if dream.procedure is None or contract is Contract.FREE:
            assert loaded.signature is not None  # the engine has it described for ``free``
            return self._without_procedure(dream, oracle, runner, loaded.signature)
        return self._with_procedure(dream, dream.procedure, oracle, (*source.literals, *doc.numbers))

    def _with_procedure(
        self, dream: Dream, procedure: Procedure, oracle: Oracle, literals: Sequence[Canonical]
    ) -> Case:
        reference = self.references.of(procedure)
        expected = dict(reference.expected)
        pools: tuple[Pool, ...] = (reference.pool,)
        if own := self._own_pool(reference, literals):
            seen, found = self.answers.on_pool(reference, own)
            if found | reference.variation != reference.variation:
                self.references.revise(procedure, found)
                return self._with_procedure(dream, procedure, oracle, literals)
            pools = (reference.pool, own)
            expected |= seen
        refused = (refusal_kind(text) for one in expected.values() for text in one.refused)
        oracle = replace(
            reference.variation.left_out(oracle),
            expects={*reference.refused, *refused},
            calculates=reference.calculates,
            hosts={one.target for seen in expected.values() for one in seen.requests if one.kind == "http"},
        )
        inputs = [(p, x, expected[p]) for pool in pools for p, x in pool.inputs.items() if p in expected]
        if not any(oracle.accepts(seen) for *_, seen in inputs):
            raise never_returned(procedure, len(inputs), [seen for *_, seen in inputs])
        spare = [(p, reference.spare.inputs[p], seen) for p, seen in reference.spare_expected.items()]
        return Case(
            dream=dream,
            oracle=oracle,
            reference=reference,
            pools=pools,
            examples=tuple(Example(*each) for each in inputs if oracle.accepts(each[2])),
            spare=reference.spare,
            spare_examples=tuple(Example(*each) for each in spare if oracle.accepts(each[2])),
            pure=_pure(dream, [*pools, reference.spare]),
            refused=tuple(p for p, _, seen in inputs if is_refusal(seen) and len(p) < LARGE_PAYLOAD),
        )

    def _without_procedure(self, dream: Dream, oracle: Oracle, runner: Runner, signature: Signature) -> Case:
        name = dream.procedure_name
        explorer = Explorer(runner, self.lab.settings, self.lab.user_strategies(name, signature))
        try:
            spec = explorer.spec(signature, derive_seed(self.lab.settings.seed, name, dream.code))
            pool = draw_pool(spec)
        except UnmetAnnotation as exc:
            raise no_strategy(None, str(exc)) from None
        return Case(
            dream=dream,
            oracle=oracle,
            reference=None,
            pools=(pool,),
            examples=tuple(Example(payload, arguments, None) for payload, arguments in pool.inputs.items()),
            pure=_pure(dream, [pool]),
        )

    def _own_pool(self, reference: Reference, literals: Sequence[Canonical]) -> Pool | None:
        """A few inputs with those ``literals`` that the procedure does not have: a fault may hide there."""
        spec = reference.pool.spec
        new = tuple(x for x in literals if x not in spec.literals)
        if not new:
            return None
        size = max(1, self.lab.settings.max_examples // OWN_SHARE)
        drawn = {call.payload(): call for call in planted(spec.signature, new, reference.moderate, size)}
        fresh = {
            payload: call
            for payload, call in drawn.items()
            if payload not in reference.pool.inputs
            and (spec.shape is None or leads_somewhere(texts_by_name(call, spec.signature), spec.shape))
        }
        seed = derive_seed(spec.seed, repr(new))
        return Pool(replace(spec, literals=new, wide=False, size=size, seed=seed, edges=frozenset()), fresh)


def _pure(dream: Dream, pools: Iterable[Pool]) -> bool:
    return is_pure(dream.code) and all(pool.plain for pool in pools)
