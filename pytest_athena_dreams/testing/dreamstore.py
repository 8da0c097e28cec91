"""``DreamStore``: look-ups in a store, for an event loop."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar, Unpack

from ..models import Dream
from ..store.database import Store
from ..store.records import Filters, Summary
from .results import Record

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDream(Record):
    """A dream as it stands in a store, with its code and its state; ``dream`` is what a test takes.

    ``untestable`` is why it could not be tested last time.
    """

    id: int
    label: str | None
    code: str
    base_procedure_name: str | None
    dream_type: str
    tier: int | None
    status: str | None
    viability_score: float | None
    test_outcome: str | None
    test_category: str | None
    test_timestamp: int | None
    untestable: str | None
    dream: Dream


class DreamStore:
    """Look-ups in the store at ``path``. Each opens the file for itself, so it sees what others wrote.

    Every method raises ``StoreError`` if there is no store. None of them writes a dream.
    """

    def __init__(self, path: str | os.PathLike[str] = "athena.db") -> None:
        self.path = Path(path)

    async def get_dream(self, dream_id: int) -> StoredDream | None:
        """The dream with this id."""
        return next(iter(await self._dreams(ids=[dream_id])), None)

    async def get_pending_dreams(self, tier: int | None = 1) -> list[StoredDream]:
        """The dreams of a tier (``None``: of any) that wait for a test, in id order."""

        def read(store: Store) -> list[StoredDream]:
            ids = [dream.id for dream in store.pending(tier=tier)]
            return _stored(store, ids=ids)

        return await self._read(read)

    async def get_dreams_by_tier(self, tier: int) -> list[StoredDream]:
        """The dreams of a tier, in id order."""
        return await self._dreams(tier=tier)

    async def get_dreams_by_type(self, dream_type: str) -> list[StoredDream]:
        """The dreams of a type, such as ``constraint_relaxation``, in id order."""
        return await self._dreams(dream_type=dream_type)

    async def get_dreams_by_status(self, status: str) -> list[StoredDream]:
        """The dreams with a status, such as ``pending_test``, in id order."""
        return await self._dreams(status=status)

    async def get_statistics(self) -> dict[str, Any]:
        """How many dreams there are, by status, tier and type, and how many of those tested passed."""

        def read(store: Store) -> dict[str, Any]:
            found = store.summaries()
            outcomes = Counter(one.test_outcome for one in found if one.test_outcome)
            tested = outcomes.total()
            return {
                "total_dreams": len(found),
                "by_status": dict(Counter(one.status or "none" for one in found)),
                "by_tier": dict(Counter(one.tier for one in found)),
                "by_type": dict(Counter(one.dream_type for one in found)),
                "tested_dreams": tested,
                "dreams_passed": outcomes["success"],
                "pass_rate": outcomes["success"] / tested if tested else 0.0,
            }

        return await self._read(read)

    async def _dreams(self, **filters: Unpack[Filters]) -> list[StoredDream]:
        return await self._read(lambda store: _stored(store, **filters))

    async def _read(self, read: Callable[[Store], T]) -> T:
        def opened() -> T:
            with Store.open(self.path) as store:
                return read(store)

        return await asyncio.to_thread(opened)


def _stored(store: Store, **filters: Unpack[Filters]) -> list[StoredDream]:
    summaries = {one.id: one for one in store.summaries(**filters)}
    names = [field.name for field in fields(Summary)]
    return [
        StoredDream(
            code=dream.code, dream=dream, **{name: getattr(summaries[dream.id], name) for name in names}
        )
        for dream in store.dreams(**filters)
        if dream.id in summaries
    ]
