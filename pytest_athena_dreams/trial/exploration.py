"""How to draw inputs for one procedure: found by running the procedure itself in the jail.

Types that nothing declares are tried; a type that is too wide is narrowed. The result is a ``PoolSpec`` whose
notes say how it was built.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..config import Settings
from ..inputs.arguments import Arguments
from ..inputs.followups import Compiling
from ..inputs.inference import choose, combinations, example_values, one_shot, structured, trials, with_types
from ..inputs.narrowing import Narrowing, candidates, sample
from ..inputs.pool import PoolSpec, draw_pool
from ..inputs.scalars import Strategy
from ..inputs.strategies import UnmetAnnotation
from ..models import Observation, ObservationKind
from ..sandbox.runner import Runner
from ..signatures import Clues, Signature, TypeSpec
from ..source.clues import LITERAL_PATTERNS, clues
from ..source.docstring import read_docstring
from ..source.reading import reading
from ..source.structure import structure

LARGE_PAYLOAD = 4096
"""Minimum size of a large input's payload, in bytes."""
CANDIDATES = 3
"""Candidates to draw for each input of the pool, for code that reads text."""
FEWER_CANDIDATES = 1.5
"""The same for other code."""
COMPILING = 12
"""Maximum calls whose own patterns are followed up."""
STRUCTURED = 24
"""Inputs on which types from the source's structure are tried."""
LEAST_STRUCTURED = 0.05
"""Acceptance rate that such types need at least."""
SAMPLE = 60
"""Inputs that each narrowing is tried on."""
LOW_ACCEPTANCE = 0.5
"""Narrow only below this acceptance rate: a narrowing hides the faults in what it leaves out."""
ENOUGH = 0.75
"""Stop narrowing at this acceptance rate."""
GAIN = 0.09
"""Minimum gain in acceptance rate for a narrowing; below ``RARE_ACCEPTANCE`` a third is enough."""
RARE_ACCEPTANCE = 0.3
"""Below this acceptance rate, a small gain is enough."""
NARROWINGS = 4
"""Maximum narrowings of one pool."""
EXPLORING_TIMEOUT = 0.05
"""Seconds that a call may take while exploring."""
NARROWING_TIME = 5.0
"""Seconds of calls after which narrowing stops."""


@dataclass(slots=True)
class Spent:
    """The seconds that calls took while one pool was narrowed."""

    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Explorer:
    """Explores the function in ``runner``; ``given`` are the user's own strategies by parameter."""

    runner: Runner
    settings: Settings
    given: Mapping[str, Strategy]

    def spec(self, signature: Signature, seed: int) -> PoolSpec:
        """The spec of a pool for ``signature``. Raises ``UnmetAnnotation``."""
        doc = read_docstring(signature.doc, signature.name)
        examples = tuple(Arguments(call.args, call.kwargs) for call in doc.calls)
        typed, notes = self._typed(with_types(signature, doc.types), examples)
        spec = PoolSpec(
            signature=typed,
            literals=(*reading(self.runner.source.code).literals, *doc.numbers),
            size=self.settings.max_examples,
            seed=seed,
            edges=frozenset(self.settings.edge_cases),
            examples=examples,
            given=self.given,
            notes=notes,
            clues=self._clues(signature),
        )
        each = CANDIDATES if spec.demanding else FEWER_CANDIDATES
        return replace(spec, candidates=int(each * self.settings.max_examples))

    def _clues(self, signature: Signature) -> Clues:
        """What the source suggests for texts, with the regular expressions that it compiled when loaded."""
        found = clues(self.runner.source.code, signature.name, signature.doc)
        loaded = self.runner.loaded
        compiled = loaded.patterns if loaded is not None else ()
        known = {text for text, _ in compiled}
        patterns = (*compiled, *(pattern for pattern in found.patterns if pattern[0] not in known))
        return replace(found, patterns=patterns[:LITERAL_PATTERNS])

    def _typed(
        self, signature: Signature, examples: Sequence[Arguments]
    ) -> tuple[Signature, tuple[str, ...]]:
        """``signature`` with a type for each parameter, and a note on those that had none."""
        untyped = [p.name for p in signature.parameters if p.type is None and p.name not in self.given]
        ranked = combinations(signature, example_values(signature, examples))
        chosen = ranked[0][1]
        if untyped and len(ranked) > 1:
            chosen = choose([(score, self._share(trials(option)), option) for score, option in ranked])
        if not examples:
            chosen = self._structured(chosen, untyped)
        found = one_shot(chosen, untyped)
        if found is not None and self._share(found[1]) >= self._share(trials(chosen)):
            chosen = found[0]
        names = [p.name for p in chosen.parameters if p.name in untyped or p.type != _type(signature, p.name)]
        if not names:
            return chosen, ()
        return chosen, (f"{describe(chosen, names)}: from how it is used and what the procedure takes",)

    def _structured(self, chosen: Signature, untyped: Sequence[str]) -> Signature:
        """``chosen`` with the types that the source's structure shows, if the procedure accepts these too."""
        types, classes = structure(self.runner.source.code, chosen.name)
        other = structured(chosen, untyped, types, classes)
        if other is None:
            return chosen
        shares = []
        for signature in (chosen, other):
            spec = PoolSpec(
                signature=signature, literals=(), size=STRUCTURED, seed=0, wide=False, given=self.given
            )
            try:
                shares.append(self._share(list(draw_pool(spec).inputs.values())))
            except UnmetAnnotation:
                shares.append(0.0)
        return other if shares[1] >= max(LEAST_STRUCTURED, shares[0] / 4) else chosen

    def compiling(
        self, spec: PoolSpec, inputs: Mapping[bytes, Arguments], seen: Mapping[bytes, Observation]
    ) -> tuple[Compiling, ...]:
        """The calls for which the procedure compiled patterns that the source does not show."""
        known = {text for text, _ in spec.clues.patterns}
        found = []
        for payload, one in seen.items():
            patterns = tuple(pattern for pattern in one.patterns if pattern[0] not in known)
            if patterns and len(payload) < LARGE_PAYLOAD:
                found.append(Compiling(inputs[payload], patterns))
        return tuple(found[:COMPILING])

    def narrowed(self, spec: PoolSpec, drawn: Sequence[Arguments]) -> PoolSpec:
        """``spec`` with the narrowings that raise the acceptance rate most on inputs ``drawn`` from it."""
        drawn = drawn[-SAMPLE:]  # the last ones: edge cases come first
        share = first = self._share(drawn)
        chosen: list[Narrowing] = []
        spent = Spent()
        while share < ENOUGH and len(chosen) < NARROWINGS:
            tried = self._tried(drawn, spec, chosen, spent)
            best = max(tried, key=lambda tried: tried[0], default=None)
            if best is None or best[0] - share < (GAIN if share > RARE_ACCEPTANCE else GAIN / 3):
                break
            share, narrowing, drawn = best
            chosen.append(narrowing)
        if not chosen:
            return spec
        ways = ", ".join(map(str, chosen))
        note = f"narrowed to {ways}: {first:.0%} of inputs were accepted before, {share:.0%} after"
        return replace(spec, narrowings=tuple(chosen), wide=False, notes=(*spec.notes, note))

    def _tried(
        self, drawn: Sequence[Arguments], spec: PoolSpec, chosen: Sequence[Narrowing], spent: Spent
    ) -> list[tuple[float, Narrowing, list[Arguments]]]:
        tried = []
        signature = spec.signature
        for narrowing in candidates(signature, [text for text in spec.literals if isinstance(text, str)]):
            if spent.seconds > NARROWING_TIME:
                break
            if narrowing in chosen:
                continue
            changed = [x for arguments in drawn if (x := sample(arguments, signature, narrowing)) is not None]
            if len(changed) >= SAMPLE // 6:
                tried.append((self._share(changed, spent), narrowing, changed))
        return tried

    def _share(self, inputs: Sequence[Arguments], spent: Spent | None = None) -> float:
        """The acceptance rate: the share of ``inputs`` on which the procedure returns. Two hangs end it.

        Short payloads come first, because large numbers hang most often. ``spent`` counts the calls' time.
        """
        payloads = sorted({arguments.payload(): None for arguments in inputs}, key=len)
        seen = self.runner.run(payloads, timeout=min(EXPLORING_TIMEOUT, self.settings.timeout), patience=2)
        if spent is not None:
            spent.seconds += sum(one.elapsed for one in seen)
        returned = sum(observation.kind is ObservationKind.RETURNED for observation in seen)
        return returned / len(payloads) if payloads else 0.0


def _type(signature: Signature, name: str) -> TypeSpec | None:
    return next(p.type for p in signature.parameters if p.name == name)


def describe(signature: Signature, names: Sequence[str]) -> str:
    """The types of some parameters, as a person would write them."""
    types = {p.name: p.type for p in signature.parameters}
    return ", ".join(f"{name}: {types[name] or 'Any'}" for name in names)
