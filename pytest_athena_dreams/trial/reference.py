"""What a dream is compared with: a procedure, its pool, and what the procedure does on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..inputs.arguments import Arguments
from ..inputs.pool import Pool, PoolSpec, derive_seed, draw_pool
from ..judge.verdict import judge_load
from ..models import Observation, ObservationKind, Procedure, Reason, Signature
from ..sandbox.client import Source
from ..sandbox.runner import Runner
from ..source.purity import is_pure
from .exploration import LOW_ACCEPTANCE, Explorer
from .lab import Lab
from .observing import checked, observe
from .untestable import Untestable

LARGE_PAYLOAD = 4096
"""Bytes of a payload from which an input counts as large."""
CACHED_REFERENCES = 8
"""References cached by a worker, the last ones used: the dreams of a procedure come one after another."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True, kw_only=True)
class Reference:
    """A procedure with its pool. ``expected`` is what it did on the pool's inputs, as far as it was run.

    It never changes and is equal to itself alone, so that caches can be keyed by it.
    """

    source: Source
    signature: Signature
    pool: Pool
    expected: Mapping[bytes, Observation]
    steady: bool
    """Whether the procedure did the same again on every input of its pool."""
    pure: bool

    @property
    def returned(self) -> dict[bytes, Arguments]:
        """The pool's inputs on which the procedure returned."""
        kinds = {payload: one.kind for payload, one in self.expected.items()}
        return {p: x for p, x in self.pool.inputs.items() if kinds.get(p) is ObservationKind.RETURNED}

    @property
    def moderate(self) -> list[Arguments]:
        """The pool's inputs on which the procedure returned, without the large ones."""
        return [arguments for payload, arguments in self.returned.items() if len(payload) < LARGE_PAYLOAD]


class References:
    """Makes references, and caches the last ones and the reasons why some could not be made."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._cached: dict[tuple[str, str | None, str], Reference | Untestable] = {}

    def of(self, procedure: Procedure) -> Reference:
        """The procedure's reference.

        Raises ``Untestable`` where the procedure does not load, and ``UnmetAnnotation`` where one of
        its parameters has no strategy.
        """
        key = procedure.code, procedure.entry_point, procedure.name
        found = self._cached.pop(key, None)
        if found is None:
            try:
                found = self._make(procedure)
            except Untestable as exc:
                found = exc
        self._cached[key] = found
        if len(self._cached) > CACHED_REFERENCES:
            del self._cached[next(iter(self._cached))]
        if isinstance(found, Untestable):
            raise found
        return found

    def _make(self, procedure: Procedure) -> Reference:
        lab = self._lab
        source = Source(code=procedure.code, entry_point=procedure.entry_point, title=procedure.name)
        with Runner(lab.jails.main, source) as runner:
            if runner.failure is not None:
                why = judge_load(runner.failure).groups[0].finding.words.summary
                raise Untestable(
                    Reason.NOT_LOADED,
                    f"procedure {procedure.name!r} (id {procedure.id}) can't be run: {why}; fix it, or give "
                    f"its dreams the contract 'free'",
                )
            assert runner.signature is not None
            seed = derive_seed(lab.settings.seed, procedure.name, procedure.code)
            strategies = lab.user_strategies(procedure.name, runner.signature)
            explorer = Explorer(runner, lab.settings, strategies)
            spec = explorer.spec(runner.signature, seed)
            reference = self._observed(source, runner, spec)
            if len(reference.returned) < LOW_ACCEPTANCE * len(reference.pool):
                narrowed = explorer.narrowed(spec, list(reference.pool.inputs.values()))
                if narrowed.narrowings:
                    other = self._observed(source, runner, narrowed)
                    reference = max(reference, other, key=lambda made: len(made.returned))
        return reference

    def _observed(self, source: Source, runner: Runner, spec: PoolSpec) -> Reference:
        """The reference with the pool of ``spec``."""
        assert runner.signature is not None
        pool, pure = draw_pool(spec), is_pure(source.code)
        expected = observe(self._lab, runner, pool.inputs)
        if not (pool.plain and pure):
            with Runner(self._lab.jails.reseeded, source) as reseeded:
                expected = checked(self._lab, reseeded, expected)
        return Reference(
            source=source,
            signature=runner.signature,
            pool=pool,
            expected=expected,
            steady=all(one.steady for one in expected.values()),
            pure=pure,
        )
