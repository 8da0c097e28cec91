"""Selects the dreams of a run: pending ones, and those that the command line or ``--lf`` names."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ..config import Settings
from ..errors import SandboxError
from ..models import PENDING, Dream, Status
from ..naming import labelled
from ..sharding import Shard
from ..store.known import has_verdicts, known_verdicts
from .digests import Digests
from .packed import PackedDreams
from .plan import Plan
from .request import strategies_of, wants_nothing_else, worlds_of

if TYPE_CHECKING:
    from ..store.database import Store
    from ..store.records import Known

Unchanged = dict[int, tuple[str, "Known"]]
"""Pending dreams with a stored verdict, by id: node id with label, and the verdict."""

_PICKING = ("keyword", "markexpr", "deselect", "lf", "failedfirst")
"""pytest's options that select tests by name."""
_TESTABLE = (*PENDING, Status.TESTED)


def make_plan(
    config: pytest.Config, settings: Settings, path: Path, store: Store, layers: Callable[[], str]
) -> tuple[Plan, Unchanged]:
    """Freeze the dreams of this run, in id order, and leave out those whose verdict is known.

    Dreams that are selected by name, or with ``--athena-select=all``, are run again. A shard leaves out those
    of other shards, however they were selected, and a limit those beyond it. ``layers`` returns the layers of
    the jail; it is called only if a stored verdict might apply. Raises ``pytest.UsageError`` if an
    argument names a dream that the store does not hold.
    """
    plan = Plan(
        path=str(path),
        store_id=_node_id(config, path),
        dreams=(),
        settings=settings,
        alone=wants_nothing_else(config),
        strategies=strategies_of(config),
        worlds=worlds_of(config),
    )
    arguments = [arg for arg in config.args if _names_store(config, arg, path, plan.store_id)]
    unchanged: Unchanged = {}
    named = [arg.partition("::")[2] for arg in arguments if "::" in arg]
    if arguments and len(named) == len(arguments):
        dreams = _of_shard(settings, _named(plan, store.dreams(), named))
    elif settings.select == "all":
        dreams = _of_shard(settings, store.each(_TESTABLE, also=explored(store, settings, _TESTABLE)))
    else:
        dreams = _of_shard(settings, store.each(PENDING, also=explored(store, settings, PENDING)))
        failed = _last_failed(config, plan.store_id)
        if failed:
            pending = {dream.id for dream in dreams}
            more = [d for d in store.dreams() if d.id not in pending and plan.node_id(d) in failed]
            dreams = _of_shard(settings, sorted([*dreams, *more], key=lambda dream: dream.id))
        elif not any(config.getoption(name, None) for name in _PICKING):
            if dreams and has_verdicts(store):
                unchanged = _unchanged(plan, dreams, Digests(config, plan), layers, store)
            if unchanged:
                dreams = PackedDreams.of(dream for dream in dreams if dream.id not in unchanged)
    if settings.limit is not None and len(dreams) > settings.limit:
        dreams = PackedDreams.of(islice(dreams, settings.limit))
    return replace(plan, dreams=dreams, arguments=tuple(arguments)), unchanged


def _of_shard(settings: Settings, dreams: Iterable[Dream]) -> PackedDreams:
    """Those of ``dreams`` that this run's shard holds, packed."""
    if settings.shard is not None:
        holds = Shard.parse(settings.shard).holds
        dreams = (one for one in dreams if holds(one.base_name, one.code))
    return PackedDreams.of(dreams)


def explored(store: Store, settings: Settings, statuses: Collection[str]) -> list[int]:
    """The dreams of Tiers 2 and 3 that are tested too, so that their scores can be compared with outcomes.

    Each is drawn by the seed and its id alone: others that come or go don't change that.
    """
    return [
        dream_id
        for tier in (2, 3)
        for dream_id in store.ids(statuses, tier=tier)
        if draws(settings, dream_id)
    ]


def draws(settings: Settings, dream_id: int) -> bool:
    """Whether the seed draws a dream of Tier 2 or 3 for a test."""
    digest = hashlib.blake2b(f"{settings.seed}:{dream_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") < int(settings.explore * 2**64)


def _unchanged(
    plan: Plan, dreams: Sequence[Dream], digests: Digests, layers: Callable[[], str], store: Store
) -> Unchanged:
    try:
        jail = layers()
    except SandboxError:
        return {}  # running the dreams then reports the error
    known = known_verdicts(store, {d.id: found for d in dreams if (found := digests.of(d, jail)) is not None})
    return {
        dream.id: (labelled(plan.node_id(dream), dream.label), known[dream.id])
        for dream in dreams
        if dream.id in known
    }


def _node_id(config: pytest.Config, path: Path) -> str:
    try:
        return path.relative_to(config.rootpath).as_posix()
    except ValueError:
        return path.name


def _names_store(config: pytest.Config, argument: str, path: Path, store_id: str) -> bool:
    head = argument.partition("::")[0]
    return head == store_id or config.invocation_params.dir.joinpath(head).resolve() == path


def _named(plan: Plan, dreams: Sequence[Dream], named: Sequence[str]) -> list[Dream]:
    chosen: dict[int, Dream] = {}
    for name in named:
        node_id = f"{plan.store_id}::{name}"
        found = [d for d in dreams if (plan.node_id(d) + "::").startswith(node_id + "::")]
        if not found:
            raise pytest.UsageError(
                f"not found: {node_id} (no dream of that name in {plan.settings.store}; "
                f"'athena-dreams list --store {plan.settings.store}' shows them all)"
            )
        chosen |= {dream.id: dream for dream in found}
    return [chosen[dream_id] for dream_id in sorted(chosen)]


def _last_failed(config: pytest.Config, store_id: str) -> set[str]:
    """Node ids of dreams that failed last time, with ``--lf`` or ``--ff``; otherwise empty."""
    if not (config.getoption("lf", False) or config.getoption("failedfirst", False)) or config.cache is None:
        return set()
    failed = config.cache.get("cache/lastfailed", {})
    return {node_id for node_id in failed if node_id.startswith(f"{store_id}::")}
