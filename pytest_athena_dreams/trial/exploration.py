"""How to draw inputs for one procedure: asked of the procedure itself, in the jail, cheaply.

Types that nothing tells are tried out; a type that is too wide is narrowed. What was found is a
``PoolSpec``, with notes that say in words how it was arrived at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..config import Settings
from ..inputs.arguments import Arguments
from ..inputs.docs import Doc, example_values, read, with_types
from ..inputs.inference import choose, combinations, trials
from ..inputs.narrowing import Narrowing, candidates, sample
from ..inputs.pool import PoolSpec
from ..inputs.scalars import Strategy
from ..models import ObservationKind, Signature
from ..sandbox.runner import Runner
from ..source.reading import reading

SAMPLE = 60
"""Inputs that narrowings are tried on."""
FEW = 0.5
"""Share of inputs in the domain below which narrowings are looked for: they hide what they leave out."""
ENOUGH = 0.75
"""Share of inputs in the domain with which no further narrowing is."""
GAIN = 0.09
"""Share of inputs that a narrowing must add to be kept; a third of it where few are accepted at all."""
RARE = 0.3
"""Share of inputs below which few are."""
ROUNDS = 4
"""Narrowings that are put together at most."""
PATIENCE = 0.05
"""Seconds that a call may take while exploring."""


@dataclass(frozen=True, slots=True)
class Explorer:
    """Explores the procedure in ``runner``; ``given`` are strategies by parameter that the user chose."""

    runner: Runner
    settings: Settings
    given: Mapping[str, Strategy]

    def spec(self, signature: Signature, seed: int) -> PoolSpec:
        """The spec of a pool for ``signature``. Raises ``UnmetAnnotation``."""
        doc = read(signature)
        typed, notes = self._typed(with_types(signature, doc), doc)
        return PoolSpec(
            signature=typed,
            literals=(*reading(self.runner.source.code).literals, *doc.literals),
            size=self.settings.max_examples,
            seed=seed,
            edges=frozenset(self.settings.edge_cases),
            examples=doc.examples,
            given=self.given,
            notes=notes,
        )

    def _typed(self, signature: Signature, doc: Doc) -> tuple[Signature, tuple[str, ...]]:
        """``signature`` with all parameters typed, and a note on those that were not."""
        untyped = [p.name for p in signature.parameters if p.type is None and p.name not in self.given]
        ranked = combinations(signature, example_values(signature, doc.examples))
        if not untyped or len(ranked) == 1:
            return ranked[0][1], ()
        chosen = choose([(score, self._share(trials(option)), option) for score, option in ranked])
        return chosen, (f"{describe(chosen, untyped)}: from how it is used and what the procedure takes",)

    def narrowed(self, spec: PoolSpec, drawn: Sequence[Arguments]) -> PoolSpec:
        """``spec`` with the narrowings that help most on what was ``drawn`` from it, if any do."""
        drawn = drawn[-SAMPLE:]  # the last ones: edge cases come first
        share = first = self._share(drawn)
        kept: list[Narrowing] = []
        while share < ENOUGH and len(kept) < ROUNDS:
            tried = self._tried(drawn, spec, kept)
            best = max(tried, key=lambda tried: tried[0], default=None)
            if best is None or best[0] - share < (GAIN if share > RARE else GAIN / 3):
                break
            share, narrowing, drawn = best
            kept.append(narrowing)
        if not kept:
            return spec
        ways = ", ".join(map(str, kept))
        told = f"narrowed to {ways}: {first:.0%} of inputs were accepted before, {share:.0%} after"
        return replace(spec, narrowings=tuple(kept), wide=False, notes=(*spec.notes, told))

    def _tried(
        self, drawn: Sequence[Arguments], spec: PoolSpec, kept: Sequence[Narrowing]
    ) -> list[tuple[float, Narrowing, list[Arguments]]]:
        tried = []
        signature = spec.signature
        for narrowing in candidates(signature, [text for text in spec.literals if isinstance(text, str)]):
            if narrowing in kept:
                continue
            changed = [x for arguments in drawn if (x := sample(arguments, signature, narrowing)) is not None]
            if len(changed) >= SAMPLE // 6:
                tried.append((self._share(changed), narrowing, changed))
        return tried

    def _share(self, inputs: Sequence[Arguments]) -> float:
        """The share of ``inputs`` on which the procedure returns; it is not asked more after two hangs.

        The short ones come first, for a hang is most often a large number's.
        """
        payloads = sorted({arguments.payload(): None for arguments in inputs}, key=len)
        seen = self.runner.run(payloads, timeout=min(PATIENCE, self.settings.timeout), patience=2)
        returned = sum(observation.kind is ObservationKind.RETURNED for observation in seen)
        return returned / len(payloads) if payloads else 0.0


def describe(signature: Signature, names: Sequence[str]) -> str:
    """The types of some parameters, as a person would write them."""
    types = {p.name: p.type for p in signature.parameters}
    return ", ".join(f"{name}: {types[name] or 'Any'}" for name in names)
