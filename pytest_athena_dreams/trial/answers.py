"""What procedures do on inputs beyond their pools: run once, cached as long as the reference is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from weakref import WeakKeyDictionary

from msgspec import structs

from ..inputs.arguments import Arguments
from ..inputs.pool import Pool
from ..inputs.small import small_arguments
from ..models import Observation
from ..sandbox.client import SandboxPair, Source
from ..sandbox.runner import Runner
from .lab import Lab
from .observing import ANSWERED, HURRY, PATIENCE, PROCEDURE_SHARE, checked, observe
from .reference import Reference

SIMPLEST = 64
"""Simplest inputs on which a fault is searched before Hypothesis shrinks it."""


class Answers:
    """Runs the procedures of one worker on more inputs. Close it before the jails."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._runners = {jail: Runner(jail, Source(code="")) for jail in (lab.jails.main, lab.jails.reseeded)}
        self._cached: WeakKeyDictionary[Reference, dict[bytes, Observation]] = WeakKeyDictionary()
        self._simplest: WeakKeyDictionary[Reference, dict[bytes, Arguments]] = WeakKeyDictionary()

    def close(self) -> None:
        """End the children that live on. Safe to call twice."""
        for runner in self._runners.values():
            runner.close()

    def runner(self, reference: Reference) -> Runner:
        """The procedure in a child that lives on from one dream to the next."""
        return self._living(reference, self._lab.jails.main)

    def on(self, reference: Reference, payload: bytes) -> Observation:
        """What the procedure does on one input."""
        cached = self._of(reference)
        if payload not in cached:
            timeout = self._lab.settings.timeout / PROCEDURE_SHARE
            seen = self.runner(reference).run([payload], timeout=timeout)[0]
            cached[payload] = structs.replace(seen, steady=reference.steady)
        return cached[payload]

    def on_pool(self, reference: Reference, pool: Pool) -> Mapping[bytes, Observation]:
        """What the procedure does on the inputs of a dream's own pool, as far as it was run."""
        cached = self._of(reference)
        seen = observe(self._lab, self.runner(reference), _missing(pool.inputs, cached))
        cached.update(seen)
        if not (pool.plain and reference.pure):
            known = {payload: cached[payload] for payload in pool.inputs if payload in cached}
            cached.update(checked(self._lab, self._living(reference, self._lab.jails.reseeded), known))
        return {payload: cached[payload] for payload in pool.inputs if payload in cached}

    def simplest(self, reference: Reference) -> Mapping[bytes, tuple[Arguments, Observation]]:
        """The signature's simplest inputs in order, and what the procedure does on them if it is quick."""
        cached = self._of(reference)
        small = self._simplest.get(reference)
        if small is None:
            small = self._simplest[reference] = self._run_simplest(reference, cached)
        return {payload: (arguments, cached[payload]) for payload, arguments in small.items()}

    def _run_simplest(self, reference: Reference, cached: dict[bytes, Observation]) -> dict[bytes, Arguments]:
        spec = reference.pool.spec
        if spec.given:
            return {}
        small = {call.payload(): call for call in small_arguments(spec.signature, SIMPLEST)}
        left = _missing(small, cached)
        timeout = self._lab.settings.timeout / PROCEDURE_SHARE / HURRY
        seen = self.runner(reference).run(left, timeout=timeout, patience=PATIENCE[0])
        cached.update(
            (payload, structs.replace(one, steady=reference.steady))
            for payload, one in zip(left, seen, strict=False)
            if one.kind in ANSWERED  # a slow one may answer elsewhere, where it gets more time
        )
        return {payload: call for payload, call in small.items() if payload in cached}

    def _of(self, reference: Reference) -> dict[bytes, Observation]:
        cached = self._cached.get(reference)
        if cached is None:
            cached = self._cached[reference] = dict(reference.expected)
        return cached

    def _living(self, reference: Reference, jail: SandboxPair) -> Runner:
        """A child with the procedure: a fresh one each time where it is not steady, as it may remember."""
        runner = self._runners[jail]
        if runner.source is not reference.source or not reference.steady:
            runner.close()
            runner = self._runners[jail] = Runner(jail, reference.source)
        return runner


def _missing(payloads: Iterable[bytes], cached: Mapping[bytes, Observation]) -> list[bytes]:
    return [payload for payload in payloads if payload not in cached]
