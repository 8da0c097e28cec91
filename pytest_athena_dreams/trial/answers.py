"""What procedures do on inputs beyond their pools: run once, cached as long as the reference is."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from weakref import WeakKeyDictionary

from ..inputs.arguments import Arguments
from ..inputs.pool import Pool
from ..inputs.small import small_arguments
from ..models import Observation
from ..sandbox.client import SandboxPair, Source
from ..sandbox.runner import Runner
from ..source.reading import sees_no_clock
from ..worlds import EMPTY
from .lab import Lab
from .observing import (
    ANSWERED,
    HANGS,
    HURRY,
    LIMITS_SHARE,
    STEADY,
    Variation,
    marked,
    observe,
    procedure_timeout,
    rerun,
    union,
    variation,
)
from .reference import Reference

SIMPLEST = 64
"""Maximum simplest inputs to try before Hypothesis shrinks a fault."""
PAUSES = (0.0, 0.07, 0.11)
"""Seconds before each run of a doubted procedure in one jail: its results may depend on the time of day.

A procedure that sees no clock runs once.
"""


class Answers:
    """Runs the procedures of one worker on more inputs. Close it before the jails."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._runners = {jail: Runner(jail, Source(code="")) for jail in (lab.jails.main, lab.jails.reseeded)}
        self._timed = Runner(lab.jails.main, Source(code=""))
        self._cached: WeakKeyDictionary[Reference, dict[bytes, Observation]] = WeakKeyDictionary()
        self._doubted: WeakKeyDictionary[Reference, dict[bytes, Variation]] = WeakKeyDictionary()
        self._simplest: WeakKeyDictionary[Reference, dict[bytes, Arguments]] = WeakKeyDictionary()

    def close(self) -> None:
        """End the children that live on. Safe to call twice."""
        for runner in (*self._runners.values(), self._timed):
            runner.close()

    def runner(self, reference: Reference) -> Runner:
        """The procedure in a child that lives on from one dream to the next."""
        return self._living(reference, self._lab.jails.main)

    def timed(self, reference: Reference) -> Runner:
        """The procedure in a child that watches it as little as a dream's: what a trusted one reports takes
        time."""
        source = replace(reference.source, trusted=False, share=1.0)
        if self._timed.source != source:
            self._timed.close()
            self._timed = Runner(self._lab.jails.main, source)
        return self._timed

    def on(self, reference: Reference, payload: bytes) -> Observation:
        """What the procedure does on one input."""
        cached = self._of(reference)
        if payload not in cached:
            seen = self.runner(reference).run([payload], timeout=procedure_timeout(self._lab))[0]
            cached.update(marked({payload: seen}, reference.variation))
        return cached[payload]

    def on_pool(self, reference: Reference, pool: Pool) -> tuple[Mapping[bytes, Observation], Variation]:
        """What the procedure does on the inputs of a dream's own pool, as far as it ran, and what varies."""
        cached = self._of(reference)
        seen = observe(self._lab, self.runner(reference), _missing(pool.inputs, cached))
        cached.update(marked(seen, reference.variation))
        known = {payload: cached[payload] for payload in pool.inputs if payload in cached}
        if pool.plain and reference.pure:
            return known, STEADY
        reseeded = self._living(reference, self._lab.jails.reseeded)
        known, found = rerun(self._lab, reseeded, known)
        cached.update(marked(known, reference.variation))
        return known, found

    def doubted(self, reference: Reference, payloads: Sequence[bytes]) -> Variation:
        """What varies on inputs that show a fault, where the procedure runs again under more seeds and later.

        Each time in a fresh child, because a procedure may remember its calls.
        """
        cached = self._of(reference)
        found = self._doubted.setdefault(reference, {})
        left = [payload for payload in payloads if payload not in found and payload in cached]
        for payload in left:
            found[payload] = STEADY
        pauses = PAUSES[:1] if sees_no_clock(reference.source.code) else PAUSES
        for jail, pause in product(self._lab.jails.spare if left else (), pauses):
            time.sleep(pause)
            with Runner(jail, reference.source) as fresh:
                again = fresh.run(left, timeout=self._lab.settings.timeout)
            for payload, one in zip(left, again, strict=False):
                found[payload] |= variation(self._lab, cached[payload], one)
        return union(found[payload] for payload in payloads if payload in found)

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
        world = EMPTY if reference.source.acts else None
        calls = [replace(call, world=world) for call in small_arguments(spec.signature, SIMPLEST)]
        small = {call.payload(): call for call in calls}
        left = _missing(small, cached)
        timeout = procedure_timeout(self._lab) / HURRY[1]
        seen = self.runner(reference).run(left, timeout=timeout, patience=HANGS[0])
        answered = {p: one for p, one in zip(left, seen, strict=False) if one.kind in ANSWERED}
        cached.update(marked(answered, reference.variation))  # a slow one may answer where it gets more time
        return {payload: call for payload, call in small.items() if payload in cached}

    def _of(self, reference: Reference) -> dict[bytes, Observation]:
        cached = self._cached.get(reference)
        if cached is None:
            cached = self._cached[reference] = {**reference.expected, **reference.spare_expected}
        return cached

    def _living(self, reference: Reference, jail: SandboxPair) -> Runner:
        """A child with the procedure: a fresh one each time if its results vary, because it may remember."""
        runner, source = self._runners[jail], reference.source
        if jail is self._lab.jails.reseeded:
            source = replace(source, share=LIMITS_SHARE)
        if runner.source != source or reference.variation:
            runner.close()
            runner = self._runners[jail] = Runner(jail, source)
        return runner


def _missing(payloads: Iterable[bytes], cached: Mapping[bytes, Observation]) -> list[bytes]:
    return [payload for payload in payloads if payload not in cached]
