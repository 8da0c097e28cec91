"""Candidates for adoption out of the store, and the verdict on one of a new seed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace

from ..config import Settings
from ..dreaming.improvement import FASTER, gain
from ..errors import PlanError, StoreError
from ..models import Contract, Dream, Outcome, Verdict
from ..source.grafts import renamed, uses
from ..source.normalise import digest
from ..store.adoptions import (
    Evidence,
    Version,
    candidate_rows,
    failed_before,
    is_newest,
    passed_dreams,
    seeds,
)
from ..store.database import Store
from ..trial import Engine, policy_of
from ..trial.lab import UserStrategies, UserWorlds
from .conditions import INPUTS, Candidate, Decision

_SEEDS = 2**31
_PASSED = {"passed": True, "effectiveness": None, "widened": None, "diverged": None}
MOST_SHORTER = 5_000
"""Maximum dreams whose size is compared with their procedure's, the newest ones."""
MOST_SECONDS = 600.0
"""Maximum seconds for all calls of one dream."""


def candidate(store: Store, dream_id: int) -> Candidate:
    """A dream and what the store knows of it. Raises ``StoreError`` if there is none of that id."""
    last, versions, shown = candidate_rows(store, dream_id)
    (dream,) = store.dreams(ids=[dream_id])
    owner = dream.procedure.id if dream.procedure else None
    return Candidate(
        dream=dream,
        current=is_newest(versions, owner),
        passed=last is not None,
        known=frozenset(digest(row["code"] or "") for row in versions if not row["undone"]),
        shown=tuple(shown),
        failed=failed_before(store, dream_id, dream.code),
    )


def best(store: Store) -> Iterator[int]:
    """The dreams that passed and are better by their last test, the best first.

    Wider comes before faster, and faster before shorter; of those that are shorter alone, the newest count.
    """
    measured, others = passed_dreams(store, faster=FASTER, others=MOST_SHORTER)
    measured.sort(key=lambda row: (-row["widened"], -row["effectiveness"], row["id"]))
    yield from (row["id"] for row in measured)
    sizes: list[tuple[float, int]] = []
    for dream in store.dreams(ids=others):
        base = dream.procedure.code if dream.procedure else None
        better = gain(_PASSED | {"contract": dream.contract, "code": dream.code, "base": base})
        if better.size is not None:
            sizes.append((better.size, dream.id))
    yield from (dream_id for _, dream_id in sorted(sizes))


def new_seed(store: Store) -> int:
    """A random seed that no run of the store had."""
    known = seeds(store)
    while (seed := secrets.randbelow(_SEEDS)) in known:
        pass
    return seed


def new_test(
    settings: Settings,
    seed: int,
    strategies: UserStrategies = lambda *_: {},
    worlds: UserWorlds = lambda _: None,
) -> Callable[[Dream], Verdict]:
    """Tests dreams on ``seed`` and ``INPUTS`` inputs, each in jails of its own and with time for as many.

    ``strategies`` and ``worlds`` are the user's own.
    """
    more = max(1.0, INPUTS / settings.max_examples)
    limit = min(settings.dream_timeout * more, MOST_SECONDS)
    thorough = replace(settings, seed=seed, max_examples=INPUTS, evidence="on", dream_timeout=limit)

    def test(dream: Dream) -> Verdict:
        with Engine(thorough, policy_of(thorough, os.environ), strategies, worlds) as engine:
            try:
                return engine.test(dream)
            except PlanError as error:
                return Verdict(
                    dream_id=dream.id,
                    outcome=Outcome.UNTESTABLE,
                    contract=dream.contract or Contract.EQUIVALENT,
                    text=str(error),
                )

    return test


def version_of(dream: Dream) -> Version:
    """The version that ``dream`` makes.

    A function keeps the name that it has in the procedure, unless the dream uses that for something else.
    """
    old = dream.procedure.entry_point if dream.procedure else None
    new = dream.entry_point or old
    if old is None or new is None or new == old or "." in old + new or uses(dream.code, old):
        return Version(tested=dream.code, code=dream.code, entry_point=new)
    return Version(tested=dream.code, code=renamed(dream.code, new, old), entry_point=old)


def evidence_of(decision: Decision) -> Evidence:
    """What the adoption of a decision rests on."""
    if decision.verdict is None:
        raise StoreError(f"dream {decision.candidate.dream.id} was not tested")
    return Evidence(
        seed=decision.seed,
        inputs=decision.verdict.accepted,
        evidence=decision.verdict.figures.evidence,
        widened=decision.gain.widened,
        speed=decision.gain.speed,
        size=decision.gain.size,
    )
