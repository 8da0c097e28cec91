"""Chooses a pool's inputs by what they make the procedure do, and looks for more of them in rounds.

Inputs that take new paths through the procedure are kept, and variants of them are tried in the next round,
as fuzzers do (M. Zalewski, "american fuzzy lop"). The procedure alone is followed, once for a pool, so all
its dreams get the same inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random

from ..inputs.arguments import Arguments
from ..inputs.choosing import selected, smallest_of_each
from ..inputs.narrowing import narrow
from ..inputs.pool import Pool, PoolSpec, derive_seed
from ..inputs.variants import Variants
from ..models import Observation
from ..sandbox.client import Source
from ..sandbox.jail.following import RAISED
from ..sandbox.runner import Runner
from .lab import Lab
from .observing import ANSWERED, HANGS, first_timeout, procedure_timeout

VARIANT_ROUNDS = 4
"""Rounds of variants, at most; the first that brings no new path is the last."""
MORE_ROUNDS = 10
"""The same for code that reads text or is called in sequences."""
VARIANTS_A_ROUND = 0.75
"""Variants to try in a round, for each input that the pool may hold."""
STEADY_INPUTS = 20
"""Inputs on which a procedure runs again, where its source does not show that it does the same."""
RECENT = 0.6
"""Share of variants that are made of what the last round brought."""
SMALL_SHARE = 0.3
"""Share of the pool for the smallest drawn inputs of each path and result."""
DRAWN_SHARE = 0.7
"""Share of the pool that is chosen among drawn inputs and edge cases, before variants count."""
LARGEST_PARENT = 4096
"""Bytes of a call that variants are made of, at most."""

Features = dict[bytes, Sequence[int]]


def chosen(lab: Lab, source: Source, pool: Pool, seen: Mapping[bytes, Observation]) -> tuple[Pool, Pool]:
    """The pool with as many inputs as it may hold, those that make the procedure do the most, and the rest.

    ``seen`` says what the procedure did so far. Variants are tried too, unless it acts, hangs or takes
    another path when it runs again. It runs in a child of its own, because it may remember its calls. What a
    world decides is often an early return, which is a part of longer paths: there a whole path counts too.
    """
    spec = pool.spec
    followed = replace(source, followed=True, described="not", notes_patterns=False, audited=False)
    timeout = first_timeout(lab, source)
    features: Features = {}
    inputs = dict(pool.inputs)
    payloads = [p for p in inputs if p not in seen or seen[p].kind in ANSWERED]
    vary = len(payloads) == len(inputs) and not source.acts
    if len(pool) <= spec.size and not vary:
        return pool, pool.of({})
    with Runner(lab.jails.main, followed) as runner:

        def follow(payloads: Sequence[bytes], patience: int) -> bool:
            seen = runner.run(payloads, timeout=timeout, patience=patience)
            for payload, one in zip(payloads, seen, strict=False):
                features[payload] = (*one.lines, hash(one.lines)) if source.acts else one.lines
            return len(seen) == len(payloads) and not any(one.kind not in ANSWERED for one in seen)

        first = payloads[:: max(1, len(payloads) // STEADY_INPUTS)]
        vary = follow([*dict.fromkeys((*first, *payloads))], HANGS[0]) and vary
        if vary and (seen or _is_steady(lab, followed, first, features)):
            inputs |= _varied(spec, inputs, features, lambda payloads: follow(payloads, 1))
    complete = {payload: features.get(payload, ()) for payload in inputs}
    drawn = {payload: complete[payload] for payload in pool.inputs}
    returned = {p: found for p, found in drawn.items() if p not in pool.fixed and _returned(found)}
    small = smallest_of_each(returned, int(spec.size * SMALL_SHARE))
    first = selected([*pool.fixed, *small], drawn, int(spec.size * DRAWN_SHARE))
    kept = pool.of({payload: inputs[payload] for payload in selected(first, complete, spec.size)})
    rest = {p: x for p, x in inputs.items() if p not in kept.inputs and _returned(features.get(p, ()))}
    return kept, pool.of(rest)


def _is_steady(lab: Lab, followed: Source, payloads: Sequence[bytes], features: Features) -> bool:
    """Whether the procedure takes the same paths again, on ``payloads``, in another child."""
    with Runner(lab.jails.main, followed) as runner:
        again = runner.run(payloads, timeout=procedure_timeout(lab))
    return [tuple(one.lines) for one in again] == [tuple(features[payload]) for payload in payloads]


def _varied(
    spec: PoolSpec,
    drawn: Mapping[bytes, Arguments],
    features: Features,
    follow: Callable[[Sequence[bytes]], bool],
) -> dict[bytes, Arguments]:
    """Variants of ``drawn`` on which the procedure returns, found in rounds; their features are added."""
    variants = Variants.of(spec.signature, spec.literals, spec.clues, tuple(spec.given))
    random = Random(derive_seed(spec.seed, "variants"))
    inputs = {p: x for p, x in drawn.items() if len(p) < LARGEST_PARENT and _returned(features[p])}
    known = {feature for payload in inputs for feature in _path(features[payload])}
    parents, found = list(inputs), dict[bytes, Arguments]()
    if not parents:
        return {}
    for _ in range(MORE_ROUNDS if spec.demanding else VARIANT_ROUNDS):
        tried: dict[bytes, Arguments] = {}
        for _ in range(int(spec.size * VARIANTS_A_ROUND)):
            parent = inputs[random.choice(parents if random.random() < RECENT else list(inputs))]
            other = inputs[random.choice(list(inputs))]
            variant = variants.of_call(parent, other, random)
            if variant is not None:
                variant = narrow(variant, spec.signature, spec.narrowings)
                payload = variant.payload()
                if payload not in features and len(payload) < LARGEST_PARENT:
                    tried[payload] = variant
        complete = follow(list(tried))
        tried = {payload: x for payload, x in tried.items() if _returned(features.get(payload, ()))}
        found |= tried
        parents = [payload for payload in tried if not known.issuperset(_path(features[payload]))]
        inputs |= {payload: tried[payload] for payload in parents}
        known.update(feature for payload in parents for feature in _path(features[payload]))
        if not parents or not complete:
            break
    return found


def _path(features: Sequence[int]) -> list[int]:
    """The features of a call's path, without those of its result."""
    return [feature for feature in features if feature >= 0]


def _returned(features: Sequence[int]) -> bool:
    return RAISED not in features and bool(features)
